import { latin1FromBytes } from "../core/bytes.ts";
import type { Cause } from "../link/causes.ts";
import { type DialRecord, dialRecordName, parseDialRecord } from "../link/dial-record.ts";
import type { HistoryEntry } from "../link/history-entry.ts";
import { judge } from "../link/judge.ts";
import { type LinkRecord, type ProcessMark, parseLinkRecord, recordName } from "../link/link-record.ts";
import { endings } from "../link/log-fact.ts";
import { type LinkState, startLink, stepLink } from "../pppd/link-machine.ts";
import { parsePppdLine } from "../pppd/parse-pppd-line.ts";
import { pppdCallOf } from "../pppd/pppd-call-of.ts";
import type { PppdEvent } from "../pppd/pppd-event.ts";
import type { World } from "./deps.ts";

/**
 * A call that has ended becomes one entry of the history. Whoever saw the end says so (`settleCall`); of a call whose end nobody
 * saw (pon and pppd killed), whoever looks next finds out (`settleEnded`). The record is the token: it is taken by rename(2),
 * written to the history, and only then removed; an entry that is there already (we died in between) is not written again.
 */
export type SettleWorld = Pick<World, "clock" | "history" | "self"> & {
  readonly stores: Pick<World["stores"], "of">;
  readonly files: Pick<World["files"], "read" | "size" | "modifiedAt">;
  readonly processes: Pick<World["processes"], "list" | "read" | "variable">;
};

/** What is known of an end. Times are milliseconds since 1970. */
export interface CallEnd {
  readonly endedAt: number;
  readonly noticedAt?: number | undefined;
  readonly cause: Cause;
  readonly sentence: string;
  readonly exitStatus?: number | undefined;
  readonly bytes?: { readonly sent: number; readonly received: number } | undefined;
  /** For how long the network was up, as pppd has measured it, milliseconds: it does not ask the clock that may be set. */
  readonly upMs?: number | undefined;
}

/** pppd and we do not look at the same moment, and it writes tenths of minutes. */
const inexactMs = 60_000;

/** The record with times of the clock as it is now, where that was set while the network was up. */
function byClockOfEnd(record: LinkRecord, { endedAt, upMs }: CallEnd): LinkRecord {
  const { startedAt, connectedAt, upAt } = record;
  if (upAt === undefined || upMs === undefined) return record;
  const shift = endedAt - upMs - upAt;
  if (Math.abs(shift) <= inexactMs) return record;
  const connected = connectedAt === undefined ? {} : { connectedAt: connectedAt + shift };
  return { ...record, startedAt: startedAt + shift, ...connected, upAt: upAt + shift };
}

/** The attempt's own name, which no other has. */
function idOf(record: LinkRecord): string {
  return `${record.call ?? record.startedAt}.${record.attempt}`;
}

/** The line of the history for a call; what the dialer knows of it is in a record of its own. */
export function entryOf(noted: LinkRecord, end: CallEnd, world: SettleWorld): HistoryEntry {
  const dialed = dialedOf(noted, world);
  const record = byClockOfEnd(noted, end);
  const { peer, attempt, startedAt, upAt, iface, local, remote } = record;
  const device = record.device ?? dialed?.device;
  const number = record.number ?? dialed?.number ?? dialed?.failure?.number;
  const connectRate = record.connectRate ?? dialed?.connectRate;
  const connectedAt = record.connectedAt ?? (dialed?.failure === undefined ? dialed?.at : undefined);
  const known = { connectedAt, upAt, noticedAt: end.noticedAt, device, number, connectRate, iface, local, remote };
  const bytes = { bytesSent: end.bytes?.sent, bytesReceived: end.bytes?.received };
  return {
    version: 1,
    id: idOf(noted),
    peer,
    origin: record.origin ?? "foreign",
    attempt,
    startedAt,
    ...(Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined)) as Partial<HistoryEntry>),
    endedAt: Math.max(end.endedAt, startedAt),
    ...(upAt === undefined || bytes.bytesSent === undefined ? {} : (bytes as Partial<HistoryEntry>)),
    cause: end.cause,
    sentence: end.sentence,
    ...(end.exitStatus === undefined ? {} : { exitStatus: end.exitStatus }),
  };
}

/**
 * Enter a call whose end we saw. The record is taken away; undefined: somebody else has taken it, and enters it.
 *
 * @throws what the history throws when it cannot be written (a full disk); the record stays, and is tried again by whoever looks next
 */
