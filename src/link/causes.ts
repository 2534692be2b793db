import { ExitCode } from "../core/exit-codes.ts";
import type { SourcePosition } from "../core/source-position.ts";

/**
 * Whether another try makes sense: at once; after a wait; only when somebody changed
 * something; or not at all, because the link ended as it was meant to.
 */
export type RetryAdvice = "again" | "after-wait" | "not-before-change" | "stop";

/** What is known about a cause, for its sentence. All texts are printable. */
export interface CauseDetails {
  readonly device?: string | undefined;
  readonly number?: string | undefined;
  /** The string that the modem or the other end said. */
  readonly string?: string | undefined;
  readonly expected?: string | undefined;
  readonly sent?: string | undefined;
  readonly received?: readonly string[] | undefined;
  readonly step?: SourcePosition | undefined;
  readonly elapsedMs?: number | undefined;
  readonly timeoutMs?: number | undefined;
  readonly holder?: { readonly pid: number; readonly name?: string } | undefined;
  /** The system's, pppd's or the peer's own words. */
  readonly message?: string | undefined;
  /** PAP, CHAP or EAP. */
  readonly method?: string | undefined;
  readonly file?: string | undefined;
  readonly count?: number | undefined;
  /** `SIGKILL`, or a number. */
  readonly signal?: string | undefined;
  readonly exitStatus?: number | undefined;
}

export interface CauseRow {
  /** Stable, for PppctlError and `--json`. */
  readonly code: string;
  /** When pppd has given no exit status. */
  readonly exitStatus: number;
  readonly retry: RetryAdvice;
  /** One imperative line; undefined where nothing needs doing. */
  readonly hint: string | undefined;
  readonly sentence: (details: CauseDetails) => string;
}

const answered = (d: CauseDetails) => `the modem answered ${d.string ?? "with a refusal"}${dialContext(d)}`;
const withMessage = (text: string) => (d: CauseDetails) => (d.message ? `${text}: ${d.message}` : text);
const the = (d: CauseDetails) => d.device ?? "the device";

