import { beforeAll, expect, onTestFinished, test } from "vitest";
import { inCheckout } from "../vm/guest.ts";
import { farNamespace, tunnelled, wan } from "../vm/tunnel-isp.ts";
import { firewallHooks, kinds, takes } from "./tunnel-kinds.ts";
import type { Tunnels } from "./use-tunnels.ts";

/** Something behind the servers, to be reached through a link. */
const behind = "10.20.0.1";
const dhcpServer = "203.0.113.67";

const envHook = ({ name }: { readonly name: string }): string => `/etc/ppp/ip-up.d/${name}/env`;

/** By place: which comes up first, and which goes first. */
const cases = {
  "PPTP and PPPoE": [
    { pair: [kinds.pptp, kinds.kernel], down: [0, 1] },
    { pair: [kinds.kernel, kinds.pptp], down: [1, 0] },
  ],
  "L2TP and PPPoE": [
    { pair: [kinds.l2tp, kinds.program], down: [0, 1] },
    { pair: [kinds.program, kinds.plugin], down: [1, 0] },
  ],
  // pptp(8) takes its own route to the server away at its end, which the other tunnel goes on to need.
  "one server": [{ pair: [kinds.l2tp, kinds.pptp], down: [1, 0] }],
} as const;

/** What two links change on their machine, whichever of them ends first: all of it comes back. Call once in a file. */
export function testLinkOrders({ guest, isp }: Tunnels, which: keyof typeof cases): void {
  beforeAll(async () => {
    const far = ["ip", "-n", farNamespace, "addr", "add", `${behind}/32`, "dev", "lo"];
    expect(await guest.run(far)).toMatchObject({ status: 0 });
  });

  const ping = async (): Promise<void> => {
    const result = await guest.run(["ping", "-c", "1", "-W", "20", behind]);
    expect(result, result.stdout).toMatchObject({ status: 0 });
  };

  test.each(
    cases[which].map((one) => ({
      ...one,
      names: one.pair.map(({ name }) => name).join(" and "),
      order: one.down[0] === 0 ? "the first up is the first down" : "the last up is the first down",
    })),
  )("$names with everything: $order", async ({ pair, down }) => {
    const firewall = (await guest.run(["cat", inCheckout("docs/hooks/firewall")])).stdout;
    for (const path of firewallHooks) await guest.writeFile(path, firewall, 0o755);
    // The interface has its address from a DHCP server behind the gateway.
    const index = (await guest.readFile(`/sys/class/net/${wan.iface}/ifindex`)).trim();
    await guest.writeFile(`/run/systemd/netif/leases/${index}`, `ADDRESS=${wan.own}\nSERVER_ADDRESS=${dhcpServer}\n`);
    onTestFinished(async () => {
      for (const path of [...firewallHooks, ...pair.map(envHook), "/run/systemd/netif"]) await guest.remove(path);
    });
    const before = await isp.hostState();
    for (const { name, peer } of pair) {
      await isp.writePeer(name, ...peer, ...takes, "ipparam firewall");
      await guest.writeFile(envHook({ name }), `#!/bin/sh\nenv | sort > /tmp/env-${name}\n`, 0o755);
    }
    for (const [i, { name, ends }] of pair.entries()) {
      const pon = await isp.run("pon", name);
      expect(pon, pon.stderr).toMatchObject({ status: 0 });
      const state = await isp.hostState();
      expect(state).toMatch(new RegExp(`^default dev ppp${i} `, "m"));
      expect(state).toContain(`table inet pon_ppp${i}`);
      expect(state).toMatch(new RegExp(`^nameserver ${tunnelled.dns1}$`, "m"));
      await guest.waitForFile(`/tmp/env-${name}`, /^USEPEERDNS=/);
      const env = await guest.readFile(`/tmp/env-${name}`);
      await guest.remove(`/tmp/env-${name}`);
      expect(env).toMatch(new RegExp(`^IPLOCAL=${ends.client}$`, "m"));
      expect(env.split("\n")).toEqual(
        expect.arrayContaining([
          ...[`LINKNAME=${name}`, `PPP_IFACE=ppp${i}`, `IPREMOTE=${ends.server}`],
          ...["USEPEERDNS=1", `DNS1=${tunnelled.dns1}`, `DNS2=${tunnelled.dns2}`],
        ]),
      );
    }
    expect(await isp.hostState()).toContain(`${dhcpServer} via ${wan.server} dev ${wan.iface}`);
    await ping();
    for (const place of down) {
      const poff = await isp.run("poff", pair[place].name);
      expect(poff, poff.stderr).toMatchObject({ status: 0 });
      // The one that is left still is the way to everything.
      if (pair[place] === kinds.pptp) await guest.waitFor({ noProcess: "^(sh -c )?pptp 198" });
      if (place === down[0]) await ping();
    }
    expect(await isp.hostState()).toBe(before);
  });
}
