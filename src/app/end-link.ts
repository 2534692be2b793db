import { PppctlError } from "../core/errors.ts";
import type { PeerName } from "../core/peer-name.ts";
import type { World } from "./deps.ts";
import { disconnect } from "./disconnect.ts";

/** End this peer's pppd; one that has gone meanwhile is what was wanted. */
export async function endLink(peer: PeerName, world: World): Promise<void> {
  try {
    await disconnect({ peer, all: false, signal: "SIGTERM", wait: true }, world);
  } catch (error) {
    if (!(error instanceof PppctlError) || !error.code.startsWith("poff.")) throw error;
  }
}
