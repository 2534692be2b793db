import { expect, onTestFinished, test } from "vitest";
import { useGuest } from "../vm/guest.ts";
import { farNamespace, tunnelled, useTunnelIsp, wan } from "../vm/tunnel-isp.ts";
import { echoes, leaveNoLinks, pptp, takes } from "./tunnel-kinds.ts";

/** Tunnels whose addresses are not the usual ones: the server's own, and IPv6. */
const guest = useGuest();
const isp = useTunnelIsp(guest);
leaveNoLinks(guest, isp);

test("a server that has the address of its PPP end, as the HOWTO warns: the tunnel's packets do not go into it", async () => {
  const before = await isp.hostState();
  const file = "/tmp/tunnels/pptpd.conf";
  const config = await guest.readFile(file);
  const restart = async (text: string): Promise<void> => {
    await isp.kill("pptpd");
    await guest.writeFile(file, text);
    await isp.start("pptpd");
  };
  onTestFinished(() => restart(config));
  // Something behind the server, to be reached through the link.
  const behind = "10.20.0.1";
  expect(await guest.run(["ip", "-n", farNamespace, "addr", "add", `${behind}/32`, "dev", "lo"])).toMatchObject({
    status: 0,
  });
  await restart(config.replace(tunnelled.pptp.server, wan.server));
  await isp.writePeer("shared", pptp(wan.server), ...takes, ...echoes);
  const pon = await isp.run("pon", "shared");
  expect(pon, pon.stderr).toMatchObject({ status: 0 });
  expect(pon.stdout).toContain(`-> ${wan.server} `);
  // Longer than the echoes would let a dead link live.
  const ping = await guest.run(["ping", "-c", "12", "-W", "20", behind]);
  expect(ping.stdout, ping.stderr).toContain("12 received");
  const way = await guest.run(["ip", "route", "get", wan.server]);
  expect(way.stdout).toContain(`dev ${wan.iface}`);
  expect(await isp.run("poff", "shared")).toMatchObject({ status: 0 });
  expect(await isp.hostState()).toBe(before);
});

test.each([
  {
    what: "by a gateway that no network has in it",
    before: `ip route del 198.51.100.0/24 dev ${wan.iface}`,
    route: `via ${wan.server} dev ${wan.iface} onlink metric 100 src ${wan.own}`,
    after: `ip route add 198.51.100.0/24 dev ${wan.iface} proto kernel scope link src ${wan.own}`,
  },
  {
    what: "by two gateways",
    before: "true",
    route: `metric 5 nexthop via ${wan.server} dev ${wan.iface} weight 2 nexthop via ${wan.refused} dev ${wan.iface}`,
    after: "true",
  },
  {
    what: "with all that a route can have",
    before: "true",
    route: `via ${wan.server} dev ${wan.iface} proto static src ${wan.own} realm 5 mtu lock 1400 advmss 1300 rtt 300ms features ecn congctl cubic`,
    after: "true",
  },
])("a default route $what serves the tunnel itself, and is as it was afterwards", async ({ before, route, after }) => {
  const usual = `ip route add default via ${wan.server} dev ${wan.iface} metric 100`;
  // The server is behind the gateway.
  const server = "192.0.2.10";
  const setUp = `ip -n ${farNamespace} addr add ${server}/32 dev lo; ip route del default; ${before}; ip route add default ${route}`;
  expect(await guest.run(["sh", "-ec", setUp])).toMatchObject({ status: 0, stderr: "" });
  onTestFinished(async () => {
    await guest.run([
      "sh",
      "-c",
      `ip -n ${farNamespace} addr del ${server}/32 dev lo; ip route del default; ${after}; ${usual}`,
    ]);
  });
  const state = await isp.hostState();
  await isp.writePeer("odd", pptp(server), ...takes, ...echoes);
  const pon = await isp.run("pon", "odd");
  expect(pon, pon.stderr).toMatchObject({ status: 0 });
  // Nor is there a word about a way that does not stay.
  expect(pon.stderr).toBe(`odd: starting pppd (PPTP to ${server})\nodd: negotiating\n`);
  await guest.waitForFile("/run/pppctl/odd/host-up");
  const { stdout: ways } = await guest.run(["sh", "-c", `ip route get 203.0.113.1; ip route get ${server}`]);
  expect([...ways.matchAll(/ dev (\S+)/g)].map(([, dev]) => dev)).toEqual(["ppp0", wan.iface]);
  expect(await guest.run(["ping", "-c", "5", "-W", "20", tunnelled.pptp.server])).toMatchObject({ status: 0 });
  expect(await isp.run("poff", "odd")).toMatchObject({ status: 0 });
  expect(await isp.hostState()).toBe(state);
});

test("IPv6: its default route and networks go through the link, and the old ones come back", async () => {
  const own = `ip -6 addr add 2001:db8::2/64 dev ${wan.iface} nodad; ip -6 route add default via 2001:db8::1 dev ${wan.iface}`;
  expect(await guest.run(["sh", "-ec", own])).toMatchObject({ status: 0 });
  const file = "/tmp/tunnels/server-options";
  const options = await guest.readFile(file);
  onTestFinished(async () => {
    await guest.run(["ip", "-6", "addr", "del", "2001:db8::2/64", "dev", wan.iface]);
    await guest.writeFile(file, options);
  });
  await guest.writeFile(file, options.replace("noipv6", "+ipv6"));
  const before = await isp.hostState();
  const words = ["defaultroute6", "replacedefaultroute", "set PON_ROUTES=2001:db8:20::/48"];
  await isp.writePeer("six", pptp(wan.server), ...words);
  const peer = await guest.readFile("/etc/ppp/peers/six");
  await guest.writeFile("/etc/ppp/peers/six", peer.replace("noipv6", "+ipv6"));
  const pon = await isp.run("pon", "six");
  expect(pon, pon.stderr).toMatchObject({ status: 0 });
  await guest.waitForFile("/run/pppctl/six/host-up");
  const { stdout: ways } = await guest.run(["sh", "-c", "ip route get 2001:db8:99::1; ip route get 2001:db8:20::1"]);
  expect([...ways.matchAll(/ dev (\S+)/g)].map(([, dev]) => dev)).toEqual(["ppp0", "ppp0"]);
  expect(await isp.run("poff", "six")).toMatchObject({ status: 0 });
  expect(await isp.hostState()).toBe(before);
});
