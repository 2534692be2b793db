import { expect, onTestFinished } from "vitest";
import { seededRandom } from "../../tools/chat-fuzz/seeded-random.ts";
import { type Guest, type GuestProcess, inCheckout } from "../vm/guest.ts";
import type { TunnelIsp } from "../vm/tunnel-isp.ts";
import { firewallHooks, takes } from "./tunnel-kinds.ts";

/** The moments are those of a fixed seed; PPPCTL_SEED chooses others. */
const seed = Number(process.env["PPPCTL_SEED"] ?? 7);

/** Of each kind of tunnel. */
export const moments = 10;

/** pon, its pppd and what carries the link; the scripts that pppd has started go on, as after a real crash. */
const doomed =
  /pon-main|^(\/usr\/sbin\/)?pppd (call|plugin pppol2tp.so pppol2tp \d+ passive)|^(sh -c )?(pptp 198|pppoe -I wan0)/;

/**
 * kill -9 of everything of a tunnel's call, of a link that is up and at `moments` random moments, and `pppctl repair` each time: the
 * machine is as before, and after all of it a call is as ever.
 *
 * @param stream of random numbers: each kind has moments of its own
 * @param changes the kinds of journal entries of a link that is up; with `hooks` it has the firewall of docs/hooks
 */
export async function killAtMoments(
  guest: Guest,
  isp: TunnelIsp,
  { name, peer }: { readonly name: string; readonly peer: readonly string[] },
  { stream, changes }: { readonly stream: number; readonly changes: readonly string[] },
): Promise<void> {
  const random = seededRandom(seed, stream);
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
    // Until there is none: one that forked while we looked (pppd's updetach) has another pid.
    for (let pids: readonly number[] | undefined; pids?.length !== 0; ) {
      pids = (await guest.processes()).filter(({ argv }) => doomed.test(argv.join(" "))).map(({ pid }) => pid);
      for (const pid of pids) await guest.kill(pid, "SIGKILL");
    }
    await pon?.wait();
    const changed = new Set((await readJournal(guest)).map(({ change }) => change.kind));
    const repair = await isp.run("pppctl", "repair");
    expect(repair, repair.stderr).toMatchObject({ status: 0 });
    // What pppd had started ends by itself, and undoes what it has done since. A server has its only address again for the next call; that
    // of PPPoE has more of them, and is told nothing by a kernel whose pppd was killed.
    await guest.waitFor({ noProcess: "hook-main|/bin/hooks/ip|/etc/ppp/ip-|^(/usr/sbin/)?pppd (?!pty )" });
    expect(await isp.hostState(), `${name}, killed ${when}`).toBe(before);
    return [...changed].toSorted();
  }
}

async function readJournal(guest: Guest): Promise<readonly { readonly change: { readonly kind: string } }[]> {
  const path = "/run/pppctl/journal";
  const text = (await guest.exists(path)) ? await guest.readFile(path) : "";
  return text.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line)]));
}