export function settleCall(record: LinkRecord, end: CallEnd, world: SettleWorld): void {
  const claim = world.stores.of(record.peer).claim(recordName);
  const taken = parseLinkRecord(claim?.text ?? "");
  if (claim !== undefined && taken !== undefined && idOf(taken) !== idOf(record)) {
    claim.putBack();
    return;
  }
  try {
    if (taken?.settled !== true) enter(entryOf(record, end, world), world);
    claim?.done();
  } catch (error) {
    claim?.putBack();
    throw error;
  }
}

/**
 * Enter what has ended unseen: the peer's record whose processes are gone, and what somebody died over. Does nothing where we may
 * not write (the records are root's), and nothing for a call that lives.
 *
 * @throws what the history throws when it cannot be written; nothing is lost then
 */
export function settleEnded(peer: string, world: SettleWorld): void {
  const store = world.stores.of(peer);
  const record = parseLinkRecord(store.read(recordName) ?? "");
  const ended = record !== undefined && !isAlive(record, world);
  const claims = [...store.orphans(), ...(ended ? [store.claim(recordName)] : [])];
  for (const claim of claims) {
    const taken = parseLinkRecord(claim?.text ?? "");
    try {
      if (taken !== undefined && isAlive(taken, world)) claim?.putBack();
      else {
        if (taken !== undefined && taken.settled !== true) {
          for (const [each, end] of unseenEnds(taken, world)) enter(entryOf(each, end, world), world);
        }
        claim?.done();
      }
    } catch (error) {
      claim?.putBack();
      throw error;
    }
  }
}

function enter(entry: HistoryEntry, world: SettleWorld): void {
  if (!world.history.readNewest().some(({ id }) => id === entry.id)) world.history.append(entry);
}

export function markLives(mark: ProcessMark | undefined, world: SettleWorld): boolean {
  return mark !== undefined && world.processes.read(mark.pid)?.startTime === mark.startTime;
}

/**
 * pon waits for it, or its pppd runs. A pppd that goes to the background is another process: it is known by PPPCTL_CALL, or,
 * where that cannot be read, by the peer and a later start.
 */
export function isAlive(record: LinkRecord, world: SettleWorld): boolean {
  if (markLives(record.dialer, world) || markLives(record.pppd, world)) return true;
  return world.processes.list().some(({ pid, argv, startTime }) => {
    if (pppdCallOf(argv)?.peer !== record.peer) return false;
    const call = world.processes.variable(pid, "PPPCTL_CALL");
    return call === undefined ? startTime >= (record.pppd?.startTime ?? 0) : call === record.call;
  });
}

/**
 * What the log says of an attempt that has ended while its pppd goes on. There are no times in it: it ended at the log's last
 * change, as far as is known.
 */
export function latestEnd(record: LinkRecord, world: SettleWorld): CallEnd {
  // Its pppd may have made others since.
  const [state] = readAttempts(record, world);
  const events = state?.events ?? [];
  const { cause, sentence } = judge({
    events,
    dialFailure: dialedOf(record, world)?.failure,
    device: record.device,
  });
  return { endedAt: lastSign(record, world), cause, sentence, bytes: state?.bytes, upMs: measuredMs(state) };
}

/**
 * The ends of a record's attempt and of those that its pppd made after it, by its log. The last one ended at the log's last
 * change, when that has pppd's last word about it (`Connection terminated.`: its `Exit.` goes to syslog alone, main.c); where
 * there is none, nobody knows when.
 */
function unseenEnds(record: LinkRecord, world: SettleWorld): [LinkRecord, CallEnd][] {
  const endedAt = lastSign(record, world);
  const states = readAttempts(record, world);
  return states.map((state, i): [LinkRecord, CallEnd] => {
    const each = filledIn(i === 0 ? record : laterAttempt(record, i), state, endedAt);
    const lost = i === states.length - 1 && !state.events.some(({ kind }) => lastWords.has(kind));
    const { cause, sentence } = judgeUnseen(each, state, lost, world);
    return [
      each,
      {
        ...{ endedAt, ...(lost ? { noticedAt: world.clock.wallTime() } : {}), cause, sentence },
        ...{ bytes: state.bytes, upMs: measuredMs(state) },
      },
    ];
  });
}

