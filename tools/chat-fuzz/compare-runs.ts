import type { LineRun } from "./run-on-line.ts";

/** chat 2.4.9 and 2.5 die of SIGSEGV at a CLR_REPORT behind a REPORT that has fired, which is not to be copied. */
const CRASH = "signal 11";

/** What differs, each on a line; none when the runs are alike, up to the place where chat itself crashed. */
export function compareRuns(real: LineRun, ours: LineRun): string[] {
  const crashed = real.signal === CRASH && ours.signal === null;
  const keys = crashed ? (["sent", "stderr"] as const) : (Object.keys(real) as (keyof LineRun)[]);
  return keys
    .filter((key) => (crashed ? !String(ours[key]).startsWith(String(real[key])) : real[key] !== ours[key]))
    .map((key) => `${key}: chat ${JSON.stringify(real[key])}, ours ${JSON.stringify(ours[key])}`);
}
