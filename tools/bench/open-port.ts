import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startSimulatedModemHost } from "../../src/io/simulated-modem-host.ts";
import { readScenario } from "../../src/modem/read-scenario.ts";
import { ownDevices } from "./own-devices.ts";
import { reportRatio, timePairs } from "./paired.ts";

/** Mounts of its own, for a peer (its text is $1) and for a /dev/ppp as in a kernel with PPP; prints a line and stays. */
const prepare = `
set -e
for place in /etc/ppp /run; do mount -t tmpfs -o mode=755 tmpfs $place; done
mkdir -p /etc/ppp/peers /run/lock /run/dev
printf %s "$1" > /etc/ppp/peers/bench
${ownDevices}
echo ready
exec cat > /dev/null`;

/** From `pon`'s start to the port that the modem sees open, to a whole `node -e 0`. The modem is busy, so the call ends there. */
export async function benchOpenPort(checkout: string): Promise<boolean> {
  if (process.getuid?.() !== 0) {
    console.log("OVER start: pon to the open port: not measured, only root dials directly");
    return false;
  }
  const directory = mkdtempSync(join(tmpdir(), "pppctl-bench-"));
  const logPath = join(directory, "events");
  const modem = await startSimulatedModemHost({
    line: { type: "pty", link: undefined },
    scenario: readScenario({ default: "busy" }, "the bench's scenario"),
    logPath,
  });
  const peer = `${modem.path} 115200\nconnect "chat ABORT BUSY '' AT OK ATD1 CONNECT ''"\nnoauth\n`;
  const holder = spawn("unshare", ["--mount", "sh", "-c", prepare, "sh", peer], { stdio: ["pipe", "pipe", "inherit"] });
  try {
    await once(holder.stdout, "data");
    const run = async (...argv: readonly string[]): Promise<{ readonly began: number; readonly ended: number }> => {
      const words = ["-t", String(holder.pid), "-m", "--", ...argv];
      const began = performance.now();
      await once(spawn("nsenter", words, { stdio: "ignore" }), "exit");
      return { began: performance.timeOrigin + began, ended: performance.timeOrigin + performance.now() };
    };
    const pon = async (): Promise<number> => {
      writeFileSync(logPath, "");
      const { began } = await run(join(checkout, "bin/pon"), "bench");
      const opened = readFileSync(logPath, "utf8")
        .split("\n")
        .find((line) => line.includes('"event":"dtr","on":true'));
      if (opened === undefined) throw new Error("pon did not open the port");
      return Date.parse((JSON.parse(opened) as { wall: string }).wall) - began;
    };
    const node = async (): Promise<number> => {
      const { began, ended } = await run(process.execPath, "-e", "0");
      return ended - began;
    };
    return reportRatio("start: pon to the open port, to node -e 0", await timePairs(15, pon, node), 2);
  } finally {
    holder.stdin.end();
    await modem.stop();
    rmSync(directory, { recursive: true });
  }
}
