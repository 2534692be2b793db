import type { Settings } from "../link/setting-table.ts";
import type { World } from "./deps.ts";
import type { PeerStatus } from "./show-status.ts";

/**
 * Does a link that is up pass its probe? Failures in a row count, one success is enough. True where no probe is set, and when `signal`
 * is aborted meanwhile: nobody knows then.
 */
export async function passesProbe(
  { iface, dns }: Pick<PeerStatus, "iface" | "dns">,
  settings: Pick<Settings, "PON_PROBE" | "PON_PROBE_COUNT" | "PON_PROBE_TIMEOUT">,
  signal: AbortSignal | undefined,
  world: Pick<World, "clock" | "probe">,
): Promise<boolean> {
  const { PON_PROBE, PON_PROBE_COUNT, PON_PROBE_TIMEOUT } = settings;
  if (PON_PROBE === "none" || iface === undefined) return true;
  for (let n = 0; n < PON_PROBE_COUNT; n++) {
    const started = world.clock.now();
    if (await world.probe(PON_PROBE, { iface, dns: dns ?? [], timeoutMs: PON_PROBE_TIMEOUT })) return true;
    // What fails at once (no route for a moment) is given as long as what is not answered.
    const left = started + PON_PROBE_TIMEOUT - world.clock.now();
    if (n + 1 < PON_PROBE_COUNT && left > 0) await world.clock.sleep(left, signal).catch(() => undefined);
    if (signal?.aborted === true) return true;
  }
  return false;
}
