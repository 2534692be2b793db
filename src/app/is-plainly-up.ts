import type { PeerName } from "../core/peer-name.ts";
import type { World } from "./deps.ts";
import { knowledgeOf } from "./know-peer.ts";
import { type LoadWorld, loadPlan, mistakeOf } from "./load-plan.ts";
import { lookAtRecord } from "./look-at-record.ts";
import { passesProbe } from "./passes-probe.ts";

/** What that takes of the world; few files, and no other process. */
export type QuickWorld = LoadWorld & Parameters<typeof lookAtRecord>[2] & Pick<World, "clock" | "probe">;

/**
 * Is nothing to be done for this peer, as nearly always when cron asks? True: its file is right, its link is up, and its probe, where it
 * has one, passes at once. False: look closer (app/ensure.ts), which has all its tries and all its words.
 */
export async function isPlainlyUp(peer: PeerName, world: QuickWorld): Promise<boolean> {
  const loaded = await loadPlan({ peer, extraWords: [] }, world);
  if (mistakeOf(loaded) !== undefined) return false;
  const status = lookAtRecord(peer, knowledgeOf(peer, loaded), world);
  return status !== undefined && passesProbe(status, { ...loaded.settings, PON_PROBE_COUNT: 1 }, undefined, world);
}
