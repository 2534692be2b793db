import type { JournalEntry } from "./host-journal.ts";

/** resolv.conf(5) with these name servers in place of its own; everything else stays, byte for byte. One character a byte. */
export function withNameServers(before: string, servers: readonly string[]): string {
  const others = before.split("\n").filter((line) => !/^nameserver[ \t]/.test(line));
  return [...servers.map((server) => `nameserver ${server}`), ...others].join("\n");
}

/** The part of the journal that is about one resolv.conf. */
export type ResolvEntry = JournalEntry & { readonly change: { readonly kind: "resolv" } };

export function isResolvEntry(entry: JournalEntry): entry is ResolvEntry {
  return entry.change.kind === "resolv";
}

/**
 * What a link's name servers are put into: the file as it was before the first link; or as it is, where somebody else (a DHCP client) has
 * written it meanwhile: then nothing of the links before is in it any more, and nothing of theirs is to be undone.
 *
 * @param current what is in it now; undefined: there is none
 * @returns `others`: the entries that still count
 */
export function baseOfResolv(
  path: string,
  entries: readonly JournalEntry[],
  current: string | undefined,
): { readonly before: string | undefined; readonly others: readonly JournalEntry[] } {
  const ours = entries.filter(isResolvEntry).filter(({ change }) => change.path === path);
  const [first] = ours;
  // One that was not written, for its folder was full, leaves what was there.
  if (first !== undefined && [first.change.before, ...ours.map(({ change }) => change.wrote)].includes(current))
    return { before: first.change.before, others: entries };
  return { before: current, others: entries.filter((entry) => !(ours as readonly JournalEntry[]).includes(entry)) };
}

/**
 * How resolv.conf is to be when one link's name servers go: those of the newest link that is left, or the file as it was.
 *
 * @param current what is in it now; undefined: there is none
 * @returns the text to write, `remove`, or `leave`: somebody else has written it meanwhile, or nothing changes
 */
export function planResolvUndo(
  entry: ResolvEntry,
  all: readonly JournalEntry[],
  current: string | undefined,
): { readonly write: string } | "remove" | "leave" {
  const entries = all.filter(isResolvEntry).filter(({ change }) => change.path === entry.change.path);
  const newest = entries.at(-1);
  if (newest === undefined || newest.change.wrote !== current) return "leave";
  const left = entries.filter((other) => other !== entry).at(-1);
  if (left !== undefined) return left.change.wrote === current ? "leave" : { write: left.change.wrote };
  return entry.change.before === undefined ? "remove" : { write: entry.change.before };
}
