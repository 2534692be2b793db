/**
 * What pon gives pppd as `disconnect` when the peer has none: shell commands, constant, their data are in the environment. pppd runs
 * them before DTR falls (main.c, link_terminated), also after calls that were up: then, or where nobody could read the log, they do
 * nothing. They are `sh -c COMMAND` among pppd's children (`isDisconnecting`).
 */

/** The last call in the log got no answer to LCP, and had no address before: pppd writes these lines of each call. */
const unanswered = String.raw`[ -n "$(sed -n '/^Connect: /h;/^local /h;/^LCP: timeout sending/H;$!d;x;/^Connect: .*\nLCP/p' "$PPPCTL_LOG")" ]`;

/** A call that pon dials is kept for a second: pon, which has the line open, hears what the other end speaks (app/listen-to-peer.ts). */
export const holdCommand = `${unanswered} && sleep 1; :`;

/** Of a call that pppd has `pppctl dial` dial: nobody of ours is there then, so it hears that itself (app/listen-for-pppd.ts). */
export const listenCommand = `${unanswered} && "$PPPCTL" dial --listen; :`;

/** A child of pppd by its arguments: one of these, and no program that dials. */
export function isDisconnecting(argv: readonly string[]): boolean {
  const command = argv.at(-1);
  return command === holdCommand || command === listenCommand;
}
