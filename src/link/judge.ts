import { PppctlError } from "../core/errors.ts";
import { ExitCode } from "../core/exit-codes.ts";
import { type Cause, causeRow, type RetryAdvice } from "./causes.ts";
import type { DialFailure } from "./dial-failure.ts";
import { readDial } from "./judge-dial.ts";
import { readExit } from "./judge-exit.ts";
import { readTunnel, type TunnelOfLink, tunnelKinds } from "./judge-tunnel.ts";
import { beginnings, endings, isOfLine, type LogFact, lastAttempt } from "./log-fact.ts";
import { authWords, strong } from "./log-rules.ts";
import type { Reading } from "./reading.ts";

export type { LogFact } from "./log-fact.ts";

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
  /** Of a peer that is not serial. */
  readonly tunnel?: TunnelOfLink | undefined;
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

/**
 * Judge why a link failed or ended: log lines first, then the dialer's record, then the
 * exit status, for pppd turns every failed dial into 8, and one wrong password into 19,
 * 16 or 8 by the order of two packets.
 */
export function judge(input: JudgeInput): Judgement {
  const facts = lastAttempt(input.events);
  const ended = facts.findLast(({ kind }) => kind === "pppd-ended");
  const exitStatus = input.exitStatus ?? ended?.exitStatus;
  const signal = input.signal ?? ended?.killedBy;
  const reading =
    readTunnel(facts, input.tunnel) ??
    readStrong(facts, exitStatus) ??
    readDial(facts, input.dialFailure) ??
    readWeak(facts, signal === undefined ? exitStatus : ExitCode.fatal) ??
    readExit(exitStatus, signal, ended);
  const row = causeRow(reading.cause);
  const details = { device: input.device, tunnel: input.tunnel?.kind, exitStatus, ...reading.details };
  return {
    cause: reading.cause,
    sentence: row.sentence(details),
    hint: row.hint,
    retry: row.retry,
    code: row.code,
    evidence: reading.evidence,
    exitStatus: exitStatus ?? reading.exitStatus ?? row.exitStatus,
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

/** Words of ours before we ended a link, where pppd's own say that it was asked to. */
const endedFor: Readonly<Record<string, Cause>> = {
  "probe-failed": "probe-failed",
  "unit-idle": "idle",
  "time-used": "time-limit",
  "bytes-used": "traffic-limit",
};

/** The kinds of facts that `judge` reads, for the test that pppd/ still produces them. */
export const judgedKinds: readonly string[] = [
  ...Object.keys(strong),
  ...tunnelKinds,
  ...beginnings,
  ...endings,
  "auth-succeeded",
  "remote-message",
  "no-auth-possible",
  "not-8-bit-clean",
  "chat-line",
  "dial-refused",
  "serial-disconnected",
  "disconnect-script-failed",
  "pppd-ended",
  "hook-failed",
  "quick-hangup",
  ...Object.keys(endedFor),
  "peer-text",
  "script-not-started",
  "script-killed",
];

function readStrong(facts: readonly LogFact[], exitStatus: number | undefined): Reading | undefined {
  const read = (fact: LogFact): Reading | undefined => {
    const found = strong[fact.kind]?.(fact);
    return found && { cause: found[0], details: found[1], evidence: [fact.text] };
  };
  const said = facts.filter((fact, i) => {
    const after = facts.slice(i + 1);
    if (fact.kind === "pty-failed") return !after.some(({ kind }) => scriptFailures.has(kind));
    return fact.kind !== "hangup-signal" || !isOfLine(after);
  });
  const readings = said.map(read).filter((reading) => reading !== undefined);
  const first = readings[0];
  if (first === undefined) return undefined;
  if (first.cause === "user-request" && facts.some(({ kind }) => kind === "quick-hangup")) {
    return readHook(facts) ?? { cause: "ended", details: {}, evidence: first.evidence };
  }
  // Who had it ended has said why.
  const why = facts.find(({ kind }) => endedFor[kind] !== undefined);
  const cause = endedFor[why?.kind ?? ""];
  if (first.cause === "user-request" && why !== undefined && cause !== undefined) {
    return {
      cause,
      details: { message: why.message },
      evidence: [why.text, ...first.evidence],
    };
  }

  // A Terminate-Request may overtake the CHAP Failure that explains it.
  if (first.cause === "ended-by-peer" || first.cause === "line-lost") {
    const refusal = readings.find((reading) => reading.cause === "auth-refused" || reading.cause === "no-secret");
    if (refusal !== undefined) {
      return withRemoteMessage({ ...refusal, evidence: [...first.evidence, ...refusal.evidence] }, facts);
    }
    const reason = readings.find((reading) => reading.cause === "ended-by-peer")?.details.message;
    // What pppd says at the other end when we have nothing to prove ourselves with (auth.c).
    if (/^peer refused to authenticate/.test(reason ?? "")) {
      return { cause: "no-secret", details: {}, evidence: first.evidence };
    }
    const authenticated = facts.some((fact) => fact.kind === "auth-succeeded");
    if (exitStatus === ExitCode.auth || (!authenticated && authWords.test(reason ?? ""))) {
      return withRemoteMessage(
        { cause: "auth-refused", details: { message: reason }, evidence: first.evidence },
        facts,
      );
    }
  }
  if (first.cause === "auth-refused") return withRemoteMessage(first, facts);
  if (first.cause === "lcp-timeout") {
    const text = facts.find((fact) => fact.kind === "peer-text");
    if (text?.message !== undefined) {
      return { cause: "no-ppp", details: { received: [text.message] }, evidence: [...first.evidence, text.text] };
    }
    const unclean = facts.find((fact) => fact.kind === "not-8-bit-clean");
    if (unclean) return { cause: "no-ppp", details: {}, evidence: [...first.evidence, unclean.text] };
  }
  return first;
}

/** pppd says the same of each program that it cannot start, and then which it was. */
const scriptFailures = new Set([
  "connect-script-failed",
  "init-script-failed",
  "welcome-script-failed",
  "disconnect-script-failed",
]);

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

/** What only counts where nothing else names a cause. */
function readWeak(facts: readonly LogFact[], exitStatus: number | undefined): Reading | undefined {
  const fact = facts.find((candidate) => candidate.kind === "no-auth-possible");
  if (fact !== undefined) return { cause: "no-secret", details: {}, evidence: [fact.text] };
  return exitStatus === undefined || exitStatus === ExitCode.ok ? readHook(facts) : undefined;
}

const hookProgram = /(^|\/)(ip|ipv6|auth)-(pre-)?(up|down)$/;

/** A hook that failed ends no call by itself; `pon -q` makes a call for its hooks. */
function readHook(facts: readonly LogFact[]): Reading | undefined {
  const failed = facts.find(
    ({ kind, path }) =>
      kind === "hook-failed" ||
      ((kind === "script-not-started" || kind === "script-killed") && hookProgram.test(path ?? "")),
  );
  if (failed === undefined) return undefined;
  const message = failed.message?.replace(/^failed with /, "") ?? failed.error;
  return { cause: "hook-failed", details: { file: failed.path, message }, evidence: [failed.text] };
}
