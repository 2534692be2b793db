import { afterAll, beforeAll, expect, test } from "vitest";
import { unpackPackages } from "../../tools/vm/unpack-packages.ts";
import { useGuest } from "../vm/guest.ts";
import { tunnelled, useTunnelIsp, wan } from "../vm/tunnel-isp.ts";

/** Tunnels on a machine whose name servers openresolv keeps. */
const guest = useGuest();
const isp = useTunnelIsp(guest);

const pptp = `pty "pptp ${wan.server} --nolaunchpppd"`;
const own = "10.255.254.53";
const { dns1, dns2 } = tunnelled;
let resolvConf: string;

async function sh(script: string): Promise<string> {
  const { status, stdout, stderr } = await guest.run(["sh", "-ec", script]);
  expect(status, `${script}\n${stdout}${stderr}`).toBe(0);
  return stdout;
}

const unpacked = (name: string): string => unpackPackages([name], (line) => console.error(`vm: ${line}`));

beforeAll(async () => {
  resolvConf = await guest.readFile("/etc/resolv.conf");
  await isp.writePeer("vpn", pptp, "usepeerdns", "lcp-restart 1");
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
  const servers = [...(await sh("cat /etc/resolv.conf")).matchAll(/^nameserver (\S+)$/gm)].map(([, server]) => server);
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
