import { join } from "node:path";
import type { Guest } from "../vm/guest.ts";
import { startGuest } from "../vm/start-guest.ts";
import { median, reportRatio, timePairs } from "./paired.ts";

const isp = "ip netns exec isp pppd notty nodetach local noauth 10.64.0.1:10.64.0.2".split(" ");

/** The commands of Unruh's article, without its second of delay after CONNECT. */
const script = `ABORT BUSY
ABORT 'NO CARRIER'
ABORT 'NO DIALTONE'
TIMEOUT 10
"" AT
OK ATH0
OK 'AT&F\\\\Q3\\\\V1&D3M1#CC1'
OK 'AT&D3'
TIMEOUT 60
OK ATD5551000
CONNECT '\\c'
`;

/**
 * `pon` to link up against Debian's pon, pppd and chat(8), same peer, same simulated modem, in the emulated kernel. Its clock counts
 * instructions: the emulator takes longest over code that it has not run before, as in a node that starts, which no real machine does.
 */
export async function benchCalling(checkout: string): Promise<boolean> {
  const agent = join(checkout, "build/tools/guest-agent.js");
  const { vm, guest } = await startGuest({ agent, checkout, clock: "instructions", say: console.error });
  try {
    const modem = await setUp(guest, checkout);
    const ours = join(checkout, "bin");
    const call = async (argv: readonly string[], peer = "bench"): Promise<number> => {
      const { status, ms, stdout, stderr } = await guest.run(argv);
      if (status !== 0) throw new Error(`${argv.join(" ")} ended with ${status}: ${stdout}${stderr}`);
      await guest.run(["/usr/bin/poff", peer]);
      await guest.waitFor({ noProcess: "pppd" });
      return ms;
    };
    const stock = () => call(["/usr/bin/pon", "bench", "updetach"]);
    const ok = reportRatio(
      "pon to link up, to Debian's pon with chat(8) (emulated kernel, an instruction is 1 ns)",
      await timePairs(5, () => call([join(ours, "pon"), "bench"]), stock),
      0.5,
    );

    // The floor: the line is connected already, pppd alone brings the link up.
    const floor: number[] = [];
    for (let run = 0; run < 3; run++) {
      floor.push(await call(["/usr/sbin/pppd", "call", "bench-floor", "updetach"], "bench-floor"));
    }
    console.log(`     the floor, pppd on a line that is connected: median ${median(floor).toFixed(1)} ms`);
    const node: number[] = [];
    for (let run = 0; run < 5; run++) node.push((await guest.run([process.execPath, "-e", "0"])).ms);
    console.log(`     node -e 0 in the emulated kernel: median ${median(node).toFixed(1)} ms`);

    await guest.run([join(ours, "pon"), "bench"]);
    // pppd has the scripts of ip-up run, and their runner ends with them.
    await guest.waitFor({ noProcess: "hook-main" });
    const left = (await guest.processes()).filter(
      ({ pid, argv }) => pid !== modem && argv.join(" ").includes("-main.js"),
    );
    console.log(`${left.length === 0 ? "ok  " : "OVER"} processes of ours after pon returned: ${left.length}`);
    return ok && left.length === 0;
  } finally {
    guest.close();
    await vm.stop();
  }
}

async function setUp(guest: Guest, checkout: string): Promise<number> {
  await guest.run(["ip", "netns", "add", "isp"]);
  await guest.writeFile("/etc/ppp/options", "lock\nauth\ncrtscts\nmodem\nhide-password\n");
  await guest.writeFile("/etc/chatscripts/bench", script);
  // Without IPv6: stock pon's `updetach` returns at the first network protocol, which would be another event than ours.
  const common = "115200\nnoauth\nnodefaultroute\nnoipv6\n";
  const connect = 'connect "/usr/sbin/chat -v -f /etc/chatscripts/bench"\n';
  await guest.writeFile("/etc/ppp/peers/bench", `/dev/bench-modem\n${connect}${common}`);
  await guest.writeFile("/etc/ppp/peers/bench-floor", `pty "${isp.join(" ")}"\n${common}`);
  await guest.writeFile(
    "/tmp/bench.json",
    JSON.stringify({ numbers: { "5551000": { rate: 115200, to: { command: isp } } } }),
  );
  const simulate = [
    join(checkout, "bin/pppctl"),
    "simulate",
    "--link",
    "/dev/bench-modem",
    "--scenario",
    "/tmp/bench.json",
  ];
  const modem = await guest.spawn(simulate);
  await modem.waitForOutput(/bench-modem/);
  return modem.pid;
}
