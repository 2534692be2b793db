import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { reportRatio, timePairs } from "./paired.ts";

/** The start of the commands against a node that does nothing, as whole processes. */
export async function benchStartUp(checkout: string): Promise<boolean> {
  const rows: readonly (readonly [string, readonly string[]])[] = [
    ["poff --help", ["poff", "--help"]],
    ["plog -n 1", ["plog", "-n", "1"]],
    ["pppctl --version", ["pppctl", "--version"]],
  ];
  let ok = true;
  for (const [what, [name = "", ...args]] of rows) {
    const times = await timePairs(
      15,
      timed([join(checkout, "bin", name), ...args]),
      timed([process.execPath, "-e", "0"]),
    );
    ok = reportRatio(`start: ${what} to node -e 0`, times, 1.3) && ok;
  }
  return ok;
}

function timed([program = "", ...args]: readonly string[]): () => Promise<number> {
  return async () => {
    const started = performance.now();
    spawnSync(program, args, { stdio: "ignore" });
    return performance.now() - started;
  };
}
