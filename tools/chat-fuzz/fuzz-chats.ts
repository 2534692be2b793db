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
/** Pairs at once, and how often, when a pair that was late is run again. */
const FEW = 6;
const ATTEMPTS = 4;

/** Run random cases through chat(8) and through our engine, each on a pty. */
export async function fuzzChats(request: FuzzRequest): Promise<FuzzResult> {
  const { seed, first, count, atOnce } = request;
  const ptys = loadPtyCalls();
  const differences: FuzzDifference[] = [];
  const ends: Record<string, number> = {};
  let pairs = 0;
  const lag = watchLag();
  /** Undefined: they differ, and the modem was late. */
  const runPair = async (chatCase: ChatCase): Promise<{ real: LineRun; found: string[] } | undefined> => {
    const from = performance.now();
    const [real, ours] = await Promise.all([
      runOnLine(startRealChat, chatCase, ptys),
      runOnLine(startOurChat, chatCase, ptys),
    ]);
    const found = compareRuns(real, ours);
    return found.length > 0 && lag.since(from) > LATE_MS ? undefined : { real, found };
  };
  const finish = (index: number, chatCase: ChatCase, { real, found }: { real: LineRun; found: string[] }): void => {
    pairs++;
    const end = real.signal ?? String(real.exit);
    ends[end] = (ends[end] ?? 0) + 1;
    if (found.length > 0) {
      const difference = { name: `fuzz/${seed}-${index}`, case: chatCase, observed: real, differences: found };
      differences.push(difference);
      request.onDifference?.(difference);
    }
    request.onPair?.(pairs);
  };
  const again: number[] = [];
  await inParallel(atOnce, count, async (i) => {
    const chatCase = randomChatCase(seed, first + i);
    const pair = await runPair(chatCase);
    if (pair === undefined) again.push(first + i);
    else finish(first + i, chatCase, pair);
  });
  await inParallel(FEW, again.length, async (i) => {
    const index = again[i] ?? first;
    const chatCase = randomChatCase(seed, index);
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const pair = await runPair(chatCase);
      if (pair !== undefined) return finish(index, chatCase, pair);
    }
    throw new Error(`fuzz/${seed}-${index} differs, on a machine that is never in time: run it again on an idle one`);
  });
  lag.stop();
  return { pairs, differences, ends, late: again.length };
}

/** Do the work of 0 up to `count`, so many at once. All begun at once they would be late for their modems. */
async function inParallel(atOnce: number, count: number, work: (i: number) => Promise<void>): Promise<void> {
  let next = 0;
  const go = async (): Promise<void> => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: atOnce }, (_, i) => sleep(i * START_GAP_MS).then(go)));
}
