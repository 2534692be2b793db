import type { LineRun } from "./run-on-line.ts";

/** What differs, each on a line; none when the runs are alike. */
export function compareRuns(real: LineRun, ours: LineRun): string[] {
  const differences: string[] = [];
  for (const key of Object.keys(real) as (keyof LineRun)[]) {
    if (real[key] === ours[key]) continue;
    differences.push(`${key}: chat ${JSON.stringify(real[key])}, ours ${JSON.stringify(ours[key])}`);
  }
  return differences;
}
