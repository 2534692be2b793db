import { expect, test } from "vitest";
import { useGuest } from "../vm/guest.ts";
import { tunnelled, useTunnelIsp, wan } from "../vm/tunnel-isp.ts";
import { useNewerPppd } from "./newer-pppd.ts";

/** pppd 2.5 of Debian's next release at both ends: the routes, name servers and hooks of tunnels mean the same as with 2.4.9. */
const guest = useGuest();
useNewerPppd(guest);
const isp = useTunnelIsp(guest);

const kinds = [
  { name: "pptp", peer: [`pty "pptp ${wan.server} --nolaunchpppd"`], ends: tunnelled.pptp },
  { name: "kernel", peer: ["plugin pppoe.so", "wan0"], ends: tunnelled.pppoe },
  { name: "l2tp", peer: ["set PON_L2TP_LAC=yosefcom"], ends: tunnelled.l2tp },
] as const;

test("each kind: up with a default route that was replaced, networks and name servers; a ping; down, and all is as before", async () => {
  const before = await isp.hostState();
  // 2.5.3 has dropped replacedefaultroute, and every 2.5 takes no heed of a default route that is there.
  const takes = ["defaultroute", "replacedefaultroute", "usepeerdns", "set PON_ROUTES=10.20.0.0/16"];
  for (const { name, peer, ends } of kinds) {
    await isp.writePeer(name, ...peer, ...takes);
    const script = `#!/bin/sh\nenv | sort > /tmp/env-${name}\n`;
    await guest.writeFile(`/etc/ppp/ip-up.d/${name}/env`, script, 0o755);
    const pon = await isp.run("pon", name);
    expect(pon, pon.stderr).toMatchObject({ status: 0, heldOpen: false });
    expect(pon.stdout).toMatch(new RegExp(`^${name}: up on ppp\\d+, ${ends.client} -> ${ends.server} \\(`));
    expect(await guest.run(["ping", "-c", "1", "-W", "20", ends.server])).toMatchObject({ status: 0 });
    const state = await isp.hostState();
    expect(state).toMatch(/^default dev ppp0 scope link/m);
    expect(state).toMatch(/^default .*dev wan0 .*metric 100 ?$/m);
    expect(state).toMatch(new RegExp(`^nameserver ${tunnelled.dns1}$`, "m"));
    await guest.waitForFile(`/tmp/env-${name}`, /^PPP_REMOTE=/);
    const env = (await guest.readFile(`/tmp/env-${name}`)).split("\n");
    expect(env).toEqual(
      expect.arrayContaining([`LINKNAME=${name}`, `IPREMOTE=${ends.server}`, `DNS2=${tunnelled.dns2}`]),
    );
    const poff = await isp.run("poff", name);
    expect(poff, poff.stderr).toMatchObject({ status: 0 });
    expect(await isp.hostState()).toBe(before);
    await guest.remove(`/etc/ppp/ip-up.d/${name}`);
  }
});

test("defaultroute alone leaves the default route that there is", async () => {
  const before = await isp.hostState();
  await isp.writePeer("vpn", ...kinds[0].peer, "defaultroute");
  const pon = await isp.run("pon", "vpn");
  expect(pon, pon.stderr).toMatchObject({ status: 0 });
  expect((await isp.hostState()).match(/^default .*$/gm)).toEqual(before.match(/^default .*$/gm));
  expect(await isp.run("poff", "vpn")).toMatchObject({ status: 0 });
  expect(await isp.hostState()).toBe(before);
});

test("a wrong password, and a server that nobody has: the causes are those of 2.4.9", async () => {
  await isp.writePeer("wrong", ...kinds[1].peer, 'password "wrong"', "lcp-restart 1");
  await isp.writePeer("nobody", `pty "pptp ${wan.nobody} --nolaunchpppd"`);
  const calls = await Promise.all(["wrong", "nobody"].map((name) => isp.spawn("pon", "--json", name)));
  const ends = await Promise.all(calls.map((call) => call.wait(120_000)));
  expect(ends.map(({ stdout }) => (JSON.parse(stdout) as { readonly code: string }).code)).toEqual([
    "auth.refused",
    "tunnel.unreachable",
  ]);
});
