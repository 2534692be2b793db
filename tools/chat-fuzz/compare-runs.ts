import type { LineRun } from "./run-on-line.ts";

/** How the stderr of a chat ends whose send took longer than TIMEOUT. */
const SEND_TIMED_OUT = /alarm\n -- write timed out\nFailed\n\n?$/;

/**
 * What differs, each on a line; none when the runs are alike. Of a send that lasts longer than TIMEOUT as many bytes go
 * out as fit (in test/pty, `timeout/applies-to-send`): what counts is that the same ones do.
 */
export function compareRuns(real: LineRun, ours: LineRun): string[] {
  const differences: string[] = [];
  for (const key of Object.keys(real) as (keyof LineRun)[]) {
    if (real[key] === ours[key]) continue;
    const cut = real.exit === 1 && ours.exit === 1 && SEND_TIMED_OUT.test(real.stderr) && real.stderr === ours.stderr;
    if (key === "sent" && cut && (real.sent.startsWith(ours.sent) || ours.sent.startsWith(real.sent))) continue;
    differences.push(`${key}: chat ${JSON.stringify(real[key])}, ours ${JSON.stringify(ours[key])}`);
  }
  return differences;
}
