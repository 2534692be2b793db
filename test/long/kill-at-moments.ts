import { expect, onTestFinished, test } from "vitest";
import { seededRandom } from "../../tools/chat-fuzz/seeded-random.ts";
import { type GuestProcess, inCheckout } from "../vm/guest.ts";
import { firewallHooks, kinds, takes } from "./tunnel-kinds.ts";
import type { Tunnels } from "./use-tunnels.ts";

/** The moments are those of a fixed seed; PPPCTL_SEED chooses others. */
const seed = Number(process.env["PPPCTL_SEED"] ?? 7);

/** Of each kind of tunnel. */
const moments = Number(process.env["PPPCTL_MOMENTS"] ?? 10);

/** The kinds of journal entries of a link that is up, by the peer's name; with `hooks` it has the firewall of docs/hooks. */
const changesOf = {
  [kinds.pptp.name]: ["link-route", "resolv", "route"],
  [kinds.kernel.name]: ["link-route", "resolv"],
  [kinds.program.name]: ["hooks", "link-route", "resolv"],
  [kinds.l2tp.name]: ["hooks", "lac", "link-route", "resolv", "route"],
  [kinds.plugin.name]: ["hooks", "lac", "link-route", "resolv", "route"],
} as const;

/** pon, its pppd and what carries the link; the scripts that pppd has started go on, as after a real crash. xl2tpd goes on, too. */
const doomed =
  /pon-main|^(\/usr\/sbin\/)?pppd (call|plugin pppol2tp.so pppol2tp \d+ passive)|^(sh -c )?(pptp 198|pppoe -I wan0)/;

/**
 * kill -9 of everything of a tunnel's call, of a link that is up and at random moments of a call, and `pppctl repair` each time: the
 * machine is as before, and after all of it a call is as ever. Call once for each kind.
 */
export function testKills({ guest, isp }: Tunnels, kind: keyof typeof kinds): void {
  const { name, peer } = kinds[kind];
  const changes: readonly string[] = changesOf[name];

  test(`${kind}: kill -9 at ${moments} random moments, then repair: the machine is as before each time`, async () => {
    // Each kind has moments of its own.
    const random = seededRandom(seed, Object.keys(kinds).indexOf(kind));
    await isp.writePeer(name, ...peer, ...takes, "ipparam firewall", "lcp-restart 1");
    const hasFirewall = changes.includes("hooks");
    const firewall = (await guest.run(["cat", inCheckout("docs/hooks/firewall")])).stdout;
    if (hasFirewall) for (const path of firewallHooks) await guest.writeFile(path, firewall, 0o755);
    onTestFinished(async () => {
      for (const path of firewallHooks) await guest.remove(path);
    });
    const before = await isp.hostState();
    const started = performance.now();
    const first = await isp.run("pon", name);
    expect(first, first.stderr).toMatchObject({ status: 0 });
    await guest.waitForFile(`/run/pppctl/${name}/host-up`);
    expect((await isp.hostState()).includes("table inet pon_ppp")).toBe(hasFirewall);
    const wholeMs = performance.now() - started;
    expect(await crash("when it is up")).toEqual(changes);
    for (let moment = 0; moment < moments; moment++) {
      const ms = random.below(1.2 * wholeMs);
      const pon = await isp.spawn("pon", name);
      await guest.run(["sleep", (ms / 1000).toFixed(3)]);
      await crash(`after ${ms} ms`, pon);
    }
    const pon = await isp.run("pon", name);
    expect(pon, pon.stderr).toMatchObject({ status: 0 });
    expect(await isp.run("poff", name)).toMatchObject({ status: 0 });
    expect(await isp.hostState()).toBe(before);

    /** Gives the kinds of changes that were there to be undone. */
    async function crash(when: string, pon?: GuestProcess): Promise<readonly string[]> {
      // It may not be node yet, which `doomed` would know.
      await pon?.kill("SIGKILL");
      const changed = new Set<string>();
      // xl2tpd may have started a pppd after we looked, which repair leaves alone when it knows of it: kill that, too.
      do {
        // Until there is none: one that forked while we looked (pppd's updetach) has another pid.
        for (let pids = await findDoomed(); pids.length > 0; pids = await findDoomed()) {
          for (const pid of pids) await guest.kill(pid, "SIGKILL");
        }
        await pon?.wait();
        // pon's own note of what pppd before 2.5.1 may have run.
        for (const { change } of await readJournal()) if (change.kind !== "pre-up") changed.add(change.kind);
        const repair = await isp.run("pppctl", "repair");
        expect(repair, repair.stderr).toMatchObject({ status: 0 });
      } while ((await findDoomed()).length > 0);
      // What pppd had started ends by itself, and undoes what it has done since. A server has its only address again for the next call; that
      // of PPPoE has more of them, and is told nothing by a kernel whose pppd was killed.
      await guest.waitFor({ noProcess: "hook-main|/bin/hooks/ip|/etc/ppp/ip-|^(/usr/sbin/)?pppd (?!pty )" });
      expect(await isp.hostState(), `${name}, killed ${when}`).toBe(before);
      return [...changed].toSorted();
    }
  });

  async function findDoomed(): Promise<readonly number[]> {
    return (await guest.processes()).filter(({ argv }) => doomed.test(argv.join(" "))).map(({ pid }) => pid);
  }

  async function readJournal(): Promise<readonly { readonly change: { readonly kind: string } }[]> {
    const path = "/run/pppctl/journal";
    const text = (await guest.exists(path)) ? await guest.readFile(path) : "";
    return text.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line)]));
  }
}