/** Every cause: how it is said, what to do about it. pppd's exit statuses are those of pppd(8). */
export const causes = {
  "device-missing": {
    code: "device.missing",
    exitStatus: ExitCode.open,
    retry: "after-wait",
    hint: "plug the modem in, or correct the device in the peer file (`ls -l /dev/serial/by-id` lists USB modems)",
    sentence: (d) => `${the(d)} does not exist`,
  },
  "device-busy": {
    code: "device.busy",
    exitStatus: ExitCode.locked,
    retry: "after-wait",
    hint: "end the program that has the line, then try again",
    sentence: (d) => `${the(d)} is in use${d.holder ? ` by ${holderName(d.holder)}` : ""}`,
  },
  "device-denied": {
    code: "device.denied",
    exitStatus: ExitCode.open,
    retry: "not-before-change",
    hint: "run it as root, or join the group that owns the device (often dialout)",
    sentence: (d) => `${the(d)} may not be opened${d.message ? `: ${d.message}` : ""}`,
  },
  "device-failed": {
    code: "device.failed",
    exitStatus: ExitCode.open,
    retry: "after-wait",
    hint: "check that the device is a serial line and that it takes the speed of the peer file",
    sentence: (d) => `${the(d)} cannot be used${d.message ? `: ${d.message}` : ""}`,
  },
  "lock-failed": {
    code: "device.lock",
    exitStatus: ExitCode.locked,
    retry: "not-before-change",
    hint: "check the lock files in /var/lock, and that it is writable",
    sentence: (d) => `${the(d)} cannot be locked${d.message ? `: ${d.message}` : ""}`,
  },
  "modem-silent": {
    code: "dial.silent",
    exitStatus: ExitCode.connect,
    retry: "after-wait",
    hint: "check the modem's power, its cable and the speed; a reset of the modem may help",
    sentence: (d) =>
      `no answer from the modem${d.device ? ` on ${d.device}` : ""}: not one byte${d.timeoutMs === undefined ? "" : ` within ${seconds(d.timeoutMs)}`}`,
  },
  "modem-stuck": {
    code: "dial.off-hook",
    exitStatus: ExitCode.connect,
    retry: "after-wait",
    hint: "add AT&D2 to the chat script so that the modem hangs up when DTR falls, or reset the modem",
    sentence: () => "the modem is still off-hook: dropping DTR did not end its last call",
  },
  "modem-error": {
    code: "dial.error",
    exitStatus: ExitCode.connect,
    retry: "not-before-change",
    hint: "check the command in the chat script against the modem's manual",
    sentence: (d) => `the modem answered ${d.string ?? "ERROR"}${d.sent ? ` to ${d.sent}` : ""}${dialContext(d)}`,
  },
  "sim-pin": {
    code: "dial.sim-pin",
    exitStatus: ExitCode.connect,
    retry: "not-before-change",
    hint: "correct the PIN in the chat script before the next try: the SIM locks itself after three wrong ones",
    sentence: (d) =>
      `the SIM wants its PIN, or refused the one sent${d.string ? `: ${d.string}` : ""}${dialContext(d)}`,
  },
  "no-dialtone": {
    code: "dial.no-dialtone",
    exitStatus: ExitCode.connect,
    retry: "after-wait",
    hint: "check the telephone line; where the modem does not know the tone, add ATX3 to the chat script",
    sentence: answered,
  },
  busy: {
    code: "dial.busy",
    exitStatus: ExitCode.connect,
    retry: "after-wait",
    hint: "try again later; `pon -v` shows the dialogue with the modem",
    sentence: answered,
  },
  "no-answer": {
    code: "dial.no-answer",
    exitStatus: ExitCode.connect,
    retry: "after-wait",
    hint: "check the number, or try again later",
    sentence: answered,
  },
  "no-carrier": {
    code: "dial.no-carrier",
    exitStatus: ExitCode.connect,
    retry: "after-wait",
    hint: "check the number, and that a modem answers it; try again later",
    sentence: (d) =>
      d.string === undefined ? `the modem shows no carrier after CONNECT${dialContext(d)}` : answered(d),
  },
  voice: {
    code: "dial.voice",
    exitStatus: ExitCode.connect,
    retry: "not-before-change",
    hint: "check the number: a person or a machine that speaks answers it",
    sentence: answered,
  },
  "abort-string": {
    code: "dial.abort",
    exitStatus: ExitCode.connect,
    retry: "after-wait",
    hint: "see the ABORT strings of the chat script for what it stands for",
    sentence: (d) => `the script's abort string ${quote(d.string ?? "")} came${dialContext(d)}`,
  },
  "expect-timeout": {
    code: "dial.timeout",
    exitStatus: ExitCode.connect,
    retry: "after-wait",
    hint: "compare what came with what the chat script expects; -v shows the whole dialogue",
    sentence: (d) => {
      const last = d.received?.at(-1);
      const waited = d.timeoutMs === undefined ? "" : ` within ${seconds(d.timeoutMs)}`;
      const instead = last === undefined ? "nothing came" : `${quote(last)} came instead`;
      return `${d.expected === undefined ? "the expected string" : quote(d.expected)} did not come${waited}, ${instead}${dialContext(d)}`;
    },
  },
  "login-refused": {
    code: "auth.login",
    exitStatus: ExitCode.connect,
    retry: "not-before-change",
    hint: "check the user name and the password that the chat script sends",
    sentence: (d) => `the other end refused the login${d.string ? `: ${quote(d.string)}` : ""}${dialContext(d)}`,
  },
  "connect-failed": {
    code: "dial.failed",
    exitStatus: ExitCode.connect,
    retry: "after-wait",
    hint: "run the peer's connect command by itself to see what it says",
    sentence: withMessage("the connect program failed"),
  },
  "init-failed": {
    code: "dial.init",
    exitStatus: ExitCode.init,
    retry: "not-before-change",
    hint: "run the peer's init command by itself to see what it says",
    sentence: () => "the init program failed",
  },
  "pty-failed": {
    code: "pppd.pty",
    exitStatus: ExitCode.pty,
    retry: "not-before-change",
    hint: "run the peer's pty command by itself to see what it says",
    sentence: () => "the pty command could not be run",
  },
  "no-ppp": {
    code: "ppp.none",
    exitStatus: ExitCode.negotiation,
    retry: "not-before-change",
    hint: "add the login dialogue of the other end to the chat script, or set the line to 8 bits without parity",
    sentence: (d) =>
      d.received?.length
        ? `the other end speaks no PPP, it sent ${quote(d.received.join(" "))}`
        : withMessage("the other end speaks no PPP")(d),
  },
  loopback: {
    code: "ppp.loopback",
    exitStatus: ExitCode.loopback,
    retry: "after-wait",
    hint: "the modem or a login prompt echoes what pppd sends: check that the call is really connected to a PPP server",
    sentence: () => "the line is looped back: what pppd sends comes back",
  },
  "lcp-timeout": {
    code: "ppp.lcp-timeout",
    exitStatus: ExitCode.negotiation,
    retry: "after-wait",
    hint: "check that the other end starts PPP after CONNECT (some want a login first), and the line's flow control",
    sentence: () => "the other end does not answer PPP (LCP timed out)",
  },
  "negotiation-failed": {
    code: "ppp.negotiation",
    exitStatus: ExitCode.negotiation,
    retry: "after-wait",
    hint: "add `debug` to the peer file and see the log for what was not agreed",
    sentence: withMessage("the two ends did not agree on how to talk"),
  },
  "auth-refused": {
    code: "auth.refused",
    exitStatus: ExitCode.auth,
    retry: "not-before-change",
    hint: "check `user` in the peer file and its secret in /etc/ppp/pap-secrets or chap-secrets",
    sentence: (d) => withMessage(`the other end refused our name or password${d.method ? ` (${d.method})` : ""}`)(d),
  },
  "no-secret": {
    code: "auth.no-secret",
    exitStatus: ExitCode.auth,
    retry: "not-before-change",
    hint: "add a line for `user` to /etc/ppp/pap-secrets and chap-secrets",
    sentence: (d) => withMessage("no secret for the other end is known")(d),
  },
  "peer-not-authenticated": {
    code: "auth.peer",
    exitStatus: ExitCode.peerAuth,
    retry: "not-before-change",
    hint: "add `noauth` to the peer file: a provider does not authenticate itself",
    sentence: withMessage("the other end did not authenticate itself to us"),
  },
  "number-refused": {
    code: "auth.number",
    exitStatus: ExitCode.callNumber,
    retry: "not-before-change",
    hint: "add the number with `allow-number` to the options file",
    sentence: withMessage("the calling number is not allowed"),
  },
  "no-address": {
    code: "ppp.no-address",
    exitStatus: ExitCode.negotiation,
    retry: "after-wait",
    hint: "let the provider choose: remove a fixed local address from the peer file, or add `noipdefault`",
    sentence: withMessage("no IP address was agreed"),
  },
  "line-lost": {
    code: "link.lost",
    exitStatus: ExitCode.hangup,
    retry: "again",
    hint: "dial again; `persist` in the peer file has pppd do that",
    sentence: (d) => `the line was lost (the modem hung up)${dialContext(d)}`,
  },
  "echo-timeout": {
    code: "link.echo",
    exitStatus: ExitCode.echoTimeout,
    retry: "again",
    hint: "dial again; when it recurs, check the line's quality and flow control",
    sentence: (d) => `the other end is silent${d.count === undefined ? "" : `: no reply to ${d.count} echo-requests`}`,
  },
  "ended-by-peer": {
    code: "link.ended-by-peer",
    exitStatus: ExitCode.ok,
    retry: "again",
    hint: "dial again; when it ends before the network is up, check the user name and its secret",
    sentence: withMessage("the other end ended the call"),
  },
  callback: {
    code: "link.callback",
    exitStatus: ExitCode.callback,
    retry: "stop",
    hint: "have a pppd wait for the call (see `callback` in pppd(8))",
    sentence: () => "the other end will call back",
  },
  idle: {
    code: "link.idle",
    exitStatus: ExitCode.idle,
    retry: "stop",
    hint: undefined,
    sentence: () => "hung up because there was no traffic (`idle`)",
  },
  "time-limit": {
    code: "link.time-limit",
    exitStatus: ExitCode.maxConnect,
    retry: "stop",
    hint: undefined,
    sentence: () => "hung up at the time limit (`maxconnect`)",
  },
  "traffic-limit": {
    code: "link.traffic-limit",
    exitStatus: ExitCode.trafficLimit,
    retry: "stop",
    hint: undefined,
    sentence: () => "hung up at the traffic limit (`maxoctets`)",
  },
  "user-request": {
    code: "link.stopped",
    exitStatus: ExitCode.interrupted,
    retry: "stop",
    hint: undefined,
    sentence: (d) => `stopped on request${d.signal ? ` (signal ${d.signal})` : ""}`,
  },
  "option-error": {
    code: "pppd.options",
    exitStatus: ExitCode.options,
    retry: "not-before-change",
    hint: "correct the option; `pon --dry-run` shows what pppd is given",
    sentence: (d) => `pppd refuses an option${d.file ? ` in ${d.file}` : ""}${d.message ? `: ${d.message}` : ""}`,
  },
  "not-root": {
    code: "pppd.not-root",
    exitStatus: ExitCode.notRoot,
    retry: "not-before-change",
    hint: "run it as root, or make pppd setuid root and join its group (dip on Debian)",
    sentence: () => "pppd must run as root",
  },
  "no-kernel-ppp": {
    code: "pppd.no-kernel-ppp",
    exitStatus: ExitCode.noKernelPpp,
    retry: "not-before-change",
    hint: "load the module with `modprobe ppp_async`, or use a kernel that has PPP",
    sentence: () => "this kernel has no PPP",
  },
  "hook-failed": {
    code: "hook.failed",
    exitStatus: ExitCode.fatal,
    retry: "not-before-change",
    hint: "run the script by itself, or see the log for what it said",
    sentence: (d) => withMessage(`a hook script failed${d.file ? ` (${d.file})` : ""}`)(d),
  },
  "pppd-crashed": {
    code: "pppd.killed",
    exitStatus: ExitCode.fatal,
    retry: "again",
    hint: "dial again; see the kernel's log when it recurs",
    sentence: (d) => `pppd was killed${d.signal ? ` by ${d.signal}` : ""}`,
  },
  "pppd-failed": {
    code: "pppd.exit",
    exitStatus: ExitCode.fatal,
    retry: "not-before-change",
    hint: "add `debug` to the peer file and see the log",
    sentence: (d) =>
      withMessage(`pppd failed${d.exitStatus === undefined ? "" : ` with exit status ${d.exitStatus}`}`)(d),
  },
  ended: {
    code: "link.ended",
    exitStatus: ExitCode.ok,
    retry: "stop",
    hint: undefined,
    sentence: () => "the call ended",
  },
} as const satisfies Readonly<Record<string, CauseRow>>;

/** The closed list of reasons for which a link failed or ended. */
export type Cause = keyof typeof causes;

/** The row of a cause, with the types of every row. */
export function causeRow(cause: Cause): CauseRow {
  return causes[cause];
}

export function isCause(text: unknown): text is Cause {
  return typeof text === "string" && Object.hasOwn(causes, text);
}

function dialContext(d: CauseDetails): string {
  const parts = [
    d.number === undefined ? undefined : `dialing ${d.number}`,
    d.step === undefined ? undefined : `at ${d.step.file}:${d.step.line}`,
    d.elapsedMs === undefined ? undefined : `after ${seconds(d.elapsedMs)}`,
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? "" : ` (${parts.join(", ")})`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

function quote(text: string): string {
  return JSON.stringify(text);
}

function holderName(holder: { readonly pid: number; readonly name?: string }): string {
  return holder.name === undefined ? `process ${holder.pid}` : `${holder.name} (process ${holder.pid})`;
}
