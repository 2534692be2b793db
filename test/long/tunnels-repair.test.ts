import { expect, test } from "vitest";
import { useGuest } from "../vm/guest.ts";
import { tunnelled, useTunnelIsp, wan } from "../vm/tunnel-isp.ts";

/** A crash at any moment of a tunnel's call, and `pppctl repair` after it. */
const guest = useGuest();
const isp = useTunnelIsp(guest);

/** mulberry32 */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const moments = 30;
/** A call takes so long here, from its start to the end of its hooks. */
const callMs = 9000;
const takes = ["defaultroute", "replacedefaultroute", "usepeerdns", 'set "PON_ROUTES=10.20.0.0/16 10.30.0.1"'];
const kinds = [
  { name: "pptp", lines: [`pty "pptp ${wan.server} --nolaunchpppd"`] },
  { name: "kernel", lines: ["plugin pppoe.so", "wan0"] },
  { name: "l2tp", lines: ["set PON_L2TP_LAC=yosefcom"] },
] as const;

/** pon, its pppd and what carries the link; the scripts that pppd has started go on, as after a real crash. */
const doomed =
  /^(\/usr\/bin\/node .*pon-main|node .*pon|(\/usr\/sbin\/)?pppd (call|plugin pppol2tp.so pppol2tp \d+ passive)|(sh -c )?pptp 198)/;

test(`kill -9 at ${moments} random moments, then repair: the machine is as before each time`, async () => {
  const random = seededRandom(7);
  for (const { name, lines } of kinds) await isp.writePeer(name, ...lines, ...takes, "lcp-restart 1");
  const before = await isp.hostState();
  const reached = new Set<string>();
  for (let moment = 0; moment < moments; moment++) {
    const { name } = kinds[moment % kinds.length] as (typeof kinds)[number];
    const ms = Math.round(random() * callMs);
    const pon = await isp.spawn("pon", name);
    await guest.run(["sleep", (ms / 1000).toFixed(3)]);
    for (const { pid, argv } of await guest.processes()) {
      if (doomed.test(argv.join(" "))) await guest.kill(pid, "SIGKILL");
    }
    await pon.kill("SIGKILL", { group: true });
    await pon.wait();
    for (const { change } of parse(await readOr("/run/pppctl/journal"))) reached.add(change.kind);
    const repair = await isp.run("pppctl", "repair");
    expect(repair, repair.stderr).toMatchObject({ status: 0 });
    // What pppd had started ends by itself, and changes nothing any more.
    await guest.waitFor({ noProcess: "hook-main|/etc/ppp/ip-|^(/usr/sbin/)?pppd " });
    expect(await isp.hostState(), `${name}, killed after ${ms} ms`).toBe(before);
    expect(await readOr("/run/pppctl/journal")).toBe("");
  }
  // The moments were worth it: each kind of change was there to be undone.
  expect([...reached].toSorted()).toEqual(["lac", "link-route", "resolv", "route"]);
  // And after all of it a call is as ever.
  const pon = await isp.run("pon", "pptp");
  expect(pon, pon.stderr).toMatchObject({ status: 0 });
  expect(await guest.run(["ping", "-c", "1", "-W", "20", tunnelled.pptp.server])).toMatchObject({ status: 0 });
  expect(await isp.run("poff", "pptp")).toMatchObject({ status: 0 });
  expect(await isp.hostState()).toBe(before);
});

async function readOr(path: string): Promise<string> {
  return (await guest.exists(path)) ? guest.readFile(path) : "";
}

function parse(journal: string): readonly { readonly change: { readonly kind: string } }[] {
  return journal.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line)]));
}
