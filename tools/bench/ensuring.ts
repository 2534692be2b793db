import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { prepareStub } from "./many-peers.ts";
import { median, type PairedTimes, reportRatio } from "./paired.ts";

const pairs = 21;
/** Times that of `node -e 0`. */
const ratioLimit = 1.3;
/** Milliseconds; the machine must be quiet for it to mean something. */
const limit = 100;

/** A peer that needs no modem comes up, and stays up; $1 is pppctl. */
const comeUp = `printf 'pty "/bin/true"\\nnoauth\\n' > /etc/ppp/peers/bench && ln -sf pts/ptmx /dev/ptmx &&
printf 'up lo\\nwait\\n' > /etc/ppp/stub-part && exec "$1" up bench`;

/** Runs among the mounts, so that nothing but the commands is timed: pairs of them and of a node that does nothing. */
const timeInside = `const { spawnSync } = require("node:child_process");
const [pairs, ...words] = process.argv.slice(1);
const time = (program, args) => {
  const began = performance.now();
  const { status } = spawnSync(program, args, { stdio: "ignore" });
  if (status !== 0) throw new Error(program + " ended with " + status);
  return performance.now() - began;
};
const a = [], b = [];
for (let n = 0; n <= Number(pairs); n++) {
  const pair = [time(words[0], words.slice(1)), time(process.execPath, ["-e", "0"])];
  if (n === 0) continue;
  a.push(pair[0]);
  b.push(pair[1]);
}
console.log(JSON.stringify({ a, b }));`;

/** What cron pays each minute: `ensure` of a link that is up, under both its names, against a node that does nothing, and in all. */
export async function benchEnsuring(checkout: string): Promise<boolean> {
  if (process.getuid?.() !== 0) {
    console.log("OVER ensure of a link that is up: not measured, only root has mounts of its own");
    return false;
  }
  const holder = spawn("unshare", ["--mount", "sh", "-c", prepareStub, "sh", join(checkout, "test/pty/stub-pppd")], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const inside = (...argv: readonly string[]): string => {
    const words = ["-t", String(holder.pid), "-m", "--", ...argv];
    const { status, stdout, stderr } = spawnSync("nsenter", words, { encoding: "utf8" });
    if (status !== 0) throw new Error(`${argv[0]} ended with ${status}: ${stderr}`);
    return stdout;
  };
  const pppctl = join(checkout, "bin/pppctl");
  try {
    await once(holder.stdout, "data");
    inside("sh", "-c", comeUp, "sh", pppctl);
    let ok = true;
    for (const words of [
      [pppctl, "ensure", "bench"],
      [join(checkout, "bin/check-ppp-connection"), "bench"],
    ]) {
      const times = JSON.parse(
        inside(process.execPath, "-e", timeInside, "--", String(pairs), ...words),
      ) as PairedTimes;
      const what = `${words.slice(0, -1).join(" ").replace(`${checkout}/bin/`, "")} of a link that is up`;
      ok = reportRatio(`${what}, to node -e 0`, times, ratioLimit) && ok;
      const ms = median(times.a);
      const within = ms < limit;
      console.log(`${within ? "ok  " : "OVER"} ${what}: ${ms.toFixed(1)} ms (limit ${limit})`);
      ok = ok && within;
    }
    inside(pppctl, "down", "bench");
    return ok;
  } finally {
    holder.stdin.end();
  }
}
