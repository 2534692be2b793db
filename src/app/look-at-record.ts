import type { PeerName } from "../core/peer-name.ts";
import { parseLinkRecord, recordName } from "../link/link-record.ts";
import { pppdCallOf } from "../pppd/pppd-call-of.ts";
import type { World } from "./deps.ts";
import type { PeerKnowledge } from "./know-peer.ts";
import { type LookedAtWorld, lookAtPppd } from "./look-at-pppd.ts";
import { readWait } from "./note-wait.ts";
import type { PeerStatus } from "./show-status.ts";

/**
 * A peer's link where our own record says that it is up, and the machine confirms that much: the pppd of the record lives, calls this
 * peer, and its interface has an address. That needs no look at all the machine's processes, half of what cron's `ensure` of a link
 * would cost. Undefined: not as simple as that (`demand`, a link that somebody else has started, any other state), for `showStatus`.
 */
export function lookAtRecord(
  peer: PeerName,
  known: PeerKnowledge,
  world: LookedAtWorld & Pick<World, "stores" | "foreignStores">,
): (PeerStatus & { readonly state: "up"; readonly pid: number }) | undefined {
  // A `demand` interface has its addresses all the time; who pauses may have the record's pppd wait in its connect program.
  if (known.demand || readWait(peer, world) !== undefined) return undefined;
  for (const stores of [world.stores, ...world.foreignStores]) {
    const record = parseLinkRecord(stores.of(peer).read(recordName) ?? "");
    if (record?.phase !== "up" || record.settled === true || record.pppd === undefined) continue;
    const pppd = world.processes.read(record.pppd.pid);
    if (pppd?.startTime !== record.pppd.startTime || pppdCallOf(pppd.argv)?.peer !== peer) continue;
    const { network, interfaceExists, addresses, since } = lookAtPppd(pppd, { known, record, children: [] }, world);
    if (!interfaceExists || addresses.length === 0) continue;
    const upSince = record.upAt ?? since;
    return { peer, state: "up", pid: pppd.pid, ...network, ...(upSince === undefined ? {} : { upSince }) };
  }
  return undefined;
}
