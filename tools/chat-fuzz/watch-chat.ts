import type { ChatLine } from "../../src/app/chat-on-line.ts";
import type { Clock } from "../../src/core/clock.ts";
import { systemClock } from "../../src/io/system-clock.ts";
import type { StartedChat } from "./run-on-line.ts";

/** Shorter sleeps are no `\d`, milliseconds. */
const LONG_SLEEP_MS = 100;
/** It is in a `\d` when nothing has changed so many looks long: both happen in one thread, however late it is. */
const MANY_LOOKS = 3;

/** What our chat does, seen at the line and the clock that it is given. */
export function watchChat(): Pick<StartedChat, "look" | "expectChange"> & {
  readonly clock: Clock;
  readonly line: (line: ChatLine) => ChatLine;
  /** While this is pending it neither reads nor sleeps. */
  readonly busy: <T>(work: Promise<T>) => Promise<T>;
} {
  let [taken, given, reads, seenReads, sleeps, works] = [0, 0, 0, 0, 0, 0];
  let reading = false;
  let looks = 0;
  const change = (): void => {
    looks = 0;
  };
  const busy = async <T>(work: Promise<T>): Promise<T> => {
    works++;
    return work.finally(() => {
      works--;
      change();
    });
  };
  return {
    look: () => {
      if (reading) return taken === given && reads > seenReads ? "reads" : undefined;
      return sleeps > 0 && works === 0 && ++looks > MANY_LOOKS ? "delays" : undefined;
    },
    expectChange: (bytes) => {
      given += bytes;
      seenReads = reads;
      change();
    },
    clock: {
      ...systemClock,
      sleep: async (ms, signal) => {
        if (ms < LONG_SLEEP_MS) return busy(systemClock.sleep(ms, signal));
        sleeps++;
        change();
        return systemClock.sleep(ms, signal).finally(() => {
          sleeps--;
          change();
        });
      },
    },
    line: (line) => ({
      ...line,
      read: async (max, signal) => {
        reads++;
        reading = true;
        try {
          const bytes = await line.read(max, signal);
          taken += bytes.length;
          return bytes;
        } finally {
          reading = false;
          change();
        }
      },
      readNow: (max) => {
        const bytes = line.readNow?.(max);
        taken += bytes?.length ?? 0;
        return bytes;
      },
    }),
    busy,
  };
}
