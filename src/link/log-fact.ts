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
  "option-error",
  "no-kernel-ppp",
  "not-root",
  "auth-required",
]);
export const endings = new Set(["terminated", "connect-script-failed", "exit"]);

/** The facts of the last attempt of a pppd that redials, or of a log that holds several calls. */
export function lastAttempt(facts: readonly LogFact[]): readonly LogFact[] {
  let start = 0;
  let ended = false;
  facts.forEach((fact, i) => {
    if (endings.has(fact.kind)) ended = true;
    else if (fact.kind === "started" || (ended && beginnings.has(fact.kind))) {
      start = i;
      ended = false;
    }
  });
  return facts.slice(start);
}

/** The kernel sends SIGHUP, too, when a line hangs up that is pppd's controlling terminal; `after`: what comes then. */
export function isOfLine(after: readonly LogFact[]): boolean {
  return after.find(({ kind }) => kind === "modem-hangup" || kind === "terminated")?.kind === "modem-hangup";
}
