import { describe, expect, test } from "vitest";
import { repairHost } from "../../src/app/repair-host.ts";
import type { HostChange, JournalEntry } from "../../src/link/host-journal.ts";
import { FakeWorld } from "./fake-world.ts";

const link = { peer: "l2", linkname: "l2" };
const optionFile = ["/usr/sbin/pppd", "plugin", "pppol2tp.so", "file", "/run/pppctl/l2/xl2tpd-options"];
const lac: HostChange = { kind: "lac", name: "pon-l2" };
const pinned: HostChange = { kind: "route", family: 4, route: { dst: "192.0.2.1", dev: "eth0" } };
const hooks: HostChange = { kind: "hooks", event: "ip-down", iface: "ppp0", args: ["ppp0"], env: {} };

/** A machine whose pon was killed: what its journal has. */
function crashed(...changes: readonly HostChange[]): FakeWorld {
  const fake = new FakeWorld();
  fake.addProcess(600, ["xl2tpd"]);
  fake.changes = changes.map((change): JournalEntry => ({ ...link, change }));
  return fake;
}

test("xl2tpd forgets the call first; the pppd that it had just started, and its hooks, end before the rest is undone", async () => {
  const fake = crashed(pinned, lac);
  fake.onXl2tpd = () => {
    fake.addProcess(700, optionFile, { parent: 600 });
    fake.addresses.set("ppp0", []);
    void fake.clock.sleep(7000).then(() => {
      fake.changes = [...fake.changes, { ...link, change: hooks }];
      fake.processes.delete(700);
      fake.addresses.delete("ppp0");
    });
    return undefined;
  };
  expect(await fake.clock.runUntil(repairHost(fake.world))).toBe(3);
  expect(fake.journal).toEqual([
    "xl2tpd remove-lac pon-l2",
    "route del 192.0.2.1 dev eth0 metric 1",
    "route del 192.0.2.1 dev eth0",
  ]);
  expect(fake.commands.map(({ argv }) => argv.slice(0, 2))).toEqual([["/opt/pppctl/bin/hooks/ip-down", "ppp0"]]);
  expect(fake.changes).toEqual([]);
});

test("a pppd that does not end is killed, and the rest is undone all the same", async () => {
  const fake = crashed(pinned, lac);
  fake.onXl2tpd = () => {
    fake.addProcess(700, optionFile, { parent: 600 });
    return undefined;
  };
  expect(await fake.clock.runUntil(repairHost(fake.world))).toBe(2);
  expect(fake.journal).toContain("kill 700 SIGKILL");
  expect(fake.changes).toEqual([]);
});

test("xl2tpd's pppd is the link's by its option file, also where pon died before it knew it", async () => {
  const fake = crashed(pinned, lac);
  fake.addProcess(700, optionFile, { parent: 600 });
  expect(await repairHost(fake.world)).toBe(0);
  fake.processes.delete(700);
  expect(await repairHost(fake.world)).toBe(2);
});

test("a pppd that was killed a moment ago, and still has its interface, is waited for", async () => {
  const fake = crashed(pinned, hooks);
  fake.files.set("/run/ppp-l2.pid", "500\nppp0\n");
  fake.addProcess(500, [], { name: "pppd" });
  fake.addresses.set("ppp0", []);
  void fake.clock.sleep(1000).then(() => {
    fake.processes.delete(500);
    fake.addresses.delete("ppp0");
  });
  expect(await fake.clock.runUntil(repairHost(fake.world))).toBe(2);
  expect(fake.changes).toEqual([]);
});

test("what there is of a peer is alive while it is dialed, but for its dialer, to whom it is an earlier call's", async () => {
  const fake = crashed(pinned);
  fake.world.stores.of("l2").lockDialing();
  expect(await repairHost(fake.world)).toBe(0);
  expect(await repairHost(fake.world, "other")).toBe(0);
  expect(await repairHost(fake.world, "l2")).toBe(1);
});

describe("a pppd that runs ip-pre-up without us", () => {
  const preUp: HostChange = { kind: "pre-up", ipparam: "firewall", redials: false };
  const pidFile = "/run/ppp-l2.pid";

  test("and was killed before ip-up: when those scripts have ended, those of ip-down are run", async () => {
    const fake = crashed(preUp);
    fake.files.set(pidFile, "500\nppp0\n");
    fake.addProcess(501, ["/bin/sh", "/etc/ppp/ip-pre-up", "ppp0"]);
    let atWork = true;
    void fake.clock.sleep(3000).then(() => {
      atWork = false;
      fake.processes.delete(501);
    });
    Object.assign(fake.world, {
      runCommand: (...[argv, { variables }]: Parameters<typeof fake.world.runCommand>) => {
        expect(atWork).toBe(false);
        fake.commands.push({ argv, variables });
        return Promise.resolve(undefined);
      },
    });
    expect(await fake.clock.runUntil(repairHost(fake.world))).toBe(1);
    expect(fake.commands).toEqual([
      {
        argv: ["/opt/pppctl/bin/hooks/ip-down", "ppp0", "", "", "", "", "firewall"],
        variables: { LINKNAME: "l2", CALL_FILE: "l2" },
      },
    ]);
    expect(fake.changes).toEqual([]);
  });

  test.each([
    { what: "ended by itself", files: {}, changes: [preUp], ran: 0 },
    {
      what: "was killed after ip-up had noted its scripts",
      files: { [pidFile]: "500\nppp0\n" },
      changes: [preUp, hooks],
      ran: 1,
    },
    { what: "was killed before it had an interface", files: { [pidFile]: "500\n" }, changes: [preUp], ran: 0 },
  ])("and $what: $ran scripts more, and nothing is left", async ({ files, changes, ran }) => {
    const fake = crashed(...changes);
    for (const [path, text] of Object.entries(files)) fake.files.set(path, text);
    expect(await repairHost(fake.world)).toBe(ran);
    expect(fake.commands).toHaveLength(ran);
    expect(fake.changes).toEqual([]);
  });

  test("and lives: nothing is done", async () => {
    const fake = crashed(preUp);
    fake.files.set(pidFile, "500\nppp0\n");
    fake.addProcess(500, ["pppd", "call", "l2"]);
    expect(await repairHost(fake.world)).toBe(0);
    expect(fake.changes).toHaveLength(1);
  });
});
