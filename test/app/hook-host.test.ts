import { describe, expect, test } from "vitest";
import { type HookHost, lowerHost, raiseHost, replacesScript } from "../../src/app/hook-host.ts";
import { pinServer, raiseRoutes, undoChanges } from "../../src/app/host-changes.ts";
import { formatHostPlan, type HostPlan, hostPlanName, hostUpName } from "../../src/app/host-plan.ts";
import { readHookArguments } from "../../src/hooks/hook-arguments.ts";
import { FakeWorld } from "./fake-world.ts";

const link = { peer: "vpn", linkname: "vpn" };
const args = readHookArguments(["ppp0", "/dev/pts/0", "115200", "10.0.0.2", "10.0.0.1", ""]);
const isAlive = (): boolean => true;
const hooked = { peer: "vpn", isAlive, env: { DNS1: "10.0.0.53", DNS2: "10.0.0.53" } };
const before = { dst: "default", gateway: "192.168.0.1", dev: "eth0" };

function hostPlanOf(plan: Partial<HostPlan>): HostPlan {
  return {
    linkname: "vpn",
    networks: [],
    takesDefault: false,
    takesDefault6: false,
    sixAt: "ip-up",
    noip: false,
    nameServers: false,
    redials: false,
    ...plan,
  };
}

function hostOf(plan: Partial<HostPlan>) {
  const fake = new FakeWorld();
  fake.routes = [before];
  fake.files.set("/etc/resolv.conf", "nameserver 192.168.0.1\n");
  const { stores } = fake.world;
  stores.of("vpn").write(hostPlanName, formatHostPlan(hostPlanOf(plan)));
  const host: HookHost = {
    ...fake.world,
    readRecord: (peer, name) => stores.of(peer).read(name),
    writeRecord: (peer, name, text) => stores.of(peer).write(name, text),
    removeRecord: (peer, name) => stores.of(peer).remove(name),
  };
  return { fake, host };
}

test("ip-up does what pon has planned, and tells it; ip-down undoes it", async () => {
  const { fake, host } = hostOf({ networks: ["10.20.0.0/16"], takesDefault: true, nameServers: true });
  await pinServer(link, "192.0.2.1", fake.world);
  expect(await raiseHost("ip-up", args, hooked, host)).toEqual([]);
  expect(fake.routes.map(({ dst, dev, metric }) => [dst, dev, metric ?? 0].join(" "))).toEqual([
    "default ppp0 0",
    "10.20.0.0/16 ppp0 0",
    "default eth0 0",
    "192.0.2.1 eth0 0",
    "192.0.2.1 eth0 1",
  ]);
  expect(fake.files.get("/etc/resolv.conf")).toBe("nameserver 10.0.0.53\n");
  expect(host.readRecord("vpn", hostUpName)).toBe("ppp0");
  await lowerHost("ip-down", args, hooked, host);
  expect(fake.routes).toEqual([before]);
  expect(fake.files.get("/etc/resolv.conf")).toBe("nameserver 192.168.0.1\n");
  expect(host.readRecord("vpn", hostUpName)).toBeUndefined();
});

describe("IPv6", () => {
  const old = { dst: "default", gateway: "fe80::1", dev: "eth0", metric: 1024 };
  const plan = { networks: ["10.20.0.0/16", "2001:db8::/32"], takesDefault6: true };
  const raised = ["default eth0 1024", "2001:db8::/32 ppp0 1", "default ppp0 1"];
  const tableOf = (fake: FakeWorld) => fake.routes.map(({ dst, dev, metric }) => [dst, dev, metric ?? 0].join(" "));

  test.each(["ip-up", "ipv6-up"] as const)(
    "its routes come with %s, before the old ones, and go again",
    async (sixAt) => {
      const { fake, host } = hostOf({ ...plan, sixAt });
      fake.routes = [old];
      await raiseHost("ip-up", args, hooked, host);
      if (sixAt === "ipv6-up") {
        expect(tableOf(fake)).toEqual(["10.20.0.0/16 ppp0 0", "default eth0 1024"]);
        await raiseHost("ipv6-up", args, hooked, host);
      }
      expect(tableOf(fake).filter((route) => !route.startsWith("10."))).toEqual(raised);
      if (sixAt === "ipv6-up") {
        await lowerHost("ipv6-down", args, hooked, host);
        expect(tableOf(fake)).toEqual(["10.20.0.0/16 ppp0 0", "default eth0 1024"]);
      }
      await lowerHost("ip-down", args, hooked, host);
      expect(fake.routes).toEqual([old]);
      expect(fake.changes).toEqual([]);
    },
  );

  test("a link without IPv4 says that it is done at ipv6-up", async () => {
    const { fake, host } = hostOf({ ...plan, sixAt: "ipv6-up", noip: true });
    fake.routes = [old];
    await raiseHost("ipv6-up", args, hooked, host);
    expect(host.readRecord("vpn", hostUpName)).toBe("ppp0");
    await lowerHost("ipv6-down", args, hooked, host);
    expect(fake.routes).toEqual([old]);
  });
});

test("after pppd was killed, nothing is changed any more", async () => {
  const { fake, host } = hostOf({ networks: ["10.20.0.0/16"], takesDefault: true, nameServers: true });
  await raiseHost("ip-up", args, { ...hooked, isAlive: () => false }, host);
  expect(fake.routes).toEqual([before]);
  expect(fake.files.get("/etc/resolv.conf")).toBe("nameserver 192.168.0.1\n");
});

