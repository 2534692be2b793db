/** What an exit status of pppd means. */
export interface PppdExitStatus {
  readonly status: number;
  /** The name in pppd/pppd.h, in lower case with hyphens and without `EXIT_`. */
  readonly name: string;
  /** One sentence without a full stop. */
  readonly sentence: string;
  /** One imperative line; undefined where nothing needs doing. */
  readonly hint: string | undefined;
}

/** pppd(8), EXIT STATUS; 20 and 21 are in pppd/pppd.h only. */
export const pppdExitStatuses: readonly PppdExitStatus[] = [
  row(0, "ok", "pppd detached, or the other end closed the link"),
  row(1, "fatal-error", "a fatal error, such as a failed system call", "see the log for its last line"),
  row(2, "option-error", "an option, a peer file or a device was not accepted", "see what pppd said on standard error"),
  row(3, "not-root", "pppd is not setuid root and the caller is not root", "run it as root"),
  row(4, "no-kernel-support", "the kernel has no PPP", "load the module with `modprobe ppp_async`"),
  row(5, "user-request", "ended by SIGINT, SIGTERM or SIGHUP"),
  row(6, "lock-failed", "the serial port is locked by another program", "end the program that has the line"),
  row(7, "open-failed", "the serial port could not be opened", "check the device and its permissions"),
  row(8, "connect-failed", "the connect program failed", "see the log of the dial, or dial with -v"),
  row(9, "ptycmd-failed", "the pty command could not be run", "run the peer's pty command by itself"),
  row(
    10,
    "negotiation-failed",
    "the negotiation failed: no network protocol came up",
    "add `debug` to the peer file and see the log",
  ),
  row(11, "peer-auth-failed", "the other end did not authenticate itself", "add `noauth` to the peer file"),
  row(12, "idle-timeout", "hung up because there was no traffic (`idle`)"),
  row(13, "connect-time", "hung up at the time limit (`maxconnect`)"),
  row(14, "callback", "callback was negotiated: a call should come in", "have a pppd wait for the call"),
  row(15, "peer-dead", "the other end did not answer echo-requests", "dial again"),
  row(16, "hangup", "the modem hung up", "dial again"),
  row(17, "loopback", "the line is looped back", "check that the call is connected to a PPP server"),
  row(18, "init-failed", "the init program failed", "run the peer's init command by itself"),
  row(
    19,
    "auth-topeer-failed",
    "the other end refused our name or password",
    "check `user` in the peer file and its secret in /etc/ppp/pap-secrets or chap-secrets",
  ),
  row(20, "traffic-limit", "hung up at the traffic limit (`maxoctets`)"),
  row(21, "cnid-auth-failed", "the calling number is not allowed", "add it with `allow-number`"),
];

/** The meaning of an exit status, or undefined for one that pppd does not give. */
export function pppdExitStatus(status: number): PppdExitStatus | undefined {
  return pppdExitStatuses[status];
}

/** One line for any end of a process: an exit status, known or not, or the signal that killed it. */
export function describePppdExit(end: {
  readonly status?: number | undefined;
  readonly signal?: string | undefined;
}): string {
  if (end.signal !== undefined) return `pppd was killed by ${end.signal}`;
  if (end.status === undefined) return "pppd ended in an unknown way";
  const known = pppdExitStatus(end.status);
  if (known) return `pppd exit status ${end.status}: ${known.sentence}`;
  // As a shell reports a program that a signal killed.
  const signal = end.status > 128 && end.status < 193 ? ` (killed by signal ${end.status - 128})` : "";
  return `pppd exit status ${end.status}, which pppd does not give${signal}`;
}

function row(status: number, name: string, sentence: string, hint?: string): PppdExitStatus {
  return { status, name, sentence, hint };
}
