/**
 * One line of a log, classified. Structurally what `parsePppdLine` of pppd/ returns;
 * this room knows the kinds of `judgedKinds` and passes over all others.
 */
export interface LogFact {
  readonly kind: string;
  /** The line itself, without the logger's prefix. */
  readonly text: string;
  readonly message?: string | undefined;
  readonly method?: string | undefined;
  readonly protocol?: string | undefined;
  readonly device?: string | undefined;
  readonly path?: string | undefined;
  readonly file?: string | undefined;
  readonly error?: string | undefined;
  readonly name?: string | undefined;
  readonly number?: string | undefined;
  readonly reason?: string | undefined;
  readonly expected?: string | undefined;
  readonly pid?: number | undefined;
  readonly count?: number | undefined;
  readonly signal?: number | undefined;
  readonly send?: string | undefined;
  readonly exitStatus?: number | undefined;
  readonly killedBy?: string | undefined;
}

/**
 * Of an attempt; `started` (a new process) begins one even when the last had no end. The
 * last four are what a new process may say before it says that it started.
 */
export const beginnings = new Set([
  "serial-connected",
  "connect",
  "started",
  "demand-triggered",
  "chat-send",
  "chat-expect",
  "chat-alarm",
  "chat-failed",
  "option-error",
  "no-kernel-ppp",
  "not-root",
  "auth-required",
]);
export const endings = new Set(["terminated", "connect-script-failed", "exit"]);

/** The facts of the last attempt of a pppd that redials, or of a log that holds several calls. */
export function lastAttempt(all: readonly LogFact[]): readonly LogFact[] {
  const facts = withoutHangUps(all);
  let start = 0;
  let ended = false;
  facts.forEach((fact, i) => {
    const begins = fact.kind === "started" || (ended && (beginnings.has(fact.kind) || isFailedDial(facts, i)));
    if (begins) start = i;
    if (endings.has(fact.kind)) ended = true;
    else if (begins) ended = false;
  });
  return facts.slice(start);
}

/** A dial of which nothing but its failure is said; what was not dialed is no attempt: that which it was not dialed for is the last. */
function isFailedDial(facts: readonly LogFact[], i: number): boolean {
  if (facts[i]?.kind !== "connect-script-failed") return false;
  return facts.slice(0, i).findLast(({ kind }) => kind !== "other")?.kind !== "dial-refused";
}

/** Without what chat(8) says for `disconnect`, between pppd's last word about the call and that about the script: it dials nothing. */
function withoutHangUps(facts: readonly LogFact[]): readonly LogFact[] {
  let kept: LogFact[] = [];
  let ending: number | undefined;
  for (const fact of facts) {
    const isOfChat = fact.kind.startsWith("chat-");
    if (hangUps.has(fact.kind) && ending !== undefined) {
      const from = ending;
      kept = kept.filter(({ kind }, i) => i < from || !kind.startsWith("chat-"));
    }
    kept.push(fact);
    if (endings.has(fact.kind)) ending = kept.length;
    else if (hangUps.has(fact.kind) || (beginnings.has(fact.kind) && !isOfChat)) ending = undefined;
  }
  return kept;
}

const hangUps = new Set(["serial-disconnected", "disconnect-script-failed"]);

/** The kernel sends SIGHUP, too, when a line hangs up that is pppd's controlling terminal; `after`: what comes then. */
export function isOfLine(after: readonly LogFact[]): boolean {
  return after.find(({ kind }) => kind === "modem-hangup" || kind === "terminated")?.kind === "modem-hangup";
}
