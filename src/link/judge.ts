import { PppctlError } from "../core/errors.ts";
import { ExitCode } from "../core/exit-codes.ts";
import { type Cause, type CauseDetails, causeRow, type RetryAdvice } from "./causes.ts";
import { causeOfAbort, causeOfDial, type DialFailure } from "./dial-failure.ts";

/**
 * One line of a log, classified. Structurally what `parsePppdLine` of pppd/ returns;
 * this room knows the kinds in `strong` and `weak` below and passes over all others.
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
}

/** What is known of a link that failed or ended. */
export interface JudgeInput {
  /** In the order of the log; of several attempts, the last one counts. */
  readonly events: readonly LogFact[];
  /** What the dialer left behind, when it failed in this attempt. */
  readonly dialFailure?: DialFailure | undefined;
  /** pppd's. */
  readonly exitStatus?: number | undefined;
  /** The signal that killed pppd, such as `SIGKILL`. */
  readonly signal?: string | undefined;
  /** For the sentence, where the log does not name it. */
  readonly device?: string | undefined;
}

/** Why a link failed or ended, and what to do about it. */
export interface Judgement {
  readonly cause: Cause;
  /** Without the peer's name, without a full stop. */
  readonly sentence: string;
  readonly hint: string | undefined;
  readonly retry: RetryAdvice;
  /** Dotted and stable. */
  readonly code: string;
  /** The log lines that it rests on; empty when it rests on the dialer's record or the exit status alone. */
  readonly evidence: readonly string[];
  /** pppd's own, unchanged, when there is one. */
  readonly exitStatus: number;
}

interface Reading {
  readonly cause: Cause;
  /** When it is not that of the cause's row. */
  readonly exitStatus?: number;
  readonly details: CauseDetails;
  readonly evidence: readonly string[];
}

/**
 * Judge why a link failed or ended: log lines first, then the dialer's record, then the
 * exit status, for pppd turns every failed dial into 8, and one wrong password into 19,
 * 16 or 8 by the order of two packets.
 */
export function judge(input: JudgeInput): Judgement {
  const facts = lastAttempt(input.events);
  const reading =
    readStrong(facts, input) ?? readDial(facts, input) ?? readWeak(facts) ?? readExit(input.exitStatus, input.signal);
  const row = causeRow(reading.cause);
  const details = { device: input.device, exitStatus: input.exitStatus, ...reading.details };
  return {
    cause: reading.cause,
    sentence: row.sentence(details),
    hint: row.hint,
    retry: row.retry,
    code: row.code,
    evidence: reading.evidence,
    exitStatus: input.exitStatus ?? reading.exitStatus ?? row.exitStatus,
  };
}

/** The judgement as the error that a command ends with: `yosefcom: the modem answered BUSY …`. */
export function errorOfJudgement(peer: string, judgement: Judgement): PppctlError {
  return new PppctlError({
    code: judgement.code,
    message: `${peer}: ${judgement.sentence}`,
    // A link that ended in peace (pppd's status 0) is no success for whoever wanted it up.
    exitCode: judgement.exitStatus || ExitCode.hangup,
    hint: judgement.hint,
  });
}

/**
 * Of an attempt; `started` (a new process) begins one even when the last had no end. The
 * last four are what a new process may say before it says that it started.
 */
const beginnings = new Set([
  "serial-connected",
  "connect",
  "started",
  "demand-triggered",
  "chat-expect",
  "option-error",
  "no-kernel-ppp",
  "not-root",
  "auth-required",
]);
const endings = new Set(["terminated", "connect-script-failed", "exit"]);

