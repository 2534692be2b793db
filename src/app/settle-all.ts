import type { World } from "./deps.ts";
import { settleEnded } from "./settle-calls.ts";

/** Enter every call that has ended unseen into the history, where we may write. `warn`: one that could not be written. */
export function settleAll(world: World, warn: (text: string) => void): void {
  for (const peer of world.stores.peers()) {
    try {
      settleEnded(peer, world);
    } catch (error) {
      warn(`${peer}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}
