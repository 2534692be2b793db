import { setTimeout as sleep } from "node:timers/promises";
import { compareRuns } from "./compare-runs.ts";
import { loadPtyCalls } from "./pty-calls.ts";
import { type ChatCase, randomChatCase } from "./random-chat-case.ts";
import { type LineRun, runOnLine } from "./run-on-line.ts";
import { startOurChat } from "./start-our-chat.ts";
import { startRealChat } from "./start-real-chat.ts";
import { watchLag } from "./watch-lag.ts";

/** A pair of runs that differ; `case` and chat's run are a case for test/data/chat. */
export interface FuzzDifference {
  readonly name: string;
  readonly case: ChatCase;
  readonly observed: LineRun;
  readonly differences: readonly string[];
}

export interface FuzzResult {
  readonly pairs: number;
  readonly differences: readonly FuzzDifference[];
  /** Runs that do not count, for this process itself was late while they ran. */
  readonly late: number;
  /** Pairs for each of chat's exit statuses, and its signals. */
  readonly ends: Readonly<Record<string, number>>;
}

export interface FuzzRequest {
  readonly seed: number;
  /** Index of the first case. */
  readonly first: number;
  readonly count: number;
  /** Pairs at once: they sleep nearly all of their time. */
  readonly atOnce: number;
  readonly onDifference?: (difference: FuzzDifference) => void;
  readonly onPair?: (pairs: number) => void;
}

/** Between the first pairs, milliseconds. */
const START_GAP_MS = 20;

/** A modem that is later than this may meet chat's own times. */
const LATE_MS = 60;
/** On a machine that is never in time, a difference is one. */
const ATTEMPTS = 5;

/** Run random cases through chat(8) and through our engine, each on a pty. */
export async function fuzzChats(request: FuzzRequest): Promise<FuzzResult> {
  const { seed, first, count, atOnce } = request;
  const ptys = loadPtyCalls();
  const differences: FuzzDifference[] = [];
  const ends: Record<string, number> = {};
  let next = first;
  let pairs = 0;
  let late = 0;
  const lag = watchLag();
  const runPair = async (chatCase: ChatCase) => {
    for (let attempt = 1; ; attempt++) {
      const from = performance.now();
      const [real, ours] = await Promise.all([
        runOnLine(startRealChat, chatCase, ptys),
        runOnLine(startOurChat, chatCase, ptys),
      ]);
      const found = compareRuns(real, ours);
      if (found.length === 0 || lag.since(from) < LATE_MS || attempt === ATTEMPTS) return { real, found };
      late++;
    }
  };
  const work = async (): Promise<void> => {
    while (next < first + count) {
      const index = next++;
      const chatCase = randomChatCase(seed, index);
      const { real, found } = await runPair(chatCase);
      pairs++;
      const end = real.signal ?? String(real.exit);
      ends[end] = (ends[end] ?? 0) + 1;
      if (found.length > 0) {
        const difference = { name: `fuzz/${seed}-${index}`, case: chatCase, observed: real, differences: found };
        differences.push(difference);
        request.onDifference?.(difference);
      }
      request.onPair?.(pairs);
    }
  };
  // All at once they would be late for their modems.
  await Promise.all(Array.from({ length: atOnce }, (_, i) => sleep(i * START_GAP_MS).then(work)));
  lag.stop();
  return { pairs, differences, ends, late };
}
