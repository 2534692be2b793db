import { compareRuns } from "./compare-runs.ts";
import { loadPtyCalls } from "./pty-calls.ts";
import { type FuzzCase, randomChatCase } from "./random-chat-case.ts";
import { type LineRun, runOnLine } from "./run-on-line.ts";
import { startOurChat } from "./start-our-chat.ts";
import { loadRealChat } from "./start-real-chat.ts";

/** A pair of runs that differ. */
export interface FuzzDifference {
  readonly name: string;
  readonly case: FuzzCase;
  /** chat's run. */
  readonly observed: LineRun;
  readonly differences: readonly string[];
}

export interface FuzzResult {
  readonly pairs: number;
  readonly differences: readonly FuzzDifference[];
  /** Runs that do not count: the modem was late for something that does not wait. */
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

/** Run random cases through chat(8) and through our engine, each on a pty. */
export async function fuzzChats(request: FuzzRequest): Promise<FuzzResult> {
  const { seed, first, count, atOnce } = request;
  const ptys = loadPtyCalls();
  const startRealChat = loadRealChat();
  const differences: FuzzDifference[] = [];
  const ends: Record<string, number> = {};
  let pairs = 0;
  let late = 0;
  /** Again when the modem was late for something that does not wait: the two were not told the same then. */
  const runBoth = async (fuzzCase: FuzzCase): Promise<readonly [LineRun, LineRun]> => {
    for (;;) {
      const [real, ours] = await Promise.all([
        runOnLine(startRealChat, fuzzCase, ptys),
        runOnLine(startOurChat, fuzzCase, ptys),
      ]);
      if (!real.late && !ours.late) return [real.run, ours.run];
      if (++late > count) throw new Error("this machine is too late too often: run it again on an idle one");
    }
  };
  const runPair = async (index: number): Promise<void> => {
    const fuzzCase = randomChatCase(seed, index);
    const [real, ours] = await runBoth(fuzzCase);
    const end = real.signal ?? String(real.exit);
    ends[end] = (ends[end] ?? 0) + 1;
    const found = compareRuns(real, ours);
    if (found.length > 0) {
      const difference = { name: `fuzz/${seed}-${index}`, case: fuzzCase, observed: real, differences: found };
      differences.push(difference);
      request.onDifference?.(difference);
    }
    pairs++;
    request.onPair?.(pairs);
  };
  let next = first;
  const work = async (): Promise<void> => {
    while (next < first + count) await runPair(next++);
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return { pairs, differences, ends, late };
}
