import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RunningSimulatedModem } from "../../src/app/simulate.ts";
import { startSimulatedModemHost } from "../../src/io/simulated-modem-host.ts";
import { readScenario } from "../../src/modem/read-scenario.ts";
import { ownDevices } from "./own-devices.ts";
import { median, reportRatio, timePairs } from "./paired.ts";

const lines = 16;
/** Dialing and training; modems take 20 s and more. */
const callMs = 5000;
/** More than this for each line beyond the first is too much, MiB. */
const memoryLimit = 2;

/** Mounts of its own: a stub for pppd ($1), which needs no PPP in the kernel, and a peer for each device ($2 …). */
export const prepareStub = `
set -e
stub=$1; shift
for place in /etc/ppp /etc/chatscripts /run /usr/sbin /var/lib; do mount -t tmpfs -o mode=755 tmpfs $place; done
mkdir -p /run/lock /etc/ppp/peers /usr/sbin/stub /run/dev
cp "$stub" /usr/sbin/pppd
cp "$stub" /usr/sbin/stub/call
${ownDevices}
printf 'open\\nup lo\\nwait\\n' > /etc/ppp/stub-part
printf "ABORT BUSY\\n'' AT\\nOK ATD1\\nCONNECT ''\\n" > /etc/chatscripts/bench
n=0
for device; do
  printf '%s 115200\\nconnect "chat -f /etc/chatscripts/bench"\\nnoauth\\n' "$device" > /etc/ppp/peers/p$n
  n=$((n + 1))
done
echo ready
exec cat > /dev/null`;

/** One `pppctl up` of 16 peers against one of one, each on a simulated modem of its own. */
export async function benchManyPeers(checkout: string): Promise<boolean> {
  if (process.getuid?.() !== 0) {
    console.log("OVER 16 peers by one pppctl up: not measured, only root dials directly");
    return false;
  }
  const directory = mkdtempSync(join(tmpdir(), "pppctl-bench-"));
  const scenario = readScenario({ default: { result: "connect", afterMs: callMs } }, "the bench's scenario");
  const modems: RunningSimulatedModem[] = [];
  for (let n = 0; n < lines; n++) {
    const logPath = join(directory, `events${n}`);
    modems.push(await startSimulatedModemHost({ line: { type: "pty", link: undefined }, scenario, logPath }));
  }
  const words = [join(checkout, "test/pty/stub-pppd"), ...modems.map(({ path }) => path)];
  const holder = spawn("unshare", ["--mount", "sh", "-c", prepareStub, "sh", ...words], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const peers = modems.map((_, n) => `p${n}`);
  const peaks = { one: [] as number[], all: [] as number[] };
  try {
    await once(holder.stdout, "data");
    const run = async (...argv: readonly string[]): Promise<{ readonly ms: number; readonly peak: number }> => {
      const began = performance.now();
      const child = spawn("nsenter", ["-t", String(holder.pid), "-m", "--", ...argv], { stdio: "ignore" });
      let peak = 0;
      const look = setInterval(() => {
        peak = Math.max(peak, peakOf(child.pid ?? 0));
      }, 20);
      const [status] = (await once(child, "exit")) as [number | null];
      clearInterval(look);
      if (status !== 0) throw new Error(`${argv.join(" ")} ended with ${status}`);
      return { ms: performance.now() - began, peak };
    };
    const pppctl = join(checkout, "bin/pppctl");
    const dial = async (some: readonly string[], peakList: number[]): Promise<number> => {
      const { ms, peak } = await run(pppctl, "up", ...some);
      await run(pppctl, "down", ...some);
      peakList.push(peak);
      return ms;
    };
    const times = await timePairs(
      3,
      () => dial(peers, peaks.all),
      () => dial(peers.slice(0, 1), peaks.one),
    );
    const ok = reportRatio(`${lines} peers by one pppctl up, to one (a call takes ${callMs / 1000} s)`, times, 1.5);
    const perLine = (median(peaks.all) - median(peaks.one)) / (lines - 1);
    const within = perLine <= memoryLimit;
    console.log(
      `${within ? "ok  " : "OVER"} memory of each line beyond the first: ${perLine.toFixed(2)} MiB (limit ${memoryLimit}); ` +
        `peaks ${median(peaks.all).toFixed(1)} / ${median(peaks.one).toFixed(1)} MiB`,
    );
    return ok && within;
  } finally {
    holder.stdin.end();
    for (const modem of modems) await modem.stop();
    rmSync(directory, { recursive: true });
  }
}

/** Of a process that lives, MiB (proc(5), VmHWM); 0 of one that does not. */
function peakOf(pid: number): number {
  try {
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}
