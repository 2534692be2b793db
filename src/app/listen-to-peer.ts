import { latin1FromBytes } from "../core/bytes.ts";
import type { Clock } from "../core/clock.ts";
import { readResultCode } from "../modem/result-codes.ts";
import type { Transport } from "./deps.ts";

/** pppd's `disconnect` keeps the call for a second where it got no answer (app/disconnect-commands.ts). */
const holdMs = 1100;
const lookMs = 50;
/** A prompt that was there before pppd took the line comes again after a carriage return. */
const askAfterMs = 200;

/** Of a line that is shown. */
const mostChars = 80;

/**
 * What the other end says in plain text, such as `login:`, when PPP got no answer from it: to be called when pppd gives up, before it
 * hangs up. While pppd has the line nothing can be read; what came before is lost, so that the other end is asked again.
 *
 * @param listenMs for how long
 * @returns one printable line; undefined when there is nothing that looks like text, or PPP after all
 */
export async function listenToPeer(
  line: Transport,
  clock: Clock,
  signal: AbortSignal,
  listenMs = holdMs,
): Promise<string | undefined> {
  const over = new AbortController();
  const onAbort = (): void => over.abort();
  if (signal.aborted) onAbort();
  else signal.addEventListener("abort", onAbort, { once: true });
  let heard = "";
  let asked = false;
  const end = clock.now() + listenMs;
  try {
    const asking = clock.now() + askAfterMs;
    while (clock.now() < end && !over.signal.aborted) {
      for (let bytes = line.readNow?.(256); bytes !== undefined; bytes = line.readNow?.(256))
        heard = (heard + latin1FromBytes(bytes)).slice(-4096);
      if (!asked && clock.now() >= asking) {
        asked = true;
        // It waits as long as pppd has the line.
        line.write(Uint8Array.of(0x0d), over.signal).catch(() => undefined);
      }
      await clock.sleep(lookMs, over.signal).catch(() => undefined);
    }
  } finally {
    over.abort();
    signal.removeEventListener("abort", onAbort);
  }
  return textOf(heard);
}

/** The last line that is text, without what a prompt that is said again and again repeats. */
function textOf(heard: string): string | undefined {
  // PPP's flag (RFC 1662).
  if (heard.includes("\x7e")) return undefined;
  const isText = (text: string): boolean =>
    /[A-Za-z]{2}/.test(text) && /^[\x20-\x7d]+$/.test(text) && readResultCode(text) === undefined;
  const lines = heard.split(/[\r\n\0]+/).map((text) => text.trim());
  return lines
    .findLast(isText)
    ?.replace(/(\S.{3,}?)(?:\s*\1)+/g, "$1")
    .trim()
    .slice(0, mostChars);
}
