import { describe, expect, test } from "vitest";
import { connect } from "../../src/app/connect.ts";
import { hostPlanName, hostUpName } from "../../src/app/host-plan.ts";
import type { PeerName } from "../../src/core/peer-name.ts";
import { FakeWorld } from "./fake-world.ts";

const pptp = 'pty "pptp 192.0.2.1 --nolaunchpppd"\nnoauth\n';
const before = { dst: "default", gateway: "192.168.0.1", dev: "eth0" };

function worldOf(
  peer: string,
  init: { readonly hasDefault?: boolean; readonly version?: readonly [number, number, number] } = {},
) {
  const fake = new FakeWorld();
  fake.files.set("/etc/ppp/peers/vpn", peer);
  const hasDefault = init.hasDefault ?? true;
  if (hasDefault) fake.routes = [before];
  const { world } = fake;
  Object.assign(world, {
    host: { ...world.host, hasDefaultRoute: () => hasDefault },
    pppd: { ...world.pppd, version: () => Promise.resolve(init.version ?? [2, 4, 9]) },
  });
  fake.onPppd = (pppd) => {
    for (const line of ["Connect: ppp0 <--> /dev/pts/0", "local  IP address 10.0.0.2", "remote IP address 10.0.0.1"]) {
      pppd.log(line);
    }
    fake.files.set("/run/ppp-vpn.pid", "501\nppp0\n");
    fake.records.get("vpn")?.set(hostUpName, "ppp0");
    pppd.exit(0, 501);
  };
  return fake;
}

const call = (fake: FakeWorld, warnings: string[] = []) =>
  connect(
    {
      peer: "vpn" as PeerName,
      extraWords: [],
      wait: true,
      quick: false,
      signal: new AbortController().signal,
      onEvent: (event) => {
        if (event.type === "warning") warnings.push(event.text);
      },
    },
    fake.world,
  );

const routeCalls = (fake: FakeWorld) => fake.journal.filter((line) => line.startsWith("route "));

test("the way to the server is pinned before pppd starts", async () => {
  const fake = worldOf(pptp);
  expect(await call(fake)).toMatchObject({ state: "up" });
  expect(fake.journal.filter((line) => /^route|^prepare$/.test(line))).toEqual([
    "route replace 192.0.2.1 via 192.168.0.1 dev eth0",
    "route replace 192.0.2.1 via 192.168.0.1 dev eth0 metric 1",
    "prepare",
  ]);
  expect(fake.changes).toHaveLength(1);
});

test.each([
  { options: "defaultroute\nreplacedefaultroute", version: [2, 4, 9], words: true, takes: true },
  { options: "defaultroute\nreplacedefaultroute", version: [2, 4, 7], words: true, takes: true },
  { options: "defaultroute\nreplacedefaultroute", version: [2, 5, 0], words: true, takes: true },
  { options: "defaultroute\nreplacedefaultroute", version: [2, 5, 1], words: true, takes: true },
  { options: "defaultroute\nreplacedefaultroute", version: [2, 5, 2], words: true, takes: true },
  { options: "defaultroute\nreplacedefaultroute", version: [2, 5, 3], words: true, takes: true },
  { options: "defaultroute", version: [2, 4, 7], words: false, takes: false },
  { options: "set PON_ROUTES=0.0.0.0/0", version: [2, 4, 9], words: true, takes: true },
  { options: "defaultroute", version: [2, 4, 9], words: false, takes: false },
  { options: "defaultroute", version: [2, 5, 3], words: true, takes: false },
  { options: "nodefaultroute", version: [2, 5, 3], words: false, takes: false },
  { options: "defaultroute\nreplacedefaultroute", version: [2, 4, 9], words: false, takes: false, hasDefault: false },
] as const)("$options, pppd $version", async ({ options, version, words, takes, ...more }) => {
  const fake = worldOf(`${pptp}${options}\n`, { version, ...more });
  await call(fake);
  const argv = fake.pppdStart?.args ?? [];
  expect(argv.includes("nodefaultroute")).toBe(words);
  expect(JSON.parse(fake.records.get("vpn")?.get(hostPlanName) ?? "{}")).toMatchObject({ takesDefault: takes });
});

test("a serial peer is left to pppd: nothing is asked, nothing is written", async () => {
  const fake = worldOf("/dev/ttyS1 115200\nnoauth\ndefaultroute\n");
  await call(fake);
  expect(fake.records.get("vpn")?.has(hostPlanName)).toBe(false);
  expect(routeCalls(fake)).toEqual([]);
});

