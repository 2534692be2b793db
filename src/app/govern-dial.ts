import type { PeerName } from "../core/peer-name.ts";
import { type LinkRecord, parseLinkRecord, recordName } from "../link/link-record.ts";
import type { PastCall } from "../link/past-call.ts";
import { pastCallOf, rememberCalls } from "./call-policy.ts";
import type { ProcessInfo, World } from "./deps.ts";
import type { LoadedPlan } from "./load-plan.ts";
import { decideNextCall } from "./next-call.ts";
import { type NotedPppd, noteEnded } from "./note-calls.ts";
import { notePauses } from "./note-wait.ts";
import { entryOf, latestEnd } from "./settle-calls.ts";

/** Between two looks at the clock: it may have been set. */
const longestSleepMs = 60_000;

/**
 * pppd wants to dial (`persist`, `demand`): wait until the policy lets it. What pppd dials first was asked for by whoever started
 * it; from then on each pause, limit and block counts (app/next-call.ts).
 *
 * @param by.pppd who has us dial; undefined: somebody by hand
 * @returns the number for `\T`; undefined: as the script has it
 * @throws PppctlError policy.blocked, policy.stopped; what `by.signal` was aborted with
 */
export async function governDial(
  by: {
    readonly peer: PeerName;
    readonly loaded: LoadedPlan;
    readonly pppd: ProcessInfo | undefined;
    /** The same, for the records. */
    readonly noted: NotedPppd;
    readonly signal: AbortSignal;
  },
  world: World,
): Promise<string | undefined> {
  const { peer, loaded, pppd, signal } = by;
  const { settings } = loaded;
  const memory = rememberCalls(peer, world);
  const before = unsettledCall(peer, pppd, world);
  if (before !== undefined) memory.add(before);
  const pauses = notePauses("dial", world);
  try {
    return await untilAllowed((until) => {
      // What it waits after is in the history, and the record says so, before anybody asks.
      noteEnded(by.noted, world, { warn: () => undefined });
      pauses.until(peer, until, (recordOf(peer, world)?.attempt ?? 0) + 1);
    });
  } finally {
    pauses.over();
  }

  async function untilAllowed(onPause: (until: number) => void): Promise<string | undefined> {
    for (;;) {
      const { decision, redials } = decideNextCall({ peer, settings, memory, pppd }, world);
      const until = decision.action === "refuse" ? decision.until : decision.at;
      const wait = until - world.clock.wallTime();
      if (decision.action !== "refuse" && (wait <= 0 || !redials)) return decision.number;
      onPause(until);
      await world.clock.sleep(Math.min(Math.max(wait, 1000), longestSleepMs), signal);
    }
  }
}

function recordOf(peer: PeerName, world: World): LinkRecord | undefined {
  return parseLinkRecord(world.stores.of(peer).read(recordName) ?? "");
}

/** The attempt before, of the same pppd, that is not in the history yet: pon has returned, and nobody else saw its end. */
function unsettledCall(peer: PeerName, pppd: ProcessInfo | undefined, world: World): PastCall | undefined {
  const record = recordOf(peer, world);
  if (record === undefined || record.settled === true || record.phase === "starting") return undefined;
  const isOurs = pppd !== undefined && record.pppd?.pid === pppd.pid && record.pppd.startTime === pppd.startTime;
  return isOurs ? pastCallOf(entryOf(record, latestEnd(record, world), world)) : undefined;
}
