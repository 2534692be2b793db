import type { PppdEvent } from "./pppd-event.ts";

/** chat.c: with -v it logs the dialogue, without it only why it failed. */
export function parseChatText(text: string): PppdEvent {
  const expected = /^expect \((.*)\)$/s.exec(text);
  if (expected) return { kind: "chat-expect", text, expected: expected[1] ?? "" };
  const sent = /^send \((.*)\)$/s.exec(text);
  if (sent) return { kind: "chat-send", text, send: (sent[1] ?? "").replace(/\^M$/, "") };
  const failed = /^Failed(?: \((.*)\))?$/s.exec(text);
  if (failed) return { kind: "chat-failed", text, reason: failed[1] };
  if (text === "alarm") return { kind: "chat-alarm", text };
  // What the script sets, and what chat says of its own.
  const own = /^(?:(?:clear )?(?:abort|report) on |report \(|timeout set to | *-- |got it|Can't get )|^$/.test(text);
  return { kind: own ? "other" : "chat-line", text };
}

/** What pon says at the end of a call; `parseOwnText` reads it. */
export function describePppdEnd(end: {
  readonly status: number | undefined;
  readonly signal: string | undefined;
}): string {
  return end.signal === undefined
    ? `pppd has ended with exit status ${end.status ?? "unknown"}`
    : `pppd was killed by ${end.signal}`;
}

/** What the hook runner says before it hangs up for `pon -q`. */
export const quickHangUp = "the scripts have run: hanging up (pon -q)";

/** What the other end said when it should have spoken PPP; `parseOwnText` reads it. */
export function describePeerText(text: string): string {
  return `no PPP came, but text: ${text}`;
}

/** What is said of a link before it is ended for that; `probe`: what it was tried with (`ping 192.0.2.1`). */
export function describeProbeFailure(pppd: number, probe: string): string {
  return `the link of pppd ${pppd} is up but passes nothing (${probe}): ending it`;
}

/** What is said of a link before it is ended for that; times in milliseconds. */
export function describeIdleUnit(
  pppd: number,
  { PON_UNIT: unit, PON_UNIT_IDLE: idle }: { readonly PON_UNIT: number; readonly PON_UNIT_IDLE: number },
): string {
  const seconds = (ms: number): string => `${Math.round(ms / 1000)} s`;
  return `the link of pppd ${pppd} is idle (for ${seconds(idle)}, before the next billing unit of ${seconds(unit)}): hanging up`;
}

/** What is said of a link before it is ended for that; `limits`: the settings' names. */
export function describeUsedUp(pppd: number, what: "time" | "bytes", limits: string): string {
  return `the link of pppd ${pppd} has used up its ${what} (${limits}): hanging up`;
}

/** Lines that pon and the hook runner write to the log of a call. */
export function parseOwnText(text: string): PppdEvent {
  const ended = /^pppd (?:has ended with exit status (\d+)|was killed by (SIG\w+))$/.exec(text);
  if (ended) {
    const exitStatus = ended[1] === undefined ? undefined : Number(ended[1]);
    return { kind: "pppd-ended", text, exitStatus, killedBy: ended[2] };
  }
  if (text.endsWith(quickHangUp)) return { kind: "quick-hangup", text };
  if (/^.+ is (?:not dialed again: |blocked since )/s.test(text)) return { kind: "dial-refused", text };
  const said = /^no PPP came, but text: (.*)$/s.exec(text);
  if (said) return { kind: "peer-text", text, message: said[1] ?? "" };
  const probed = /^the link of pppd (\d+) is up but passes nothing \((.*)\): ending it$/s.exec(text);
  if (probed) return { kind: "probe-failed", text, pid: Number(probed[1]), message: probed[2] ?? "" };
  const idle = /^the link of pppd (\d+) is idle \((.*)\): hanging up$/s.exec(text);
  if (idle) return { kind: "unit-idle", text, pid: Number(idle[1]), message: idle[2] ?? "" };
  const used = /^the link of pppd (\d+) has used up its (time|bytes) \((.*)\): hanging up$/s.exec(text);
  if (used) {
    const kind = used[2] === "time" ? "time-used" : "bytes-used";
    return { kind, text, pid: Number(used[1]), message: used[3] ?? "" };
  }
  const hook =
    /^(?:ip|ipv6)-(?:pre-)?(?:up|down): (\/.*?) ((?:failed with exit status|was ended by|hangs:|could not be run:|was not run:) .*)$/s.exec(
      text,
    );
  if (hook) return { kind: "hook-failed", text, path: hook[1] ?? "", message: hook[2] ?? "" };
  return { kind: "other", text };
}
