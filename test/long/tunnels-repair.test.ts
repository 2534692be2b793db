import { expect, test } from "vitest";
import { useGuest } from "../vm/guest.ts";
import { useTunnelIsp, wan } from "../vm/tunnel-isp.ts";

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

/** Of each kind. */
const moments = 10;
const takes = ["defaultroute", "replacedefaultroute", "usepeerdns", 'set "PON_ROUTES=10.20.0.0/16 10.30.0.1"'];
const kinds = [
  { name: "pptp", lines: [`pty "pptp ${wan.server} --nolaunchpppd"`], changes: ["link-route", "resolv", "route"] },
  { name: "kernel", lines: ["plugin pppoe.so", "wan0"], changes: ["link-route", "resolv"] },
  { name: "l2tp", lines: ["set PON_L2TP_LAC=yosefcom"], changes: ["lac", "link-route", "resolv", "route"] },
] as const;

/** pon, its pppd and what carries the link; the scripts that pppd has started go on, as after a real crash. */
const doomed = /pon-main|^(\/usr\/sbin\/)?pppd (call|plugin pppol2tp.so pppol2tp \d+ passive)|^(sh -c )?pptp 198/;

test.each(kinds)(
  `$name: kill -9 at ${moments} random moments, then repair: the machine is as before each time`,
  async ({ name, lines, changes }) => {
    const random = seededRandom(7);
    await isp.writePeer(name, ...lines, ...takes, "lcp-restart 1");
    const before = await isp.hostState();
    const started = performance.now();
    const first = await isp.run("pon", name);
    expect(first, first.stderr).toMatchObject({ status: 0 });
    await guest.waitForFile(`/run/pppctl/${name}/host-up`);
    const wholeMs = performance.now() - started;
    expect(await crash(undefined)).toEqual(changes);
    for (let moment = 0; moment < moments; moment++) await crash(random() * 1.2 * wholeMs);
    // And after all of it a call is as ever.
    const pon = await isp.run("pon", name);
    expect(pon, pon.stderr).toMatchObject({ status: 0 });
    expect(await isp.run("poff", name)).toMatchObject({ status: 0 });
    expect(await isp.hostState()).toBe(before);

    /** Of a link that is up, or of a call after so many milliseconds. Gives the kinds of changes that were there to be undone. */
    async function crash(ms: number | undefined): Promise<readonly string[]> {
      const pon = ms === undefined ? undefined : await isp.spawn("pon", name);
      if (ms !== undefined) await guest.run(["sleep", (ms / 1000).toFixed(3)]);
      for (const { pid, argv } of await guest.processes()) {
        if (doomed.test(argv.join(" "))) await guest.kill(pid, "SIGKILL");
      }
      await pon?.kill("SIGKILL", { group: true });
      await pon?.wait();
      const changed = new Set(parse(await readOr("/run/pppctl/journal")).map(({ change }) => change.kind));
      const repair = await isp.run("pppctl", "repair");
      expect(repair, repair.stderr).toMatchObject({ status: 0 });
      // What pppd had started ends by itself, and changes nothing any more.
      await guest.waitFor({ noProcess: "hook-main|/etc/ppp/ip-|^(/usr/sbin/)?pppd " });
      expect(await isp.hostState(), `${name}, killed after ${ms} ms`).toBe(before);
      return [...changed].toSorted();
    }
  },
);

async function readOr(path: string): Promise<string> {
  return (await guest.exists(path)) ? guest.readFile(path) : "";
}

function parse(journal: string): readonly { readonly change: { readonly kind: string } }[] {
  return journal.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line)]));
}
