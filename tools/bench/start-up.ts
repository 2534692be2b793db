import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { reportRatio, timePairs } from "./paired.ts";

/** A log of pppd's where plog looks first; else journalctl's start would be measured, which is another program's. */
const prepare = "mount -t tmpfs tmpfs /var/log && echo pppd > /var/log/ppp.log && echo ready && exec cat > /dev/null";

/** The start of the commands against a node that does nothing, as whole processes. */
export async function benchStartUp(checkout: string): Promise<boolean> {
  if (process.getuid?.() !== 0) {
    console.log("OVER start: not measured, only root has mounts of its own");
    return false;
  }
  const rows: readonly (readonly [string, readonly string[]])[] = [
    ["poff --help", ["poff", "--help"]],
    ["plog -n 1", ["plog", "-n", "1"]],
    ["pppctl --version", ["pppctl", "--version"]],
  ];
  const holder = spawn("unshare", ["--mount", "sh", "-c", prepare], { stdio: ["pipe", "pipe", "inherit"] });
  const timed =
    (...argv: readonly string[]) =>
    async (): Promise<number> => {
      const began = performance.now();
      const { status } = spawnSync("nsenter", ["-t", String(holder.pid), "-m", "--", ...argv], { stdio: "ignore" });
      if (status !== 0) throw new Error(`${argv.join(" ")} ended with ${status}`);
      return performance.now() - began;
    };
  try {
    await once(holder.stdout, "data");
    let ok = true;
    for (const [what, [name = "", ...args]] of rows) {
      const command = timed(join(checkout, "bin", name), ...args);
      const times = await timePairs(15, command, timed(process.execPath, "-e", "0"));
      ok = reportRatio(`start: ${what} to node -e 0`, times, 1.3) && ok;
    }
    return ok;
  } finally {
    holder.stdin.end();
  }
}
