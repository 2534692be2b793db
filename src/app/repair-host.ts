import type { World } from "./deps.ts";
import { findLinksOf, type LinkProcess } from "./find-links.ts";
import { type LinkName, undoChanges } from "./host-changes.ts";
import { runMissedHooks } from "./missed-hooks.ts";
import { awaitsRedial } from "./xl2tpd-record.ts";

/** A killed pppd gives its interface back within this time. */
const endingLimitMs = 5000;
/** A pppd that xl2tpd has told to end asks the other end twice, 3 s each, and waits 5 s for its hooks. */
const killAfterMs = 30_000;
const pollMs = 50;

/**
 * Undo what links have left that are no more, then run the scripts that they have not. Returns how many changes there were.
 *
 * @param dialing the peer that we are about to dial: what there is of it is an earlier call's
 */
export async function repairHost(world: World, dialing?: string): Promise<number> {
  await awaitEnding(world);
  const linksOf = ({ peer, linkname }: LinkName): readonly LinkProcess[] =>
    findLinksOf(peer, [linkname], world).filter(({ kind }) => kind === "pppd" || peer !== dialing);
  const isGone = (link: LinkName): boolean =>
    linksOf(link).length === 0 && !awaitsRedial(world.stores.of(link.peer), world);
  const calls = await endCalls(isGone, linksOf, world);
  const undone = await undoChanges(isGone, world);
  return calls + undone + (world.journal.isEmpty() ? 0 : await runMissedHooks(isGone, world));
}

/** A pppd that is ending has no arguments any more, but still its interface and what its record says of it. */
async function awaitEnding({ processes, clock }: Pick<World, "processes" | "clock">): Promise<void> {
  const limit = clock.now() + endingLimitMs;
  const isEnding = (): boolean => processes.list().some(({ name, argv }) => name === "pppd" && argv.length === 0);
  while (isEnding() && clock.now() < limit) await clock.sleep(pollMs);
}

/**
 * Have xl2tpd call no more for links that are gone (killed while it called): its pppd would come afterwards. One that it has just
 * started ends now, and runs its hooks before the rest is undone.
 */
async function endCalls(
  isGone: (link: LinkName) => boolean,
  linksOf: (link: LinkName) => readonly LinkProcess[],
  world: World,
): Promise<number> {
  const ended: LinkName[] = [];
  const undone = await undoChanges((entry) => {
    if (entry.change.kind !== "lac" || !isGone(entry)) return false;
    ended.push(entry);
    return true;
  }, world);
  const { clock, processes } = world;
  const killAt = clock.now() + killAfterMs;
  for (let links = ended.flatMap(linksOf); links.length > 0; links = ended.flatMap(linksOf)) {
    // The kernel has it in its hands: the next command repairs the rest.
    if (clock.now() >= killAt + endingLimitMs) break;
    if (clock.now() >= killAt) for (const { process } of links) processes.kill(process.pid, "SIGKILL");
    await clock.sleep(pollMs);
  }
  return undone;
}
