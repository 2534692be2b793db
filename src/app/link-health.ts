import type { Settings } from "../link/setting-table.ts";
import type { World } from "./deps.ts";
import { findLinksOf } from "./find-links.ts";
import { linknameOf } from "./plan-call.ts";
import type { Provider } from "./providers.ts";
import { type PeerStatus, showStatus } from "./show-status.ts";

export type LinkHealth =
  | { readonly kind: "up"; readonly status: PeerStatus }
  /** The network is up, and nothing passes. */
  | { readonly kind: "silent"; readonly status: PeerStatus }
  /** Somebody dials or negotiates, or a pppd that redials by itself is at it. */
  | { readonly kind: "busy"; readonly status: PeerStatus }
  /** A pppd that has had its time and is not up: it will not be. */
  | { readonly kind: "dangling"; readonly status: PeerStatus }
  | { readonly kind: "down" };

/**
 * A dial, a login and PPP's negotiation take less, also with a modem that has to be reset first; chat's own timeout is 45 s, pppd's
 * for LCP 30 s.
 */
const danglingAfterMs = 300_000;

/** How a peer's link is. With `PON_PROBE` it is tried; `PON_PROBE_COUNT` failures in a row count, one success is enough. */
export async function examineLink(
  { peer, loaded }: Pick<Provider, "peer" | "loaded">,
  signal: AbortSignal,
  world: World,
): Promise<LinkHealth> {
  const [status] = await showStatus([peer], world);
  if (status === undefined || status.pid === undefined) {
    return status?.state === "dialing" ? { kind: "busy", status } : { kind: "down" };
  }
  if (status.state === "up") {
    return { kind: (await passesProbe(status, loaded.settings, signal, world)) ? "up" : "silent", status };
  }
  const { plan } = loaded;
  const redials = plan.persist || plan.demand;
  const pppds = findLinksOf(peer, [linknameOf(peer, plan)], world).filter(({ kind }) => kind === "pppd");
  const isOld = pppds.every(({ process }) => world.processes.ageMs(process) > danglingAfterMs);
  return { kind: !redials && isOld ? "dangling" : "busy", status };
}

/** True where no probe is set. */
export async function passesProbe(
  { iface, dns }: PeerStatus,
  settings: Settings,
  signal: AbortSignal,
  world: World,
): Promise<boolean> {
  const { PON_PROBE, PON_PROBE_COUNT, PON_PROBE_TIMEOUT } = settings;
  if (PON_PROBE === "none" || iface === undefined) return true;
  for (let n = 0; n < PON_PROBE_COUNT && !signal.aborted; n++) {
    const started = world.clock.now();
    if (await world.probe(PON_PROBE, { iface, dns: dns ?? [], timeoutMs: PON_PROBE_TIMEOUT })) return true;
    // What fails at once (no route for a moment) is given as long as what is not answered.
    const left = started + PON_PROBE_TIMEOUT - world.clock.now();
    if (n + 1 < PON_PROBE_COUNT && left > 0) await world.clock.sleep(left, signal);
  }
  return false;
}