function measuredMs(state: LinkState | undefined): number | undefined {
  return state?.minutes === undefined ? undefined : Math.round(state.minutes * 60_000);
}

/** After one of these pppd does nothing more for the call than hang up. */
const lastWords = new Set([...endings, "init-script-failed", "pppd-ended"]);

/** Milliseconds since 1970: the last that is known to have happened in a call. */
function lastSign(record: LinkRecord, world: SettleWorld): number {
  const changed = record.logFile === undefined ? undefined : world.files.modifiedAt(record.logFile);
  const signs = [record.startedAt, record.connectedAt, record.upAt, record.endedAt, changed];
  return Math.min(world.clock.wallTime(), Math.max(...signs.filter((time) => time !== undefined)));
}

/** @param lost pppd, or pon, has gone without a word */
function judgeUnseen(
  record: LinkRecord,
  { events }: LinkState,
  lost: boolean,
  world: SettleWorld,
): Pick<CallEnd, "cause" | "sentence"> {
  const input = { events, dialFailure: dialedOf(record, world)?.failure, device: record.device };
  const judged = judge(input);
  // What the log names had ended it before.
  if (!lost || judged.cause !== "ended") return judged;
  if (record.pppd === undefined) return { cause: "pppd-crashed", sentence: "pon was killed while it dialed" };
  // pppd writes elsewhere (`logfd`, a log that has been moved away): its silence here says nothing.
  const spoke = events.some(({ kind }) => kind === "connect" || kind === "interface" || kind === "local-address");
  if (!spoke && record.logFile !== undefined && record.upAt !== undefined) return judged;
  return judge({ ...input, signal: "a signal that it could not log" });
}

/** The dialer's record, when it is of this attempt. */
function dialedOf(record: LinkRecord, world: SettleWorld): DialRecord | undefined {
  const dialed = parseDialRecord(world.stores.of(record.peer).read(dialRecordName) ?? "");
  return dialed !== undefined && dialed.at >= record.startedAt ? dialed : undefined;
}

function laterAttempt(record: LinkRecord, after: number): LinkRecord {
  const { version, peer, linkname, phase, call, origin, device, logFile, startedAt } = record;
  const known = { call, origin, device, logFile };
  const some = Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined));
  return { version, peer, linkname, phase, startedAt, attempt: record.attempt + after, ...some };
}

/** What the log says of a call and the record does not. */
function filledIn(record: LinkRecord, state: LinkState, when: number): LinkRecord {
  const { iface, local, remote } = state;
  const said = { iface, local, remote, upAt: state.upAt === undefined ? undefined : when };
  const some = Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
  return { ...some, ...record };
}

/** The states in which the log leaves each attempt from this record's on; at least one. */
function readAttempts(record: LinkRecord, world: SettleWorld): LinkState[] {
  const read = record.logFile === undefined ? undefined : world.files.read(record.logFile);
  const whole = read?.kind === "file" ? read.bytes : new Uint8Array();
  const from = record.logFrom ?? 0;
  // Shorter than it was: it has been emptied since (logrotate).
  const bytes = whole.subarray(from > whole.length ? 0 : from);
  const ended: LinkState[] = [];
  let link = startLink({ network: "ip", redials: record.redials === true });
  for (const line of latin1FromBytes(bytes).split("\n")) {
    const next = stepLink(link, { type: "log", event: parsePppdLine(line), at: 0 });
    if (next.attempt > link.attempt) ended.push(link);
    link = next;
  }
  const reason = ownReason(record, world);
  return [...ended, reason === undefined ? link : { ...link, events: [...link.events, reason] }];
}

const ownReasons: ReadonlySet<PppdEvent["kind"]> = new Set(["probe-failed", "unit-idle", "time-used", "bytes-used"]);

/** Why somebody of ours ended it, in our own log of the call, when pppd writes to another (a `logfile` of the peer's). */
function ownReason(record: LinkRecord, world: SettleWorld): PppdEvent | undefined {
  const path = world.stores.of(record.peer).logFile;
  const read = path === record.logFile ? undefined : world.files.read(path);
  if (read?.kind !== "file") return undefined;
  // That log may be of an earlier call.
  return latin1FromBytes(read.bytes)
    .split("\n")
    .map(parsePppdLine)
    .findLast((event) => ownReasons.has(event.kind) && "pid" in event && event.pid === record.pppd?.pid);
}
