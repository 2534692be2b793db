import type { Cause } from "./causes.ts";

/** A call that is over, or an attempt at one: what the policy wants to know of it. */
export interface PastCall {
  readonly peer: string;
  /** Milliseconds since 1970, by the clock as it stood then. */
  readonly startedAt: number;
  readonly endedAt: number;
  /** Milliseconds from CONNECT to the end, what a telephone company charges; 0: it was not answered. */
  readonly onlineMs: number;
  /** Milliseconds for which the network was up. */
  readonly upMs: number;
  /** Both ways. */
  readonly bytes: number;
  readonly number?: string | undefined;
  /** Why it failed or ended. */
  readonly cause: Cause;
}

/** Neither dialed nor charged: the attempt ended before the telephone could ring. */
const free: ReadonlySet<Cause> = new Set<Cause>([
  "device-missing",
  "device-busy",
  "device-denied",
  "device-failed",
  "lock-failed",
  "modem-silent",
  "no-dialtone",
  "option-error",
  "number-refused",
  "pppd-missing",
  "not-root",
  "no-kernel-ppp",
]);

/** It may have rung somewhere. */
export function wasDialed({ cause, onlineMs }: Pick<PastCall, "cause" | "onlineMs">): boolean {
  return onlineMs > 0 || !free.has(cause);
}

/** Ends that are nobody's failure: somebody, or a limit that somebody set, ended it. */
const wanted: ReadonlySet<Cause> = new Set<Cause>([
  "user-request",
  "idle",
  "time-limit",
  "traffic-limit",
  "callback",
  "ended",
]);

/** The call ended as it was meant to. */
export function endedAsWanted({ cause }: Pick<PastCall, "cause">): boolean {
  return wanted.has(cause);
}

/**
 * The calls with times that never run backwards and are never after `now`: a call whose time is later than that of a call made
 * after it was made before the clock was set back, at that call's time at the latest. So no call escapes a limit, and none counts
 * for ever.
 */
export function straightenTimes(calls: readonly PastCall[], now: number): readonly PastCall[] {
  // All is well as a rule.
  const straight = (call: PastCall, i: number): boolean =>
    call.startedAt <= call.endedAt && call.endedAt <= (calls[i + 1]?.startedAt ?? now);
  if (calls.every(straight)) return calls;
  let latest = now;
  return calls
    .toReversed()
    .map((call) => {
      const endedAt = Math.min(call.endedAt, latest);
      const startedAt = Math.min(call.startedAt, endedAt);
      latest = startedAt;
      return { ...call, startedAt, endedAt };
    })
    .reverse();
}
