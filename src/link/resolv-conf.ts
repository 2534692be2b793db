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
