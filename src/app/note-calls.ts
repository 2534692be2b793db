import type { Cause } from "../link/causes.ts";
import {
  formatLinkRecord,
  type LinkRecord,
  type ProcessMark,
  parseLinkRecord,
  recordName,
} from "../link/link-record.ts";
import { type CallEnd, latestEnd, markLives, type SettleWorld, settleCall, settleEnded } from "./settle-calls.ts";

/**
 * What the programs that pppd runs know of a call: `pppctl dial`, and the hooks. They keep the peer's record when no pon
 * does (it has returned, or there was none): then each attempt of a pppd that redials is seen to begin and to end.
 */
export interface CallNotes {
  /** What cannot be written (a full disk) is said by this; the call goes on. */
  readonly warn: (text: string) => void;
}

/** Who called: the pppd that runs us, and what pon told it. */
export interface NotedPppd {
  readonly peer: string;
  readonly linkname: string;
  readonly pppd: ProcessMark | undefined;
  /** PPPCTL_CALL; undefined: no pon of ours started this pppd. */
  readonly call: string | undefined;
}

/** pppd has us dial: an attempt begins, and the one before, if any, has ended. Undefined: pon keeps the record itself. */
export function noteDialing(
  by: NotedPppd,
  facts: Partial<LinkRecord>,
  world: SettleWorld,
  { warn }: CallNotes,
): { readonly connected: (known: Partial<LinkRecord>) => void; readonly failed: (why: Why) => void } | undefined {
  const before = readRecord(by.peer, world);
  if (markLives(before?.dialer, world)) return undefined;
  const ours = before !== undefined && isOf(before, by);
  // `pon --no-wait` has begun this attempt; any other that is not in the history has ended without a word to us.
  const begun = ours && isBegun(before);
  if (before !== undefined && !begun && before.settled !== true) {
    tryTo(warn, () => (ours ? settleCall(before, latestEnd(before, world), world) : settleEnded(by.peer, world)));
  }
  let record: LinkRecord = {
    ...freshRecord(by, before, world),
    ...(begun ? before : {}),
    ...facts,
    phase: "dialing",
  };
  const write = (change: Partial<LinkRecord>): void => {
    record = { ...record, ...change };
    tryTo(warn, () => writeNoted(record, by, world));
  };
  write({});
  return {
    connected: (known) => write({ ...known, phase: "negotiating", connectedAt: world.clock.wallTime() }),
    failed: (why) => endNoted(record, { endedAt: world.clock.wallTime(), ...why }, by, world, warn),
  };
}

/**
 * pppd has us dial, and we pause before we do: the attempt before, if there was one, has ended without a word to us, and what
 * is left of it says that its pppd waits. Nothing while pon keeps the record itself.
 *
 * @param end as seen; otherwise as the log says
 */
export function noteEnded(by: NotedPppd, world: SettleWorld, { warn }: CallNotes, end?: CallEnd): void {
  const before = readRecord(by.peer, world);
  if (before === undefined || before.settled === true || isBegun(before) || !isOf(before, by)) return;
  if (!markLives(before.dialer, world)) endNoted(before, end ?? latestEnd(before, world), by, world, warn);
}

/** An attempt whose network never was up, of a pppd that runs no program of ours for it, has ended: who watches it has seen that. Nothing while pon keeps the record itself. */
export function noteFailed(
  by: NotedPppd,
  startedAt: number,
  end: CallEnd,
  world: SettleWorld,
  { warn }: CallNotes,
): void {
  const before = readRecord(by.peer, world);
  if (markLives(before?.dialer, world)) return;
  const begun = before !== undefined && isOf(before, by) && isBegun(before);
  const record: LinkRecord = begun ? before : { ...freshRecord(by, before, world), startedAt };
  // Who enters a call has to find it there.
  if (!begun) tryTo(warn, () => writeNoted(record, by, world));
  endNoted(record, end, by, world, warn);
}

/** No attempt of it has ended: pon has started pppd, which is about to dial for the first time. */
function isBegun({ phase, settled }: LinkRecord): boolean {
  return phase === "starting" && settled !== true;
}

interface Why {
  readonly cause: Cause;
  readonly sentence: string;
}

