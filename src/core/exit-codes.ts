/**
 * Exit statuses of our commands. They are pppd's own (pppd(8), EXIT STATUS), so
 * that a script written for pppd reads ours; 20 and 21 are in pppd's source only.
 */
export const ExitCode = {
  ok: 0,
  /** pppd: an immediately fatal error. poff, plog: nothing found or nothing done. */
  fatal: 1,
  /** A wrong option, peer file, chat script or command line. */
  options: 2,
  /** pppd is not setuid root and the caller is not root. */
  notRoot: 3,
  /** The kernel has no PPP. */
  noKernelPpp: 4,
  /** Ended by SIGINT, SIGTERM or SIGHUP. */
  interrupted: 5,
  /** The line is locked by another program, or the peer is up or being dialed already. */
  locked: 6,
  /** The device could not be opened. */
  open: 7,
  /** The dial (connect script) failed. */
  connect: 8,
  pty: 9,
  negotiation: 10,
  peerAuth: 11,
  idle: 12,
  maxConnect: 13,
  callback: 14,
  echoTimeout: 15,
  hangup: 16,
  loopback: 17,
  init: 18,
  auth: 19,
  trafficLimit: 20,
  callNumber: 21,
  /** A limit, an hour or a block of the user's own settings: nothing was dialed. As EX_TEMPFAIL of sysexits.h. */
  refused: 75,
  /** pppd, a shell or another program that we need is not installed. As sh(1). */
  commandNotFound: 127,
} as const;