test("a server that cannot be reached ends the call before pppd, and nothing is left", async () => {
  const fake = worldOf(pptp);
  fake.ways.set("192.0.2.1", "Network is unreachable");
  await expect(call(fake)).rejects.toMatchObject({
    code: "tunnel.unreachable",
    message: "vpn: 192.0.2.1 cannot be reached: Network is unreachable",
  });
  expect(fake.journal).not.toContain("prepare");
  expect(fake.changes).toEqual([]);
});

test("each address of a server's name is pinned; one that cannot be reached is no reason to give up", async () => {
  const fake = worldOf('pty "pptp vpn.example --nolaunchpppd"\nnoauth\n');
  const addresses = ["192.0.2.1", "2001:db8::1", "192.0.2.2"];
  Object.assign(fake.world.network, { resolve: () => Promise.resolve({ kind: "addresses", addresses }) });
  fake.ways.set("2001:db8::1", "Network is unreachable");
  const warnings: string[] = [];
  expect(await call(fake, warnings)).toMatchObject({ state: "up" });
  expect(warnings).toEqual([]);
  expect(new Set(fake.routes.map(({ dst }) => dst))).toEqual(new Set(["192.0.2.1", "192.0.2.2", "default"]));
  expect(fake.changes).toHaveLength(2);
});

test("a server of IPv6 is pinned, too, once: nobody else makes a way to it", async () => {
  const fake = worldOf("socket [::1]:4000\nnoauth\n");
  const server = "2001:db8::1";
  Object.assign(fake.world.network, { resolve: () => Promise.resolve({ kind: "addresses", addresses: [server] }) });
  fake.ways.set(server, { dst: server, gateway: "fe80::1", dev: "eth0" });
  expect(await call(fake)).toMatchObject({ state: "up" });
  expect(routeCalls(fake)).toEqual([`route replace ${server} via fe80::1 dev eth0`]);
});

test("a way that does not stay is said, and the call goes on", async () => {
  const fake = worldOf(pptp);
  fake.refuseRoute = () => "Operation not permitted";
  const warnings: string[] = [];
  expect(await call(fake, warnings)).toMatchObject({ state: "up" });
  expect(warnings).toEqual(["the way to 192.0.2.1 may change with the routes: Operation not permitted"]);
});

describe("the DHCP server of the interface that the tunnel goes through", () => {
  const routes = `${pptp}defaultroute\n`;

  test.each([
    { what: "behind a router: pinned", peer: routes, way: undefined, pinned: true },
    { what: "on its own network: safe", peer: routes, way: { dst: "10.1.1.1", dev: "eth0" }, pinned: false },
    {
      what: "reached through another one",
      peer: routes,
      way: { dst: "10.1.1.1", gateway: "10.2.2.2", dev: "eth7" },
      pinned: false,
    },
    {
      what: "of PPPoE's interface: pinned",
      peer: "plugin pppoe.so\neth0\nnoauth\ndefaultroute\nreplacedefaultroute\n",
      way: undefined,
      pinned: true,
    },
    {
      what: "PPPoE leaves the default route that there is",
      peer: "plugin pppoe.so\neth0\nnoauth\ndefaultroute\n",
      way: undefined,
      pinned: false,
    },
    { what: "no route comes that could take it away", peer: pptp, way: undefined, pinned: false },
  ])("$what", async ({ peer, way, pinned }) => {
    const fake = worldOf(peer);
    fake.dhcpServers.set("eth0", "10.1.1.1");
    const { wayTo } = fake.world.routes;
    Object.assign(fake.world.routes, {
      wayTo: (address: string) => (address === "10.1.1.1" && way !== undefined ? Promise.resolve(way) : wayTo(address)),
    });
    await call(fake);
    expect(routeCalls(fake).includes("route replace 10.1.1.1 via 192.168.0.1 dev eth0")).toBe(pinned);
  });
});

test("an ssh host is pinned, and may be a name of ssh's own", async () => {
  const ssh = 'pty "ssh -t root@gate pppd notty"\nnoauth\n';
  const fake = worldOf(ssh);
  await call(fake);
  expect(routeCalls(fake)[0]).toBe("route replace gate via 192.168.0.1 dev eth0");
  const alias = worldOf(ssh);
  Object.assign(alias.world.network, { resolve: () => Promise.resolve({ kind: "error", reason: "unknown" }) });
  expect(await call(alias)).toMatchObject({ state: "up" });
  expect(routeCalls(alias)).toEqual([]);
});

