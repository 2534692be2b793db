import { latin1FromBytes } from "../core/bytes.ts";
import type { HookArguments } from "../hooks/hook-arguments.ts";
import type { HookVariables } from "../hooks/hook-environment.ts";
import type { HookEvent } from "../hooks/hook-event.ts";
import type { HostChange, JournalEntry } from "../link/host-journal.ts";
import type { ProcessMark } from "../link/link-record.ts";
import { linkPidFileName, parsePppdPidFile } from "../pppd/pid-file.ts";
import type { World } from "./deps.ts";
import { pidFileDirectory } from "./find-links.ts";
import type { LinkName } from "./host-changes.ts";
import type { HostJournal } from "./host-deps.ts";
import { markLives } from "./settle-calls.ts";

/**
 * The scripts of ip-down (ipv6-down) of a pppd that dies without running them (kill -9, a crash): from before the first script
 * of ip-pre-up until they have run they are in the journal, and of those who find the link dead one gets the entry and runs
 * them: the hook runner that is still at work for the link, else whoever repairs.
 */
export interface HookRun extends LinkName {
  readonly event: HookEvent;
  readonly args: HookArguments;
  /** As pppd gave it. */
  readonly env: HookVariables;
  /** Ourselves. */
  readonly runner: ProcessMark;
  readonly journal: HostJournal;
}

type HooksEntry = JournalEntry & { readonly change: Extract<HostChange, { readonly kind: "hooks" }> };

/** What the scripts get beside what their arguments say. Not what a peer file's `set` gives them: everybody reads the journal. */
const keptVariables = ["PPPLOGNAME", "ORIG_UID", "PEERNAME", "USEPEERDNS", "DNS1", "DNS2"];

/** As long as an event may take, with its start, milliseconds. */
const limitMs = 330_000;

/** Scripts that hang are not ours to end: then theirs come too late. */
const preUpLimitMs = 60_000;

export function downOf(event: HookEvent): "ip-down" | "ipv6-down" {
  return event.startsWith("ipv6-") ? "ipv6-down" : "ip-down";
}

/**
 * Before pppd starts, where it runs the scripts of ip-pre-up without us: killed before ip-up it leaves what they have done. Whether
 * they have run is not known, but a pppd that ends by itself before takes its pid file with it.
 */
export async function notePreUp(
  link: LinkName,
  { ipparam, redials }: { readonly ipparam: string; readonly redials: boolean },
  journal: HostJournal,
): Promise<void> {
  const { peer, linkname } = link;
  await journal.change(async ({ entries, write }) => {
    const others = entries.filter((entry) => !isPreUp(linkname, entry));
    write([...others, { peer, linkname, change: { kind: "pre-up", ipparam, redials } }]);
  });
}

/** Before an event's scripts. `hasDownScripts`: the link's end has some. */
export async function beginHooks(run: HookRun, hasDownScripts: () => boolean): Promise<void> {
  const isDown = run.event === downOf(run.event);
  if (isDown ? run.journal.isEmpty() : !hasDownScripts()) return;
  await run.journal.change(async ({ entries, write }) => {
    const others = entries.filter((entry) => !isOf(run, entry));
    if (!isDown || others.length < entries.length) write([...others, entryOf(run, run.runner)]);
  });
}

/** After them. True: pppd has gone meanwhile, so the scripts of the link's end are the caller's to run. */
export async function endHooks(run: HookRun, isAlive: () => boolean): Promise<boolean> {
  if (run.journal.isEmpty()) return false;
  return run.journal.change(async ({ entries, write }) => {
    const isDown = run.event === downOf(run.event);
    const others = entries.filter((entry) => !isOf(run, entry) && !(isDown && isLastPreUp(run.linkname, entry)));
    if (others.length === entries.length) return false;
    // Asked here, where nobody repairs: one of us sees that it has died.
    const goesOn = !isDown && isAlive();
    write(goesOn ? [...others, entryOf(run, undefined)] : others);
    return !isDown && !goesOn;
  });
}

/**
 * Run what links that are no more have not run. An interface of the same name that is there now is another link's: its firewall
 * must not be taken away.
 *
 * @returns of how many links
 */
