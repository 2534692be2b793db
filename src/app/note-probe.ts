import type { Probe } from "../link/probe.ts";
import { describeProbeFailure } from "../pppd/parse-own-line.ts";
import type { World } from "./deps.ts";
import type { PeerStatus } from "./show-status.ts";

/**
 * Before a link is ended because its probe found nothing: say so in the log of the call. All that pppd says is that somebody
 * ended it, and that would be nobody's failure. A full disk loses the word, not the link's end.
 */
export function noteProbeFailed(
  { peer, pid }: Pick<PeerStatus, "peer" | "pid">,
  probe: Probe | "none",
  world: Pick<World, "stores">,
): void {
  if (probe === "none" || pid === undefined) return;
  try {
    world.stores.of(peer).appendLog("pppctl", describeProbeFailure(pid, nameProbe(probe)));
  } catch {
    // As above.
  }
}

/** As `PON_PROBE` has it. */
function nameProbe(probe: Probe): string {
  switch (probe.kind) {
    case "ping":
      return `ping ${probe.address}`;
    case "resolve":
      return `resolve ${probe.name}`;
    case "tcp":
      return `tcp ${probe.host} ${probe.port}`;
    default:
      return probe satisfies never;
  }
}
