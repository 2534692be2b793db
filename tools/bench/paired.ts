/** Two things timed in turn, A B A B …, so that a machine that slows down meanwhile slows both. */
export interface PairedTimes {
  readonly a: readonly number[];
  readonly b: readonly number[];
}

/** Time `runs` pairs after one that is not counted. Each function gives its own time in milliseconds. */
export async function timePairs(
  runs: number,
  a: () => Promise<number>,
  b: () => Promise<number>,
): Promise<PairedTimes> {
  const times: { a: number[]; b: number[] } = { a: [], b: [] };
  for (let run = 0; run <= runs; run++) {
    const pair = { a: await a(), b: await b() };
    if (run === 0) continue;
    times.a.push(pair.a);
    times.b.push(pair.b);
  }
  return times;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((x, y) => x - y);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** One line: what, the median of the ratios A/B pair by pair, its limit, and both medians. */
export function reportRatio(what: string, times: PairedTimes, limit: number): boolean {
  const ratio = median(times.a.map((time, i) => time / (times.b[i] ?? Number.NaN)));
  const within = ratio <= limit;
  console.log(
    `${within ? "ok  " : "OVER"} ${what}: ratio ${ratio.toFixed(2)} (limit ${limit}); ` +
      `medians ${median(times.a).toFixed(1)} / ${median(times.b).toFixed(1)} ms, ${times.a.length} pairs`,
  );
  return within;
}
