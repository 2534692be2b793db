import type { PeerName } from "../core/peer-name.ts";
import { type LinkRecord, parseLinkRecord, recordName } from "../link/link-record.ts";
import { rememberCalls } from "./call-policy.ts";
import { chooseMode, dialsUnasked } from "./choose-mode.ts";
import type { ProcessInfo, World } from "./deps.ts";
import { endLink } from "./end-link.ts";
import { findLinksOf, headsOf } from "./find-links.ts";
import type { PeerKnowledge } from "./know-peer.ts";
import { linknameOf } from "./linkname-of.ts";
import { type LoadedPlan, loadPlan, mistakeOf } from "./load-plan.ts";
import { type PeerStatus, showStatus } from "./show-status.ts";
import { type AttemptWatch, watchAttempts } from "./watch-attempts.ts";
import { watchCall } from "./watch-call.ts";
import { findLac } from "./xl2tpd-link.ts";

export interface WatchRequest {
  readonly peer: PeerName;
  /** Words after the peer on pon's command line. */
  readonly extraWords: readonly string[];
}

const lookMs = 1000;
/** A pppd that has just been started goes to the background meanwhile. */
const findMs = 10_000;

/**
 * Watch the calls of a peer's pppd after pon has gone, until that pppd has ended: hang up an idle one just before its next billing
 * unit, and each whose time or bytes are used up, as `keep` does of its own links; end a pppd that would call again unasked where the
 * policy says no. It is started for peers whose settings want it (link/limits, `needsWatcher`), and changes nothing else.
 */
export async function watchCalls(request: WatchRequest, world: World): Promise<void> {
  const { peer } = request;
  const { clock } = world;
  let loaded = await loadPlan(request, world);
  const memory = rememberCalls(peer, world);
  const pppd = await findPppd(peer, loaded, world);
  if (pppd === undefined) return;
  const { pid } = pppd;
  const known = new Map<string, PeerKnowledge>();
  const lives = (): boolean => world.processes.read(pppd.pid)?.startTime === pppd.startTime;
  const attempts = isUnasked(peer, loaded, world) ? watchAttempts({ peer, pppd, loaded, memory }, world) : undefined;
  for (; lives(); await clock.sleep(lookMs)) {
    if (attempts?.isDue() === true && (await mustEnd(attempts))) break;
    const status = mayBeUp(peer, pppd, world) ? (await showStatus([peer], world, { known }))[0] : undefined;
    if (status?.state !== "up" || status.pid !== pppd.pid) continue;
    loaded = await reload(request, loaded, world);
    await watchOne(status);
  }
  attempts?.stop();

  async function mustEnd(attempts: AttemptWatch): Promise<boolean> {
    loaded = await reload(request, loaded, world);
    const refusal = attempts.refuse(loaded.settings);
    if (refusal === undefined) return false;
    // At once, it may be about to call; the rest has time.
    world.processes.kill(pid, "SIGTERM");
    say(peer, refusal.message, world);
    await endLink(peer, world);
    return true;
  }

  async function watchOne(status: PeerStatus): Promise<void> {
    const watch = watchCall(status, loaded, memory, world);
    // Another call may be up before anybody has seen that the one before ended.
    while (watch.isUp() && attempts?.isDue() !== true) {
      const why = watch.isOver();
      if (why !== undefined && (await watch.hangUp(why)) === "ended") return;
      await clock.sleep(lookMs);
    }
  }
}

async function findPppd(peer: PeerName, { plan }: LoadedPlan, world: World): Promise<ProcessInfo | undefined> {
  for (const until = world.clock.now() + findMs; ; await world.clock.sleep(100)) {
    const links = findLinksOf(peer, [linknameOf(peer, plan)], world);
    const found = headsOf(links).find(({ kind }) => kind === "pppd")?.process;
    if (found !== undefined || world.clock.now() >= until) return found;
  }
}

/** An lac's pppd is xl2tpd's, which calls again as it likes. */
function isUnasked(peer: PeerName, { plan, settings }: LoadedPlan, world: World): boolean {
  const mode = chooseMode(plan, { root: world.root, wait: true });
  return dialsUnasked(plan, mode) && findLac(peer, plan, settings, world) === undefined;
}

function say(peer: PeerName, text: string, world: World): void {
  try {
    world.stores.of(peer).appendLog("pppctl", text);
  } catch {
    // A full disk loses the word, not the link's end.
  }
}

/** As its files are now, as `pppctl dial` reads them before each call; as they were where they have a mistake. */
async function reload(request: WatchRequest, before: LoadedPlan, world: World): Promise<LoadedPlan> {
  const loaded = await loadPlan(request, world);
  return mistakeOf(loaded) === undefined ? loaded : before;
}

/** Is it worth a look at the machine? Not while the record says that pppd waits, or dials. */
function mayBeUp(peer: PeerName, pppd: ProcessInfo, world: World): boolean {
  const record = parseLinkRecord(world.stores.of(peer).read(recordName) ?? "");
  return record === undefined || !isOf(record, pppd) || (record.settled !== true && !dialing.has(record.phase));
}

const dialing: ReadonlySet<LinkRecord["phase"]> = new Set(["starting", "dialing"]);

function isOf({ pppd }: LinkRecord, { pid, startTime }: ProcessInfo): boolean {
  return pppd?.pid === pid && pppd.startTime === startTime;
}