export async function runMissedHooks(isGone: (link: LinkName) => boolean, world: World): Promise<number> {
  await awaitPreUp(isGone, world);
  const missed = await world.journal.change(async ({ entries: all, write }) => {
    const entries = all.flatMap((entry) =>
      entry.change.kind === "pre-up" ? readPreUp(entry, all, isGone, world) : [entry],
    );
    const taken = entries.filter(
      (entry): entry is HooksEntry =>
        entry.change.kind === "hooks" &&
        !markLives(entry.change.runner, world) &&
        !isBegun(entry.change, world) &&
        !world.interfaceNames().includes(entry.change.iface) &&
        isGone(entry),
    );
    write(entries.filter((entry) => !(taken as readonly JournalEntry[]).includes(entry)));
    return taken;
  });
  // Not while the journal is ours: a script may call pon.
  for (const { peer, linkname, change } of missed) {
    const program = world.ownPrograms.hook(change.event);
    if (program === undefined) continue;
    const argv = [program, ...change.args].map((word) => latin1FromBytes(new TextEncoder().encode(word)));
    const variables = { ...change.env, LINKNAME: linkname, CALL_FILE: peer };
    await world.runCommand(argv, { variables, limitMs, signal: new AbortController().signal });
  }
  return missed.length;
}

/** The interface of a link that is gone and whose pppd was killed: else it would have removed its pid file. */
function ifaceOfKilled({ linkname }: LinkName, { files }: Pick<World, "files">): string | undefined {
  if (linkname.includes("/")) return undefined;
  return parsePppdPidFile(files.readText(`${pidFileDirectory}/${linkPidFileName(linkname)}`) ?? "")?.iface;
}

/** Scripts of ip-pre-up that pppd has started go on without it; what undoes them comes after them. */
async function awaitPreUp(isGone: (link: LinkName) => boolean, world: World): Promise<void> {
  const entries = await world.journal.change(async ({ entries }) => entries);
  const ifaces = entries
    .filter((entry) => entry.change.kind === "pre-up" && isGone(entry))
    .map((entry) => ifaceOfKilled(entry, world));
  const limit = world.clock.now() + preUpLimitMs;
  const isAtWork = (): boolean =>
    world.processes
      .list()
      .some(({ argv }) => /^\/etc\/ppp\/ip-pre-up(\.local)?$/.test(argv[1] ?? "") && ifaces.includes(argv[2]));
  while (ifaces.some((iface) => iface !== undefined) && isAtWork() && world.clock.now() < limit)
    await world.clock.sleep(50);
}

/** What an entry of a link's ip-pre-up comes to: itself while the link lives, else the scripts of ip-down, or nothing. */
function readPreUp(
  entry: JournalEntry,
  all: readonly JournalEntry[],
  isGone: (link: LinkName) => boolean,
  world: World,
): readonly JournalEntry[] {
  const { peer, linkname, change } = entry;
  if (change.kind !== "pre-up" || !isGone(entry)) return [entry];
  const iface = ifaceOfKilled(entry, world);
  // Its ip-up has noted more.
  const isNoted = all.some((other) => other.linkname === linkname && other.change.kind === "hooks");
  if (iface === undefined || isNoted) return [];
  const args = [iface, "", "", "", "", change.ipparam];
  return [{ peer, linkname, change: { kind: "hooks", event: "ip-down", iface, args, env: {} } }];
}

/** pppd had started its hook, which has not come to the journal yet. The shim's shell is there all the while. */
function isBegun({ event, iface }: HooksEntry["change"], { processes }: World): boolean {
  return processes.list().some(({ argv }) => argv[1]?.endsWith(`/bin/hooks/${event}`) === true && argv[2] === iface);
}

function isPreUp(linkname: string, entry: JournalEntry): boolean {
  return entry.linkname === linkname && entry.change.kind === "pre-up";
}

/** Of a link that does not call again. */
function isLastPreUp(linkname: string, { linkname: other, change }: JournalEntry): boolean {
  return other === linkname && change.kind === "pre-up" && !change.redials;
}

function isOf({ event, args: [iface] }: HookRun, { change }: JournalEntry): boolean {
  return change.kind === "hooks" && change.event === downOf(event) && change.iface === iface;
}

function entryOf({ event, args, env, peer, linkname }: HookRun, runner: ProcessMark | undefined): JournalEntry {
  const kept = keptVariables.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]] as const]));
  const change: HooksEntry["change"] = {
    kind: "hooks",
    event: downOf(event),
    iface: args[0],
    args,
    env: Object.fromEntries(kept),
    ...(runner === undefined ? {} : { runner }),
  };
  return { peer, linkname, change };
}
