import { formatWaitRecord, parseWaitRecord, type WaitRecord, waitRecordName } from "../link/wait-record.ts";
import type { World } from "./deps.ts";

/** The pauses of one process between its dials, for `pppctl status`. */
export interface PauseNotes {
  /**
   * This peer is dialed next, at `nextAt` (milliseconds since 1970), as this attempt. It stands until the next word, also while
   * he dials: that is seen by other signs, and there is no moment between the two. A full disk loses it, not the call.
   */
  readonly until: (peer: string, nextAt: number, attempt?: number) => void;
  /** Nothing is dialed by this process any more. */
  readonly over: () => void;
}

/** @param asked the peer that he was called for, when he may dial others in its place */
export function notePauses(
  who: WaitRecord["who"],
  world: Pick<World, "clock" | "self" | "stores">,
  asked?: string,
): PauseNotes {
  let noted: { readonly peer: string; readonly wait: WaitRecord } | undefined;
  const over = (peer: string | undefined): void => {
    if (peer !== undefined) world.stores.of(peer).remove(waitRecordName);
  };
  return {
    until: (peer, nextAt, attempt) => {
      const same = noted?.peer === peer && noted.wait.attempt === attempt ? noted.wait : undefined;
      if (same?.nextAt === nextAt) return;
      const since = same?.since ?? world.clock.wallTime();
      const wait: WaitRecord = {
        version: 1,
        by: world.self,
        who,
        since,
        nextAt,
        ...(attempt === undefined ? {} : { attempt }),
        ...(asked === undefined || asked === peer ? {} : { insteadOf: asked }),
      };
      try {
        world.stores.of(peer).write(waitRecordName, formatWaitRecord(wait));
      } catch {
        return;
      }
      if (noted?.peer !== peer) over(noted?.peer);
      noted = { peer, wait };
    },
    over: () => {
      over(noted?.peer);
      noted = undefined;
    },
  };
}

/** What somebody of ours who lives has noted for this peer. */
export function readWait(
  peer: string,
  world: Pick<World, "stores" | "foreignStores" | "processes">,
): WaitRecord | undefined {
  for (const stores of [world.stores, ...world.foreignStores]) {
    const wait = parseWaitRecord(stores.of(peer).read(waitRecordName) ?? "");
    if (wait !== undefined && world.processes.read(wait.by.pid)?.startTime === wait.by.startTime) return wait;
  }
  return undefined;
}