test.each(["resolved", "resolvconf"] as const)(
  "name servers that %s keeps: set, and taken away, also after a crash",
  async (kind) => {
    const { fake, host } = hostOf({ nameServers: true });
    const seen: string[] = [];
    Object.assign(fake.world.nameServers, {
      way: () => ({ kind }),
      setLink: (...words: readonly unknown[]) => Promise.resolve(void seen.push(`set ${words.join(" ")}`)),
      clearLink: (...words: readonly unknown[]) => Promise.resolve(void seen.push(`clear ${words.join(" ")}`)),
    });
    await raiseHost("ip-up", args, hooked, host);
    await lowerHost("ip-down", args, hooked, host);
    await raiseHost("ip-up", args, hooked, {
      ...host,
      readRecord: (peer) => host.readRecord(peer, hostPlanName) ?? formatHostPlan(hostPlanOf({ nameServers: true })),
    });
    await undoChanges(() => true, fake.world);
    const both = [`set ${kind} ppp0 10.0.0.53`, `clear ${kind} ppp0`];
    expect(seen).toEqual([...both, ...both]);
    expect(fake.changes).toEqual([]);
  },
);

describe("the way to the server, of a pppd that calls again", () => {
  const server = "192.0.2.1";
  const ways = (fake: FakeWorld) =>
    fake.routes.filter(({ dst }) => dst === server).map(({ gateway, dev }) => `${gateway} ${dev}`);
  const old = Array(2).fill("192.168.0.1 eth0");

  test("goes with the call, and comes with the next by the network that there is then", async () => {
    const { fake, host } = hostOf({ takesDefault: true, redials: true, servers: [server] });
    await pinServer(link, server, fake.world);
    await raiseHost("ip-up", args, hooked, host);
    expect(ways(fake)).toEqual(old);
    await lowerHost("ip-down", args, hooked, host);
    expect(fake.routes).toEqual([before]);
    expect(fake.changes).toEqual([]);
    const way = { dst: server, gateway: "10.1.1.1", dev: "wlan0" };
    fake.ways.set(server, way);
    // pptp(8) has made one already.
    fake.routes = [before, { ...way, prefsrc: "10.1.1.7" }];
    await raiseHost("ip-up", args, hooked, host);
    expect(ways(fake)).toEqual(Array(2).fill("10.1.1.1 wlan0"));
    await lowerHost("ip-down", args, hooked, host);
    expect(fake.routes).toEqual([before]);
  });

  test("stays while another link has a route, and where the link's own may be there before a call", async () => {
    for (const servers of [[server], undefined]) {
      const { fake, host } = hostOf({
        takesDefault: true,
        redials: true,
        ...(servers === undefined ? {} : { servers }),
      });
      await pinServer(link, server, fake.world);
      await raiseHost("ip-up", args, hooked, host);
      const other = { iface: "ppp7", networks: ["10.0.0.0/8"], defaults: [], isAlive };
      if (servers !== undefined) await raiseRoutes({ peer: "other", linkname: "other" }, other, fake.world);
      await lowerHost("ip-down", args, hooked, host);
      expect(ways(fake)).toEqual(old);
      await raiseHost("ip-up", args, hooked, host);
      expect(fake.changes.filter(({ change }) => change.kind === "route")).toHaveLength(1);
    }
  });

  test("is not pinned into the link itself, nor for a pppd that is dead", async () => {
    const { fake, host } = hostOf({ redials: true, servers: [server] });
    await raiseHost("ip-up", args, { ...hooked, isAlive: () => false }, host);
    fake.ways.set(server, { dst: server, dev: "ppp0" });
    await raiseHost("ip-up", args, hooked, host);
    expect(fake.routes).toEqual([before]);
    expect(fake.changes).toEqual([]);
  });
});

test("other events, and links that pon has planned nothing for, change nothing", async () => {
  const { fake, host } = hostOf({ takesDefault: true });
  await raiseHost("ipv6-up", args, hooked, host);
  await raiseHost("ip-up", args, { ...hooked, peer: "other" }, host);
  await lowerHost("ip-down", args, { ...hooked, peer: "other" }, host);
  expect(fake.routes).toEqual([before]);
});

test.each(["nameserver 192.168.0.1\n", null])(
  "a resolv.conf that leads to pppd's own file, which pppd writes before any hook, comes back as it was: %j",
  async (resolvBefore) => {
    const path = "/etc/ppp/resolv.conf";
    const { fake, host } = hostOf({ nameServers: true, resolvBefore });
    Object.assign(fake.world.nameServers, { way: () => ({ kind: "file", path }) });
    fake.files.set(path, "nameserver 10.0.0.53\nnameserver 10.0.0.53\n");
    await raiseHost("ip-up", args, hooked, host);
    expect(fake.files.get(path)).toBe("nameserver 10.0.0.53\n");
    await lowerHost("ip-down", args, hooked, host);
    expect(fake.files.get(path)).toBe(resolvBefore ?? undefined);
  },
);

test("nothing but an address gets into resolv.conf", async () => {
  const { fake, host } = hostOf({ nameServers: true });
  await raiseHost(
    "ip-up",
    args,
    { peer: "vpn", isAlive, env: { DNS1: "10.0.0.1\nsearch evil", DNS2: "10.0.0.2" } },
    host,
  );
  expect(fake.files.get("/etc/resolv.conf")).toBe("nameserver 10.0.0.2\n");
});

test("Debian's 0000usepeerdns does not do it again", () => {
  const script = "/etc/ppp/ip-up.d/0000usepeerdns";
  const { host } = hostOf({ nameServers: true });
  expect(replacesScript(script, "vpn", host)).toBe(true);
  expect(replacesScript("/etc/ppp/ip-up.d/000resolvconf", "vpn", host)).toBe(true);
  expect(replacesScript("/etc/ppp/ip-up.d/postfix", "vpn", host)).toBe(false);
  expect(replacesScript(script, "other", host)).toBe(false);
  expect(replacesScript(script, "vpn", hostOf({}).host)).toBe(false);
});
