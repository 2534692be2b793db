import fc from "fast-check";
import { expect, test } from "vitest";
import { raiseNameServers, undoChanges } from "../../src/app/host-changes.ts";
import { FakeWorld } from "./fake-world.ts";

const path = "/etc/resolv.conf";
const original = "# mine\nnameserver 192.168.0.1\nsearch example\n\n";
const isAlive = (): boolean => true;
const link = (name: string) => ({ peer: name, linkname: name });

test("the link's name servers come before everything else in the file", async () => {
  const fake = new FakeWorld();
  fake.files.set(path, original);
  await raiseNameServers(link("a"), { iface: "ppp0", servers: ["10.0.0.1", "10.0.0.2"], isAlive }, fake.world);
  expect(fake.files.get(path)).toBe("nameserver 10.0.0.1\nnameserver 10.0.0.2\n# mine\nsearch example\n\n");
});

test("what was half written when everybody was killed goes with the rest", async () => {
  const fake = new FakeWorld();
  fake.files.set(path, original);
  await raiseNameServers(link("a"), { iface: "ppp0", servers: ["10.0.0.1"], isAlive }, fake.world);
  fake.files.set(path, original).set(`${path}.pppctl`, "names");
  await undoChanges(() => true, fake.world);
  expect(fake.files.get(path)).toBe(original);
  expect(fake.files.has(`${path}.pppctl`)).toBe(false);
});

test.each([
  ["a", "b"],
  ["b", "a"],
])(
  "what a DHCP client writes while a link is up stays, also when another comes up then; %s goes first",
  async (...order) => {
    const fake = new FakeWorld();
    fake.files.set(path, original);
    await raiseNameServers(link("a"), { iface: "ppp0", servers: ["10.0.0.1"], isAlive }, fake.world);
    const leased = "search lease\nnameserver 192.168.0.9\n";
    fake.files.set(path, leased);
    await raiseNameServers(link("b"), { iface: "ppp1", servers: ["10.0.0.2"], isAlive }, fake.world);
    expect(fake.files.get(path)).toBe("nameserver 10.0.0.2\nsearch lease\n");
    for (const name of order) {
      await undoChanges(({ linkname }) => linkname === name, fake.world);
      expect(fake.files.get(path)).toBe(
        name === "a" && order[0] === "a" ? "nameserver 10.0.0.2\nsearch lease\n" : leased,
      );
    }
    expect(fake.changes).toEqual([]);
  },
);

test("links up and down in any order: the newest one's are asked, and the file comes back byte for byte", async () => {
  const names = ["a", "b", "c"];
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom(...names), { maxLength: 12 }),
      fc.option(fc.constantFrom(original, "", "nameserver 1.1.1.1", "\r\n\xff"), { nil: undefined }),
      async (moves, before) => {
        const fake = new FakeWorld();
        if (before !== undefined) fake.files.set(path, before);
        const up: string[] = [];
        const down = async (name: string): Promise<void> => {
          await undoChanges(({ linkname }) => linkname === name, fake.world);
          up.splice(up.indexOf(name), 1);
        };
        for (const name of moves) {
          if (up.includes(name)) await down(name);
          else {
            await raiseNameServers(
              link(name),
              { iface: `ppp-${name}`, servers: [`10.0.0.${names.indexOf(name)}`], isAlive },
              fake.world,
            );
            up.push(name);
          }
          const newest = up.at(-1);
          if (newest !== undefined) {
            expect(fake.files.get(path)?.split("\n")[0]).toBe(`nameserver 10.0.0.${names.indexOf(newest)}`);
          }
        }
        // A crash takes all that are left at once.
        await undoChanges(() => true, fake.world);
        expect(fake.files.get(path)).toBe(before);
        expect(fake.changes).toEqual([]);
      },
    ),
  );
});

test("what somebody else has written meanwhile stays", async () => {
  const fake = new FakeWorld();
  fake.files.set(path, original);
  await raiseNameServers(link("a"), { iface: "ppp0", servers: ["10.0.0.1"], isAlive }, fake.world);
  fake.files.set(path, "nameserver 192.168.0.9\n");
  await undoChanges(() => true, fake.world);
  expect(fake.files.get(path)).toBe("nameserver 192.168.0.9\n");
  expect(fake.changes).toEqual([]);
});

test("systemd-resolved and resolvconf keep them by interface: no file is written, and it is known for a crash", async () => {
  const fake = new FakeWorld();
  const told: string[] = [];
  const nameServers = {
    ...fake.world.nameServers,
    way: () => ({ kind: "resolved" as const }),
    setLink: (way: string, iface: string, servers: readonly string[]) => {
      told.push([way, iface, ...servers].join(" "));
      return Promise.resolve(undefined);
    },
  };
  await raiseNameServers(link("a"), { iface: "ppp0", servers: ["10.0.0.1"], isAlive }, { ...fake.world, nameServers });
  expect(told).toEqual(["resolved ppp0 10.0.0.1"]);
  expect(fake.changes.map(({ change }) => change)).toEqual([{ kind: "name-servers", iface: "ppp0", way: "resolved" }]);
});
