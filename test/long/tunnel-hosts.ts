import { afterAll, beforeAll, expect, test } from "vitest";
import { unpackPackages } from "../../tools/vm/unpack-packages.ts";
import { type GuestProcess, inCheckout } from "../vm/guest.ts";
import { tunnelled, wan } from "../vm/tunnel-isp.ts";
import { pptp } from "./tunnel-kinds.ts";
import type { Tunnels } from "./use-tunnels.ts";

const own = "10.255.254.53";
const { dns1, dns2 } = tunnelled;
/**
 * Tunnels on machines whose name servers others keep, and whose interfaces ifupdown raises: with the programs themselves. Call once
 * in a file.
 */
export function testTunnelHosts({ guest, isp }: Tunnels): void {
  let resolvConf: string;

  async function sh(script: string): Promise<string> {
    const { status, stdout, stderr } = await guest.run(["sh", "-ec", script]);
    expect(status, `${script}\n${stdout}${stderr}`).toBe(0);
    return stdout;
  }

  const unpacked = (name: string): string => unpackPackages([name], (line) => console.error(`vm: ${line}`));

  beforeAll(async () => {
    resolvConf = await guest.readFile("/etc/resolv.conf");
    await isp.writePeer("vpn", pptp(wan.server), "usepeerdns", "lcp-restart 1");
  });

  afterAll(async () => {
    await guest.remove("/etc/resolv.conf");
    await guest.writeFile("/etc/resolv.conf", resolvConf);
  });

  async function killLink(): Promise<void> {
    for (const pattern of [/pppd call vpn/, /^(sh -c )?pptp /]) {
      for (const { pid, argv } of await guest.processes()) {
        if (pattern.test(argv.join(" "))) await guest.kill(pid, "SIGKILL");
      }
    }
  }

  test("openresolv: the link's name servers come first, and go again, also after a crash", async () => {
    const folder = unpacked("openresolv");
    await sh(`cp -a ${folder}/sbin/. /sbin/; cp -a ${folder}/lib/. /lib/; cp -a ${folder}/etc/. /etc/`);
    await sh(`echo nameserver ${own} | resolvconf -a ${wan.iface}.inet`);
    const before = await isp.hostState();
    expect(before).toContain(`nameserver ${own}\n`);
    const pon = await isp.run("pon", "vpn");
    expect(pon, pon.stderr).toMatchObject({ status: 0 });
    await guest.waitForFile("/run/pppctl/vpn/host-up");
    const servers = [...(await sh("cat /etc/resolv.conf")).matchAll(/^nameserver (\S+)$/gm)].map(
      ([, server]) => server,
    );
    expect(servers).toEqual([dns1, dns2, own]);
    // Once, and not by its own script for ppp, too.
    expect((await sh("resolvconf -i")).trim().split(/\s+/).toSorted()).toEqual(["ppp0.ppp", `${wan.iface}.inet`]);
    expect(await isp.run("poff", "vpn")).toMatchObject({ status: 0 });
    expect(await isp.hostState()).toBe(before);

    expect(await isp.run("pon", "vpn")).toMatchObject({ status: 0 });
    await guest.waitForFile("/run/pppctl/vpn/host-up");
    await killLink();
    expect(await isp.run("pppctl", "repair")).toMatchObject({ status: 0 });
    expect(await isp.hostState()).toBe(before);
    await guest.waitFor({ noProcess: "hook-main" });
    await sh("rm -rf /sbin/resolvconf /lib/resolvconf /etc/ppp/ip-up.d/000resolvconf /etc/ppp/ip-down.d/000resolvconf");
  });

  test("systemd-resolved: asked through the link while it is up", async () => {
    const folder = unpacked("systemd-resolved");
    const daemons: GuestProcess[] = [];
    await sh(
      [
        `cp -a ${folder}/usr/. /usr/; cp -a ${folder}/lib/. /lib/; cp -a ${folder}/etc/. /etc/`,
        "grep -q ^systemd-resolve: /etc/passwd || useradd --system --no-create-home systemd-resolve",
        "mkdir -p /run/dbus /run/systemd/resolve; chown systemd-resolve: /run/systemd/resolve",
      ].join("\n"),
    );
    daemons.push(await guest.spawn(["dbus-daemon", "--system", "--nofork", "--nopidfile"]));
    await guest.waitForFile("/run/dbus/system_bus_socket");
    daemons.push(await guest.spawn(["/lib/systemd/systemd-resolved"]));
    await guest.waitForFile("/run/systemd/resolve/stub-resolv.conf");
    await guest.remove("/etc/resolv.conf");
    await guest.symlink("/run/systemd/resolve/stub-resolv.conf", "/etc/resolv.conf");
    const before = await isp.hostState();
    const ask = "resolvectl --no-pager dns; resolvectl --no-pager domain";
    const quiet = await sh(ask);
    const pon = await isp.run("pon", "vpn");
    expect(pon, pon.stderr).toMatchObject({ status: 0 });
    await guest.waitForFile("/run/pppctl/vpn/host-up");
    const up = await sh(ask);
    expect(up).toMatch(new RegExp(`^Link \\d+ \\(ppp0\\): ${dns1} ${dns2}$`, "m"));
    expect(up).toMatch(/^Link \d+ \(ppp0\): ~\.$/m);
    expect(await isp.hostState()).toContain("-> '/run/systemd/resolve/stub-resolv.conf'");
    expect(await isp.run("poff", "vpn")).toMatchObject({ status: 0 });
    expect(await sh(ask)).toBe(quiet);
    expect(await isp.hostState()).toBe(before);
    for (const daemon of daemons.toReversed()) {
      await daemon.kill("SIGTERM");
      await daemon.wait();
    }
    await guest.remove("/etc/resolv.conf");
    await guest.writeFile("/etc/resolv.conf", resolvConf);
  });

  test("ifup and ifdown with the HOWTO's stanza, and PPTP behind it", async () => {
    const folder = unpacked("ifupdown");
    await sh(
      [
        `cp -a ${folder}/sbin/. /sbin/; cp -a ${folder}/lib/ifupdown /lib/`,
        "mkdir -p /etc/network/if-pre-up.d /etc/network/if-up.d /etc/network/if-down.d /etc/network/if-post-down.d /run/network",
        `for name in pon poff; do ln -sf ${inCheckout("bin")}/$name /usr/local/bin/$name; done`,
      ].join("\n"),
    );
    await guest.writeFile("/etc/network/interfaces", "iface yosefcom inet ppp\n  provider vpn\n");
    const before = await isp.hostState();
    const up = await guest.run(["ifup", "yosefcom"]);
    expect(up, up.stderr).toMatchObject({ status: 0 });
    await guest.waitForFile("/run/pppctl/vpn/host-up");
    expect(await guest.run(["ping", "-c", "1", "-W", "20", tunnelled.pptp.server])).toMatchObject({ status: 0 });
    const state = await isp.hostState();
    expect(state).toMatch(new RegExp(`^nameserver ${dns1}$`, "m"));
    expect(state).toContain(`${wan.server} dev ${wan.iface} `);
    const down = await guest.run(["ifdown", "yosefcom"]);
    expect(down, down.stderr).toMatchObject({ status: 0 });
    const ours = (await guest.processes()).filter(({ argv }) => /pppd call/.test(argv.join(" ")));
    expect(ours).toEqual([]);
    expect(await isp.hostState()).toBe(before);
    await sh("rm -rf /usr/local/bin/pon /usr/local/bin/poff /etc/network/interfaces");
  });
}
