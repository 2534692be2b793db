import { ExitCode } from "../core/exit-codes.ts";
import { dialContext, withMessage } from "./cause-phrases.ts";
import type { CauseRow, TunnelKind } from "./cause-row.ts";

/** pppd says `Modem hangup` of each. */
const hangups: Readonly<Record<TunnelKind, string>> = {
  pptp: "the PPTP call was closed",
  pppoe: "the PPPoE session was closed",
  l2tp: "the L2TP call was closed",
  socket: "the connection was closed",
  ssh: "ssh has ended",
  program: "the program behind it has ended",
};

/** A call that was connected ended. */
export const endingCauses = {
  "line-lost": {
    code: "link.lost",
    exitStatus: ExitCode.hangup,
    retry: "again",
    hint: "dial again; `persist` in the peer file has pppd do that",
    sentence: (d) => `the line was lost (${d.tunnel ? hangups[d.tunnel] : "the modem hung up"})${dialContext(d)}`,
  },
  "echo-timeout": {
    code: "link.echo",
    exitStatus: ExitCode.echoTimeout,
    retry: "again",
    hint: "dial again; when it recurs, check the line's quality and flow control",
    sentence: (d) => `the other end is silent${d.count === undefined ? "" : `: no reply to ${d.count} echo-requests`}`,
  },
  "probe-failed": {
    code: "link.probe",
    exitStatus: ExitCode.echoTimeout,
    retry: "again",
    hint: "dial again; when it recurs, see whether what `PON_PROBE` of the peer file asks answers on a good link",
    sentence: withMessage("the link was up but passed nothing, and was ended"),
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
    sentence: (d) => `hung up because there was no traffic (${d.message ?? "`idle`"})`,
  },
  "time-limit": {
    code: "link.time-limit",
    exitStatus: ExitCode.maxConnect,
    retry: "stop",
    hint: undefined,
    sentence: (d) => `hung up at the time limit (${d.message ?? "`maxconnect`"})`,
  },
  "traffic-limit": {
    code: "link.traffic-limit",
    exitStatus: ExitCode.trafficLimit,
    retry: "stop",
    hint: undefined,
    sentence: (d) => `hung up at the traffic limit (${d.message ?? "`maxoctets`"})`,
  },
  "user-request": {
    code: "link.stopped",
    exitStatus: ExitCode.interrupted,
    retry: "stop",
    hint: undefined,
    sentence: (d) => `stopped on request${d.signal ? ` (signal ${d.signal})` : ""}`,
  },
  ended: {
    code: "link.ended",
    exitStatus: ExitCode.ok,
    retry: "stop",
    hint: undefined,
    sentence: () => "the call ended",
  },
} as const satisfies Readonly<Record<string, CauseRow>>;
