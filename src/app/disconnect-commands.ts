import type { DialPlan } from "../peer/dial-plan.ts";
import { textFromWord, wordFromText } from "../peer/word-text.ts";

/**
 * What pon gives pppd as `disconnect`: shell commands, constant, their data are in the environment. pppd runs them before DTR falls
 * (main.c, link_terminated), also after calls that were up: then, or where nobody could read the log, they do nothing but what
 * the peer's own `disconnect` does, which follows in each case, with its status. They are `sh -c COMMAND` among pppd's children
 * (`isDisconnecting`), to their end: so `exit` stands there.
 */

/** The last call in the log got no answer to LCP, and had no address before: pppd writes these lines of each call. */
const unanswered = String.raw`[ -n "$(sed -n '/^Connect: /h;/^local /h;/^LCP: timeout sending/H;$!d;x;/^Connect: .*\nLCP/p' "$PPPCTL_LOG")" ]`;

const own = '[ -z "$PPPCTL_DISCONNECT" ] || sh -c "$PPPCTL_DISCONNECT"; exit';

/** A call that pon dials is kept for a second: pon, which has the line open, hears what the other end speaks (app/listen-to-peer.ts). */
export const holdCommand = `${unanswered} && sleep 1; ${own}`;

/** Of a call that pppd has `pppctl dial` dial: nobody of ours is there then, so it hears that itself (app/listen-for-pppd.ts). */
export const listenCommand = `${unanswered} && "$PPPCTL" dial --listen; ${own}`;

/**
 * The peer's own `disconnect` for these commands' environment; empty: it has none. Undefined: it cannot stand there, because it is
 * not UTF-8.
 */
export function ownDisconnect({ disconnect }: Pick<DialPlan, "disconnect">): string | undefined {
  if (disconnect.kind === "none") return "";
  const text = textFromWord(disconnect.text);
  return wordFromText(text) === disconnect.text ? text : undefined;
}

/** A child of pppd by its arguments: one of these, and no program that dials. */
export function isDisconnecting(argv: readonly string[]): boolean {
  const command = argv.at(-1);
  return command === holdCommand || command === listenCommand;
}
