import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { pinServer, raiseRoutes, undoChanges } from "../../src/app/host-changes.ts";
import { formatJournal, parseJournal } from "../../src/link/host-journal.ts";
import type { HostRoute } from "../../src/link/host-route.ts";
import { applyRoute, FakeWorld } from "./fake-world.ts";

const old = (metric?: number): HostRoute => ({
  dst: "default",
  gateway: "192.168.0.1",
  dev: "eth0",
  protocol: "dhcp",
  ...(metric === undefined ? {} : { metric }),
});

const isAlive = (): boolean => true;

const link = (name: string) => ({ peer: name, linkname: name });

/** The interface of a link is gone, and with it every route through it. */
function removeInterface(fake: FakeWorld, dev: string): void {
  fake.routes = fake.routes.filter((route) => route.dev !== dev);
}

const sorted = (routes: readonly HostRoute[]) => routes.map((route) => JSON.stringify(route)).sort();

describe("the default route", () => {
  test.each([[undefined], [0], [100]])(
    "of metric %s: ours comes before it, and it comes back as it was",
    async (metric) => {
      const fake = new FakeWorld();
      fake.routes = [old(metric)];
      await raiseRoutes(link("vpn"), { iface: "ppp0", networks: ["10.0.0.0/8"], defaults: [4], isAlive }, fake.world);
      const first = fake.routes
        .toSorted((a, b) => (a.metric ?? 0) - (b.metric ?? 0))
        .find(({ dst }) => dst === "default");
      expect(first).toMatchObject({ dev: "ppp0" });
      // The old one is still there for the moment at which the link dies.
      expect(fake.routes.some(({ dev, dst }) => dev === "eth0" && dst === "default")).toBe(true);
      removeInterface(fake, "ppp0");
      await undoChanges(({ linkname }) => linkname === "vpn", fake.world);
      expect(sorted(fake.routes)).toEqual(sorted([old(metric)]));
      expect(fake.changes).toEqual([]);
    },
  );

  test("any number of links up and down in any order, with crashes: the table is as it was", async () => {
    const names = ["a", "b", "c", "d"];
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom(...names), fc.boolean()), { maxLength: 16 }),
        fc.subarray([undefined, 0, 50, 1_000_000] as (number | undefined)[]),
        async (moves, metrics) => {
          const fake = new FakeWorld();
          const before = metrics.includes(0) ? metrics.filter((metric) => metric !== undefined) : metrics;
          fake.routes = before.map((metric) => ({ ...old(metric), dev: `eth${metric ?? ""}` }));
          const start = sorted(fake.routes);
          const up = new Set<string>();
          const down = async (name: string, gone: boolean): Promise<void> => {
            // ip-down comes while the interface is still there, or after it (a crash).
            if (gone) removeInterface(fake, `ppp-${name}`);
            await undoChanges(({ linkname }) => linkname === name, fake.world);
            removeInterface(fake, `ppp-${name}`);
            up.delete(name);
          };
          for (const [name, gone] of moves) {
            if (up.has(name)) await down(name, gone);
            else {
              up.add(name);
              const way = {
                iface: `ppp-${name}`,
                networks: [`10.${names.indexOf(name)}.0.0/16`],
                defaults: [4] as const,
                isAlive,
              };
              await raiseRoutes(link(name), way, fake.world);
            }
            const defaults = fake.routes.filter(({ dst }) => dst === "default");
            const first = defaults.toSorted((a, b) => (a.metric ?? 0) - (b.metric ?? 0))[0];
            if (up.size > 0) expect(first?.dev).toMatch(/^ppp-/);
          }
          for (const name of [...up]) await down(name, true);
          expect(sorted(fake.routes)).toEqual(start);
          expect(fake.changes).toEqual([]);
        },
      ),
    );
  });
});

describe("networks behind a link", () => {
  const own: HostRoute = { dst: "10.0.0.0/8", gateway: "192.168.0.9", dev: "eth0", protocol: "static" };
  const up = (iface: string) => ({ iface, networks: ["10.0.0.0/8"], defaults: [], isAlive });

  test.each([
    ["a", "b"],
    ["b", "a"],
  ])("a route that is there comes back as it was; two links to the same: %s goes first", async (first, second) => {
    const fake = new FakeWorld();
    fake.routes = [own];
    await raiseRoutes(link("a"), up("ppp-a"), fake.world);
    await raiseRoutes(link("b"), up("ppp-b"), fake.world);
    const main = () => fake.routes[0]?.dev;
    expect(main()).toBe("ppp-b");
    for (const [name, left] of [
      [first, `ppp-${second}`],
      [second, "eth0"],
    ]) {
      await undoChanges(({ linkname }) => linkname === name, fake.world);
      removeInterface(fake, `ppp-${name}`);
      expect(main()).toBe(left);
    }
    expect(fake.routes).toEqual([own]);
    expect(fake.changes).toEqual([]);
  });

  test("the tunnel's own server is not behind it", async () => {
    const fake = new FakeWorld();
    await pinServer(link("a"), "192.0.2.1", fake.world);
    const complaints = await raiseRoutes(
      link("a"),
      { iface: "ppp0", networks: ["192.0.2.1"], defaults: [], isAlive },
      fake.world,
    );
    expect(complaints).toEqual(["the route 192.0.2.1: the tunnel itself goes there"]);
    expect(fake.routes.map(({ dev }) => dev)).toEqual(["eth0", "eth0"]);
  });
});

