import { ExitCode } from "../core/exit-codes.ts";
import type { Cause } from "./causes.ts";
import type { LogFact } from "./log-fact.ts";
import type { Reading } from "./reading.ts";

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
  [ExitCode.commandNotFound]: "pppd-missing",
};

/** What pppd's end alone says. `said`: the line of the log about it. */
export function readExit(
  exitStatus: number | undefined,
  signal: string | undefined,
  said: LogFact | undefined,
): Reading {
  const evidence = said === undefined ? [] : [said.text];
  if (signal !== undefined) return { cause: "pppd-crashed", details: { signal }, evidence };
  const cause: Cause = exitStatus === undefined ? "ended" : (exitCauses[exitStatus] ?? "pppd-failed");
  return { cause, details: {}, evidence };
}