/** The facts of the last attempt of a pppd that redials, or of a log that holds several calls. */
function lastAttempt(facts: readonly LogFact[]): readonly LogFact[] {
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

type Rule = (fact: LogFact) => readonly [Cause, CauseDetails] | undefined;

const plainly =
  (cause: Cause): Rule =>
  () => [cause, {}];
const saying =
  (cause: Cause): Rule =>
  (fact) => [cause, { message: fact.text }];

/** What peers write into a Terminate-Request when the password was wrong. */
const authWords = /auth|password|passwd|login|log in|user ?name|unknown user|invalid user|credential|denied|reject/i;

/** Facts that name a cause by themselves. The first one of an attempt is what started its end. */
const strong: Readonly<Record<string, Rule>> = {
  "auth-failed": (f) => ["auth-refused", { method: f.method, message: f.message }],
  "no-secret": (f) => ["no-secret", { message: f.text }],
  "auth-timed-out": () => ["auth-refused", { message: "no answer in time" }],
  "peer-refused-auth": plainly("peer-not-authenticated"),
  "peer-auth-failed": (f) => ["peer-not-authenticated", { message: f.text }],
  "auth-required": plainly("peer-not-authenticated"),
  "calling-number-refused": (f) => ["number-refused", { message: f.number }],
  "negotiation-timeout": (f) =>
    f.protocol === "LCP"
      ? ["lcp-timeout", {}]
      : f.protocol === "IPCP"
        ? ["no-address", { message: "IPCP timed out" }]
        : undefined,
  "terminated-by-peer": (f) => (f.protocol === "LCP" ? ["ended-by-peer", { message: f.message }] : undefined),
  "address-missing": saying("no-address"),
  "address-unauthorized": saying("no-address"),
  "address-refused": saying("no-address"),
  "interface-failed": saying("pppd-failed"),
  "mppe-failed": saying("negotiation-failed"),
  "no-network-protocols": saying("negotiation-failed"),
  loopback: plainly("loopback"),
  "echo-timeout": (f) => ["echo-timeout", { count: f.count }],
  "modem-hangup": plainly("line-lost"),
  "init-script-failed": plainly("init-failed"),
  idle: plainly("idle"),
  "time-limit": plainly("time-limit"),
  "traffic-limit": plainly("traffic-limit"),
  "terminating-on-signal": (f) => ["user-request", { signal: String(f.signal) }],
  "hangup-signal": () => ["user-request", { signal: "HUP" }],
  "fatal-signal": (f) => ["pppd-crashed", { signal: `signal ${f.signal}` }],
  locked: (f) => ["device-busy", { device: f.device, holder: f.pid === undefined ? undefined : { pid: f.pid } }],
  "lock-failed": saying("lock-failed"),
  "open-failed": (f) => [causeOfErrno(f.error ?? ""), { device: f.path, message: f.error }],
  "tty-setup-failed": saying("device-failed"),
  "no-kernel-ppp": plainly("no-kernel-ppp"),
  "not-root": plainly("not-root"),
  "ppp-setup-failed": saying("pppd-failed"),
  "option-error": (f) => {
    // A device word that names no device is an unknown option to pppd (options.c, setdevname).
    const device = /^unrecognized option '(\/dev\/.*)'$/.exec(f.message ?? "")?.[1];
    return device === undefined
      ? ["option-error", { file: f.file, message: f.message }]
      : ["device-missing", { device }];
  },
  "pppoe-timeout": () => ["no-answer", { string: "nothing: no access concentrator is there" }],
};

/** The kinds of facts that `judge` reads, for the test that pppd/ still produces them. */
export const judgedKinds: readonly string[] = [
  ...Object.keys(strong),
  ...beginnings,
  ...endings,
  "auth-succeeded",
  "remote-message",
  "no-auth-possible",
  "not-8-bit-clean",
  "chat-failed",
  "chat-alarm",
];

function readStrong(facts: readonly LogFact[], input: JudgeInput): Reading | undefined {
  const read = (fact: LogFact): Reading | undefined => {
    const found = strong[fact.kind]?.(fact);
    return found && { cause: found[0], details: found[1], evidence: [fact.text] };
  };
  const readings = facts.map(read).filter((reading) => reading !== undefined);
  const first = readings[0];
  if (first === undefined) return undefined;

  // A Terminate-Request may overtake the CHAP Failure that explains it.
  if (first.cause === "ended-by-peer" || first.cause === "line-lost") {
    const refusal = readings.find((reading) => reading.cause === "auth-refused" || reading.cause === "no-secret");
    if (refusal !== undefined) {
      return withRemoteMessage({ ...refusal, evidence: [...first.evidence, ...refusal.evidence] }, facts);
    }
    const reason = readings.find((reading) => reading.cause === "ended-by-peer")?.details.message;
    const authenticated = facts.some((fact) => fact.kind === "auth-succeeded");
    if (input.exitStatus === ExitCode.auth || (!authenticated && authWords.test(reason ?? ""))) {
      return withRemoteMessage(
        { cause: "auth-refused", details: { message: reason }, evidence: first.evidence },
        facts,
      );
    }
  }
  if (first.cause === "auth-refused") return withRemoteMessage(first, facts);
  if (first.cause === "lcp-timeout") {
    const unclean = facts.find((fact) => fact.kind === "not-8-bit-clean");
    if (unclean) return { cause: "no-ppp", details: {}, evidence: [...first.evidence, unclean.text] };
  }
  return first;
}

/** The peer's own words about our password, when the failure's line does not bring them. */
function withRemoteMessage(reading: Reading, facts: readonly LogFact[]): Reading {
  const remote = facts.find((fact) => fact.kind === "remote-message");
  if (remote?.message === undefined) return reading;
  return {
    ...reading,
    details: { ...reading.details, message: remote.message },
    evidence: [remote.text, ...reading.evidence],
  };
}

function readDial(facts: readonly LogFact[], input: JudgeInput): Reading | undefined {
  const script = facts.find((fact) => fact.kind === "connect-script-failed");
  const evidence = script === undefined ? [] : [script.text];
  if (input.dialFailure !== undefined) {
    const reading = { cause: causeOfDial(input.dialFailure), details: dialDetails(input.dialFailure), evidence };
    // A line lost during the dial is a failed dial, not the end of a call.
    return reading.cause === "line-lost" ? { ...reading, exitStatus: ExitCode.connect } : reading;
  }
  const chat = facts.findLast((fact) => fact.kind === "chat-failed");
  if (chat === undefined) return script && { cause: "connect-failed", details: {}, evidence };
  const said = [chat.text, ...evidence];
  if (chat.reason !== undefined) {
    return { cause: causeOfAbort(chat.reason), details: { string: chat.reason }, evidence: said };
  }
  const timedOut = facts.some((fact) => fact.kind === "chat-alarm");
  const expected = facts.findLast((fact) => fact.kind === "chat-expect")?.expected;
  return { cause: timedOut ? "expect-timeout" : "connect-failed", details: { expected }, evidence: said };
}

function dialDetails(failure: DialFailure): CauseDetails {
  const { kind, string, ...rest } = failure;
  return kind === "interrupted" ? {} : { ...rest, string };
}

function readWeak(facts: readonly LogFact[]): Reading | undefined {
  const fact = facts.find((candidate) => candidate.kind === "no-auth-possible");
  return fact && { cause: "no-secret", details: {}, evidence: [fact.text] };
}

/** By exit status, from pppd(8) and pppd/pppd.h. 8 without a record: the connect program says no more. */
const exitCauses: Readonly<Record<number, Cause>> = {
  [ExitCode.ok]: "ended",
  [ExitCode.options]: "option-error",
  [ExitCode.notRoot]: "not-root",
  [ExitCode.noKernelPpp]: "no-kernel-ppp",
  [ExitCode.interrupted]: "user-request",
  [ExitCode.locked]: "device-busy",
  [ExitCode.open]: "device-failed",
  [ExitCode.connect]: "connect-failed",
  [ExitCode.pty]: "pty-failed",
  [ExitCode.negotiation]: "negotiation-failed",
  [ExitCode.peerAuth]: "peer-not-authenticated",
  [ExitCode.idle]: "idle",
  [ExitCode.maxConnect]: "time-limit",
  [ExitCode.callback]: "callback",
  [ExitCode.echoTimeout]: "echo-timeout",
  [ExitCode.hangup]: "line-lost",
  [ExitCode.loopback]: "loopback",
  [ExitCode.init]: "init-failed",
  [ExitCode.auth]: "auth-refused",
  [ExitCode.trafficLimit]: "traffic-limit",
  [ExitCode.callNumber]: "number-refused",
};

function readExit(exitStatus: number | undefined, signal: string | undefined): Reading {
  if (signal !== undefined) return { cause: "pppd-crashed", details: { signal }, evidence: [] };
  const cause = exitStatus === undefined ? "ended" : (exitCauses[exitStatus] ?? "pppd-failed");
  return { cause, details: {}, evidence: [] };
}

/** As strerror(3) of glibc in the C locale, which pppd's %m gives. */
function causeOfErrno(error: string): Cause {
  if (/^(No such (file or directory|device)|No such device or address)/.test(error)) return "device-missing";
  if (/^(Permission denied|Operation not permitted)/.test(error)) return "device-denied";
  if (/^Device or resource busy/.test(error)) return "device-busy";
  return "device-failed";
}