describe("the way to a server", () => {
  test("goes on as it goes now, also for two links to one server", async () => {
    const fake = new FakeWorld();
    expect(await pinServer(link("a"), "192.0.2.1", fake.world)).toMatchObject({ way: { dev: "eth0" } });
    expect(await pinServer(link("b"), "192.0.2.1", fake.world)).toMatchObject({ way: { dev: "eth0" } });
    const pinned = { dst: "192.0.2.1", gateway: "192.168.0.1", dev: "eth0" };
    expect(fake.routes).toEqual([pinned, { ...pinned, metric: 1 }]);
    await undoChanges(({ linkname }) => linkname === "a", fake.world);
    expect(fake.routes).toEqual([pinned, { ...pinned, metric: 1 }]);
    await undoChanges(({ linkname }) => linkname === "b", fake.world);
    expect(fake.routes).toEqual([]);
  });

  test("is not that which pptp(8) makes and takes away again, also where another tunnel to the server goes on", async () => {
    const fake = new FakeWorld();
    for (const name of ["a", "b"]) await pinServer(link(name), "192.0.2.1", fake.world);
    const [first, second] = fake.routes;
    // pptp.c, route_add and route_del: of metric 0, whatever is there.
    const made: HostRoute = { dst: "192.0.2.1", gateway: "192.168.0.1", dev: "eth0", prefsrc: "192.168.0.7" };
    fake.routes = applyRoute(applyRoute(fake.routes, { verb: "replace", family: 4, route: made }), {
      verb: "del",
      family: 4,
      route: made,
    });
    expect(first?.metric).toBeUndefined();
    expect(fake.routes).toEqual([second]);
    // Killed, it leaves its own.
    fake.routes = applyRoute(fake.routes, { verb: "replace", family: 4, route: made });
    await undoChanges(() => true, fake.world);
    expect(fake.routes).toEqual([]);
  });

  test.each([
    { what: "a gateway of the other family", way: { via: { family: "inet6", host: "fe80::1" }, dev: "eth0" } },
    { what: "no gateway", way: { dev: "eth0" } },
  ])("goes by $what", async ({ way }) => {
    const fake = new FakeWorld();
    fake.ways.set("192.0.2.1", { dst: "192.0.2.1", ...way, prefsrc: "192.168.0.7" });
    await pinServer(link("a"), "192.0.2.1", fake.world);
    expect(fake.routes).toEqual([
      { dst: "192.0.2.1", ...way },
      { dst: "192.0.2.1", ...way, metric: 1 },
    ]);
  });

  test("goes by a gateway outside of every network (`onlink`), which the kernel takes only when told", async () => {
    const fake = new FakeWorld();
    fake.refuseRoute = (words) => (words.endsWith(" onlink") ? undefined : "Nexthop has invalid gateway.");
    expect(await pinServer(link("a"), "192.0.2.1", fake.world)).toEqual({
      way: expect.objectContaining({ dev: "eth0" }),
    });
    const onlink = { dst: "192.0.2.1", gateway: "192.168.0.1", flags: ["onlink"] };
    expect(fake.routes).toMatchObject([onlink, { ...onlink, metric: 1 }]);
    await undoChanges(() => true, fake.world);
    expect(fake.routes).toEqual([]);
  });

  test("that the kernel does not take is said, and not undone", async () => {
    const fake = new FakeWorld();
    fake.refuseRoute = () => "Operation not permitted";
    expect(await pinServer(link("a"), "192.0.2.1", fake.world)).toMatchObject({ refusal: "Operation not permitted" });
    expect(fake.changes).toEqual([]);
  });

  test("that somebody else has made is left alone", async () => {
    const fake = new FakeWorld();
    fake.routes = [{ dst: "192.0.2.1", gateway: "192.168.0.9", dev: "eth1" }];
    await pinServer(link("a"), "192.0.2.1", fake.world);
    expect({ journal: fake.journal, changes: fake.changes }).toEqual({ journal: [], changes: [] });
  });

  test("that is none", async () => {
    const fake = new FakeWorld();
    fake.ways.set("192.0.2.1", "Network is unreachable");
    expect(await pinServer(link("a"), "192.0.2.1", fake.world)).toBe("Network is unreachable");
    expect(fake.changes).toEqual([]);
  });
});

test("the journal's text, with lines that are none", async () => {
  const fake = new FakeWorld();
  fake.routes = [old()];
  await raiseRoutes(link("a"), { iface: "ppp0", networks: ["2001:db8::/32"], defaults: [4], isAlive }, fake.world);
  expect(fake.changes).toHaveLength(2);
  expect(parseJournal(`{"half\n${formatJournal(fake.changes)}\n{}\n`)).toEqual(fake.changes);
});

test.each([
  { kind: "route" },
  { kind: "link-route", route: { dev: "ppp0" } },
  { kind: "resolv", iface: "ppp0", path: "/etc/resolv.conf" },
  { kind: "hooks", event: "ip-down", iface: "ppp0", env: {} },
  { kind: "name-servers", iface: "ppp0" },
  { kind: "sysctl", name: "net.ipv4.ip_forward" },
  { kind: "toString" },
  null,
])(
  "an entry that says too little, or is of another version, keeps none of the others from being undone: %j",
  (change) => {
    const whole = { peer: "a", linkname: "a", change: { kind: "lac", name: "pon-a" } };
    const lines = [{ peer: "a", linkname: "a", change }, { linkname: "a", change: whole.change }, whole];
    expect(parseJournal(lines.map((line) => JSON.stringify(line)).join("\n"))).toEqual([whole]);
  },
);
