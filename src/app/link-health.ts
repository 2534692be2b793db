import type { World } from "./deps.ts";
import { findLinksOf } from "./find-links.ts";
import { knowledgeOf } from "./know-peer.ts";
import { linknameOf } from "./linkname-of.ts";
import { lookAtRecord } from "./look-at-record.ts";
import { passesProbe } from "./passes-probe.ts";
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
  const simple = lookAtRecord(peer, knowledgeOf(peer, loaded), world);
  const [status] = simple === undefined ? await showStatus([peer], world) : [simple];
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
