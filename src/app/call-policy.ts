import { PppctlError } from "../core/errors.ts";
import { ExitCode } from "../core/exit-codes.ts";
import type { PeerName } from "../core/peer-name.ts";
import type { BlockRecord } from "../link/block-record.ts";
import { type Cause, causeOfCode, causeRow } from "../link/causes.ts";
import { type Decision, decide, type PolicyInput } from "../link/decide.ts";
import type { HistoryEntry } from "../link/history-entry.ts";
import { formatLocalTime } from "../link/local-calendar.ts";
import { mergeByEnd, type PastCall } from "../link/past-call.ts";
import type { World } from "./deps.ts";

/** No limit looks further back: a calendar month. */
const memoryMs = 32 * 86_400_000;

/** The calls of one peer, as the policy sees them: those of the history, and those that this process has made since. */
export interface CallMemory {
  readonly calls: () => readonly PastCall[];
  /** A call of ours has ended; it counts also when the history cannot be written. */
  readonly add: (call: PastCall) => void;
  /** Where in its jitter the pause after the last call is, from 0 to 1: the same as long as that is the last. */
  readonly jitter: () => number;
}

/** Read what there is now; later calls by other processes are seen too, by the time of their start. */
export function rememberCalls(peer: PeerName, world: World): CallMemory {
  const own: PastCall[] = [];
  let drawn = { key: "", value: 0 };
  return {
    calls: () => {
      const written = world.history
        .read(world.clock.wallTime() - memoryMs)
        .filter((entry) => entry.peer === peer)
        .map(pastCallOf);
      // Our own is in the history too, with times of its own: near enough is the same.
      const missing = own.filter((call) => !written.some((other) => isSame(call, other)));
      return mergeByEnd(written, missing);
    },
    add: (call) => void own.push(call),
    jitter: () => {
      const after = world.history.readNewest().findLast((entry) => entry.peer === peer)?.id ?? "";
      const key = `${after} ${own.length}`;
      if (key !== drawn.key) drawn = { key, value: world.random() };
      return drawn.value;
    },
  };
}

const sameCallMs = 2000;

function isSame(a: PastCall, b: PastCall): boolean {
  return (
    Math.abs(a.startedAt - b.startedAt) < sameCallMs ||
    (a.startedAt <= b.endedAt && b.startedAt <= a.endedAt && a.cause === b.cause)
  );
}

/** A call of the history as the policy sees it. */
export function pastCallOf(entry: HistoryEntry): PastCall {
  const { peer, startedAt, connectedAt, upAt, endedAt, number, cause } = entry;
  const since = (from: number | undefined): number => (from === undefined ? 0 : Math.max(0, endedAt - from));
  return {
    peer,
    startedAt,
    endedAt,
    onlineMs: since(connectedAt ?? upAt),
    upMs: since(upAt),
    bytes: (entry.bytesSent ?? 0) + (entry.bytesReceived ?? 0),
    number,
    cause,
  };
}

/** Ask the policy, at the clock's time. */
export function askPolicy(ask: Omit<PolicyInput, "now">, world: World): Decision {
  const wall = world.clock.wallTime();
  return decide({ ...ask, now: { wall, offset: world.localOffset(wall), offsetAt: world.localOffset } });
}

const otherCodes: Readonly<Record<string, Cause>> = {
  "port.locked": "device-busy",
  "port.lock-failed": "lock-failed",
  "device.not-a-tty": "device-failed",
  "device.speed": "device-failed",
  "device.open": "device-failed",
};

/** What failed, for the policy; undefined: nothing that another try could mend (a mistake in a file, another dialer). */
export function causeOfError(error: unknown): Cause | undefined {
  if (!(error instanceof PppctlError)) return undefined;
  return otherCodes[error.code] ?? causeOfCode(error.code);
}

/** Have nobody dial this peer until `pppctl unblock`. A disk that is full is said by nobody: the next call tries again. */
export function block(peer: PeerName, cause: Cause, sentence: string, world: World): void {
  try {
    world.blocks.write({ version: 1, peer, since: world.clock.wallTime(), cause, sentence });
  } catch {
    // The decision holds for this process all the same.
  }
}

/** A blocked peer is not dialed; exit status 75. */
export function blockedError(peer: PeerName, { cause, since, sentence }: BlockRecord, world: World): PppctlError {
  return new PppctlError({
    code: "policy.blocked",
    message: `${peer} is blocked since ${localTimeText(since, world)}: ${sentence}`,
    exitCode: ExitCode.refused,
    hint: `${causeRow(cause).hint ?? "see why"}; then \`pppctl unblock ${peer}\``,
  });
}

/** The user's own limits refuse a dial; exit status 75. */
export function refusedError(
  peer: PeerName,
  { reason, setting, until }: Extract<Decision, { action: "refuse" }>,
  world: World,
): PppctlError {
  return new PppctlError({
    code: "policy.refused",
    message: `${peer} is not dialed: ${reason}; again from ${localTimeText(until, world)}`,
    exitCode: ExitCode.refused,
    hint: `change ${setting} in the peer file to dial before`,
  });
}

function localTimeText(wall: number, world: Pick<World, "localOffset">): string {
  return formatLocalTime({ wall, offset: world.localOffset(wall) });
}