/** The ip-up hook: the network is up. */
export function noteUp(by: NotedPppd, known: Partial<LinkRecord>, world: SettleWorld, { warn }: CallNotes): void {
  const before = readRecord(by.peer, world);
  if (markLives(before?.dialer, world)) return;
  const current = before !== undefined && before.settled !== true && isOf(before, by) ? before : undefined;
  if (before !== undefined && current === undefined) tryTo(warn, () => settleEnded(by.peer, world));
  const upAt = current?.upAt ?? world.clock.wallTime();
  const record = current ?? freshRecord(by, before, world);
  const pppd = by.pppd === undefined ? {} : { pppd: by.pppd };
  tryTo(warn, () => writeNoted({ ...record, ...pppd, ...known, phase: "up", upAt }, by, world));
}

/** The ip-down hook: the network is down, and pppd is about to hang up. */
export function noteDown(
  by: NotedPppd,
  counted: Pick<CallEnd, "bytes" | "upMs">,
  world: SettleWorld,
  { warn }: CallNotes,
): void {
  const record = readRecord(by.peer, world);
  if (record === undefined || markLives(record.dialer, world)) return;
  // The hook of a call may come when the next one is being dialed; that one entered this one.
  if (record.settled === true || record.upAt === undefined || !isOf(record, by)) return;
  const { cause, sentence } = latestEnd(record, world);
  endNoted(record, { endedAt: world.clock.wallTime(), cause, sentence, ...counted }, by, world, warn);
}

/** Enter it; what is left says that pppd waits for its next attempt, or hangs up. */
function endNoted(record: LinkRecord, end: CallEnd, by: NotedPppd, world: SettleWorld, warn: CallNotes["warn"]): void {
  tryTo(warn, () => {
    settleCall(record, end, world);
    const phase = record.redials === true ? "waiting" : "ending";
    writeNoted(
      { ...record, phase, settled: true, endedAt: end.endedAt, cause: end.cause, sentence: end.sentence },
      by,
      world,
    );
  });
}

function freshRecord(by: NotedPppd, before: LinkRecord | undefined, world: SettleWorld): LinkRecord {
  const ours = before !== undefined && isOf(before, by);
  const now = world.clock.wallTime();
  const { redials, logFile, device } = ours ? before : ({} as Partial<LinkRecord>);
  const kept = { redials, logFile, logFrom: logFile && world.files.size(logFile), device };
  const known = Object.fromEntries(Object.entries(kept).filter(([, value]) => value !== undefined));
  return {
    version: 1,
    peer: by.peer,
    linkname: by.linkname,
    phase: "starting",
    call: by.call ?? (ours ? before.call : undefined) ?? `${now.toString(36)}-${by.pppd?.pid ?? world.self.pid}`,
    origin: ours ? (before.origin ?? "foreign") : by.call === undefined ? "foreign" : "as-is",
    attempt: ours ? before.attempt + 1 : 1,
    startedAt: now,
    ...known,
    ...(by.pppd === undefined ? {} : { pppd: by.pppd }),
  };
}

/** The record is of this pppd, or of the pon that started it. */
function isOf(record: LinkRecord, { call, pppd }: NotedPppd): boolean {
  if (call !== undefined) return record.call === call;
  return pppd !== undefined && record.pppd?.pid === pppd.pid && record.pppd.startTime === pppd.startTime;
}

function readRecord(peer: string, world: SettleWorld): LinkRecord | undefined {
  return parseLinkRecord(world.stores.of(peer).read(recordName) ?? "");
}

/**
 * We may outlive the pppd that runs us (it was killed, its child-timeout was over), and whoever saw it end has settled the call
 * before we write. So the order is: write, then look. Who settles looks first and then settles, and one of the two finds the other's.
 */
function writeNoted(record: LinkRecord, { pppd }: NotedPppd, world: SettleWorld): void {
  world.stores.of(record.peer).write(recordName, formatLinkRecord(record));
  if (pppd !== undefined && !markLives(pppd, world)) settleEnded(record.peer, world);
}

function tryTo(warn: CallNotes["warn"], write: () => void): void {
  try {
    write();
  } catch (error) {
    warn(`no record of this call: ${error instanceof Error ? error.message : String(error)}`);
  }
}