test.each([
  { options: "replacedefaultroute\ndefaultroute6", version: [2, 4, 9], words: true, takes: true, sixAt: "ip-up" },
  { options: "replacedefaultroute\ndefaultroute6", version: [2, 5, 2], words: true, takes: true, sixAt: "ipv6-up" },
  { options: "defaultroute6", version: [2, 4, 9], words: false, takes: false, sixAt: "ip-up" },
  { options: "defaultroute6", version: [2, 5, 2], words: true, takes: false, sixAt: "ipv6-up" },
  {
    options: "noipv6\nreplacedefaultroute\ndefaultroute6",
    version: [2, 4, 9],
    words: false,
    takes: false,
    sixAt: "ip-up",
  },
] as const)("IPv6: $options, pppd $version", async ({ options, version, words, takes, sixAt }) => {
  const fake = worldOf(`${pptp}${options}\n`, { version });
  await call(fake);
  expect((fake.pppdStart?.args ?? []).includes("nodefaultroute6")).toBe(words);
  expect(JSON.parse(fake.records.get("vpn")?.get(hostPlanName) ?? "{}")).toMatchObject({ takesDefault6: takes, sixAt });
});

test.each([
  { options: "persist", servers: ["192.0.2.1"] },
  { options: "demand\nnoipv6\n10.0.0.1:10.0.0.2", servers: undefined },
  { options: "", servers: undefined },
])("of later calls ($options) the hooks pin the way to $servers anew", async ({ options, servers }) => {
  const fake = worldOf(`${pptp}${options}\n`);
  await call(fake);
  const plan = JSON.parse(fake.records.get("vpn")?.get(hostPlanName) ?? "{}") as { readonly servers?: unknown };
  expect(plan.servers).toEqual(servers);
});

test.each([
  { path: "/etc/ppp/resolv.conf", text: "nameserver 192.168.0.1\n", before: "nameserver 192.168.0.1\n" },
  { path: "/etc/ppp/resolv.conf", text: undefined, before: null },
  { path: "/etc/resolv.conf", text: "nameserver 192.168.0.1\n", before: undefined },
])("what is in $path is noted before pppd may write it: $before", async ({ path, text, before }) => {
  const fake = worldOf(`${pptp}usepeerdns\n`);
  Object.assign(fake.world.nameServers, { way: () => ({ kind: "file", path }) });
  if (text !== undefined) fake.files.set(path, text);
  await call(fake);
  const plan = JSON.parse(fake.records.get("vpn")?.get(hostPlanName) ?? "{}") as { readonly resolvBefore?: unknown };
  expect(plan.resolvBefore).toBe(before);
});

test("with persist pppd goes on trying", async () => {
  const fake = worldOf(`${pptp}persist\n`);
  fake.ways.set("192.0.2.1", "Network is unreachable");
  const warnings: string[] = [];
  await call(fake, warnings);
  expect(warnings).toEqual(["192.0.2.1 cannot be reached: Network is unreachable"]);
});

test("a call that fails takes its way with it, and what a crash has left", async () => {
  const fake = worldOf(pptp);
  const left = { dst: "192.0.2.9", dev: "eth0" };
  fake.changes = [{ peer: "gone", linkname: "gone", change: { kind: "route", family: 4, route: left } }];
  fake.routes = [before, left];
  fake.onPppd = (pppd) => {
    pppd.log("Modem hangup");
    pppd.exit(16);
  };
  await expect(call(fake)).rejects.toThrow();
  expect(fake.routes).toEqual([before]);
  expect(fake.changes).toEqual([]);
});

test.each([
  { version: [2, 4, 9], scripts: ["ip-pre-up"], peer: pptp, noted: true },
  { version: [2, 5, 0], scripts: ["ip-pre-up"], peer: pptp, noted: true },
  { version: [2, 5, 1], scripts: ["ip-pre-up"], peer: pptp, noted: false },
  { version: [2, 4, 9], scripts: ["ip-up"], peer: pptp, noted: false },
  { version: [2, 4, 9], scripts: ["ip-pre-up"], peer: `${pptp}ip-down-script /bin/true\n`, noted: false },
] as const)("pppd $version with scripts of $scripts: that it may run them is noted: $noted", async (one) => {
  const fake = worldOf(`${one.peer}ipparam "firewall x"\n`, { version: one.version });
  for (const event of one.scripts) fake.hookEvents.add(event);
  await call(fake);
  const expected = { peer: "vpn", linkname: "vpn", change: { kind: "pre-up", ipparam: "firewall x", redials: false } };
  expect(fake.changes.filter(({ change }) => change.kind === "pre-up")).toEqual(one.noted ? [expected] : []);
});
