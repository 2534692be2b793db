import type { LineRun } from "./run-on-line.ts";

/** What differs, each on a line; none when the runs are alike. */
export function compareRuns(real: LineRun, ours: LineRun): string[] {
  return (Object.keys(real) as (keyof LineRun)[])
    .filter((key) => real[key] !== ours[key])
    .map((key) => `${key}: chat ${JSON.stringify(real[key])}, ours ${JSON.stringify(ours[key])}`);
}
