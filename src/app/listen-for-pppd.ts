import type { PeerName } from "../core/peer-name.ts";
import { describePeerText } from "../pppd/parse-own-line.ts";
import type { World } from "./deps.ts";
import { listenToPeer } from "./listen-to-peer.ts";

/** pppd hangs up so much later. What came since it gave the line up waits in the kernel. */
const listenMs = 900;

/**
 * Hear what the other end says in plain text, as pppd's disconnect program (`pppctl dial --listen`): standard input is the tty, and
 * pppd has just given LCP up on it (app/disconnect-commands.ts asks its log). It becomes a line of the call's log, where `judge`
 * finds it, as when pon hears it itself.
 *
 * @throws PppctlError dial.no-tty
 */
export async function listenForPppd(
  { peer, signal }: { readonly peer: PeerName; readonly signal: AbortSignal },
  world: Pick<World, "clock" | "stores" | "inheritedLine">,
): Promise<void> {
  const store = world.stores.of(peer);
  if (!store.hasLog()) return;
  const line = await world.inheritedLine();
  try {
    const text = await listenToPeer(line, world.clock, signal, listenMs);
    if (text !== undefined) store.appendLog("pppctl", describePeerText(text));
  } catch {
    // A full disk, or a line that went down meanwhile: the quote is lost, and nothing else.
  } finally {
    await line.close();
  }
}
