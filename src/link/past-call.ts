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

const dayMs = 86_400_000;

/**
 * The calls with times that never run backwards and are never after `now`, whose clock is believed.
 *
 * A time that is still to come was made before the clock was set back: at the next call's time at the latest. So no call escapes a
 * limit; but one of more than a day ahead (a clock that was years wrong) counts for the day before, so that none counts for ever.
 * A time before that of an earlier call was made by a clock that was behind (a machine that begins at 1970 until it asks the
 * network): at the earlier call's time at the earliest.
 *
 * @param calls in the order in which they were made
 */
export function straightenTimes(calls: readonly PastCall[], now: number): readonly PastCall[] {
  // All is well as a rule.
  const straight = (call: PastCall, i: number): boolean =>
    call.startedAt <= call.endedAt && call.endedAt <= (calls[i + 1]?.startedAt ?? now);
  if (calls.every(straight)) return calls;
  let next = now;
  const possible = calls
    .toReversed()
    .map((call) => {
      const late = call.endedAt > now;
      const endedAt = !late ? call.endedAt : call.endedAt - now > dayMs ? next - dayMs : next;
      const startedAt = Math.min(call.startedAt, endedAt);
      if (!late) next = startedAt;
      return { ...call, startedAt, endedAt };
    })
    .reverse();
  let latest = -Infinity;
  return possible.map((call) => {
    const endedAt = Math.max(call.endedAt, latest);
    const startedAt = Math.min(Math.max(call.startedAt, latest), endedAt);
    latest = endedAt;
    // It did not last from 1970 on.
    const onlineMs = startedAt > call.startedAt ? Math.min(call.onlineMs, endedAt - startedAt) : call.onlineMs;
    return { ...call, startedAt, endedAt, onlineMs };
  });
}

/** Two lists as one, each in its own order, in which things happened: their times need not be, where a clock was set. */
export function mergeByEnd<T extends { readonly endedAt: number }>(a: readonly T[], b: readonly T[]): T[] {
  const merged: T[] = [];
  let [i, j] = [0, 0];
  for (;;) {
    const [left, right] = [a[i], b[j]];
    if (left === undefined) return [...merged, ...b.slice(j)];
    if (right === undefined) return [...merged, ...a.slice(i)];
    const first = left.endedAt <= right.endedAt;
    merged.push(first ? left : right);
    if (first) i++;
    else j++;
  }
}
