import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { prepareStub } from "./many-peers.ts";

const links = 3;
const seconds = 60;
/** Of one CPU, percent. */
const limit = 2;

/** What `pppctl status --watch` of three links that are up costs on a terminal: its CPU time over a minute, as the kernel counts it. */
export async function benchWatching(checkout: string): Promise<boolean> {
  if (process.getuid?.() !== 0) {
    console.log("OVER status --watch: not measured, only root has mounts of its own");
    return false;
  }
  const peers = Array.from({ length: links }, (_, n) => `bench-watch-${n}`);
  const words = [join(checkout, "test/pty/stub-pppd")];
  const holder = spawn("unshare", ["--mount", "sh", "-c", prepareStub, "sh", ...words], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  try {
    await once(holder.stdout, "data");
    const inside = ["-t", String(holder.pid), "-m", "--"];
    const pppctl = join(checkout, "bin/pppctl");
    for (const peer of peers) {
      const up = `printf 'pty "/bin/true"\\nnoauth\\n' > /etc/ppp/peers/${peer} && ln -sf pts/ptmx /dev/ptmx && printf 'up lo\\nwait\\n' > /etc/ppp/stub-part && exec "$0" up ${peer}`;
      const { status, stderr } = spawnSync("nsenter", [...inside, "sh", "-c", up, pppctl], { encoding: "utf8" });
      if (status !== 0) throw new Error(`${peer} is not up: ${stderr}`);
    }
    const watch = spawn(
      "nsenter",
      [...inside, "script", "-qec", `exec ${pppctl} status --watch ${peers.join(" ")}`, "/dev/null"],
      {
        stdio: ["ignore", "ignore", "inherit"],
      },
    );
    // Its start is no part of it.
    await sleep(3000);
    const pid = findWatch(peers);
    const began = performance.now();
    const before = cpuMs(pid);
    await sleep(seconds * 1000);
    const percent = ((cpuMs(pid) - before) / (performance.now() - began)) * 100;
    process.kill(pid, "SIGTERM");
    await once(watch, "exit");
    const ok = percent <= limit;
    console.log(
      `${ok ? "ok  " : "OVER"} status --watch of ${links} links: ${percent.toFixed(2)} % of a CPU over ${seconds} s (limit ${limit})`,
    );
    return ok;
  } finally {
    spawnSync("nsenter", [
      "-t",
      String(holder.pid),
      "-m",
      "--",
      "sh",
      "-c",
      "kill $(cat /run/ppp-bench-watch-*.pid | grep -v '[a-z]')",
    ]);
    holder.stdin.end();
  }
}

function findWatch(peers: readonly string[]): number {
  const found = readdirSync("/proc").find((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, "latin1").includes(
        `pppctl-main.js\0status\0--watch\0${peers.join("\0")}`,
      );
    } catch {
      return false;
    }
  });
  if (found === undefined) throw new Error("pppctl status --watch does not run");
  return Number(found);
}

/** proc(5), stat: utime and stime in ticks of 10 ms. */
function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "latin1")
    .replace(/^.*\) /s, "")
    .split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
