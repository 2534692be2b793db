import { describe, expect, test } from "vitest";
import { repairHost } from "../../src/app/repair-host.ts";
import { type HookDeps, runHooks } from "../../src/app/run-hooks.ts";
import { readHookArguments } from "../../src/hooks/hook-arguments.ts";
import type { HookEvent } from "../../src/hooks/hook-event.ts";
import { formatJournal, parseJournal } from "../../src/link/host-journal.ts";
import { FakeWorld } from "./fake-world.ts";

const pppd = 500;
const args = readHookArguments(["ppp0", "/dev/pts/0", "115200", "10.0.0.2", "10.0.0.1", "firewall caf\u00e9"]);
const env = { LINKNAME: "vpn", CALL_FILE: "vpn", PPPD_PID: `${pppd}`, DNS1: "10.0.0.53", TOKEN: "open sesame" };

/** A link that is up, with these scripts in the directories of events; `onScript`: what happens while one runs. */
function linkOf(
  scripts: Partial<Record<HookEvent, readonly string[]>>,
  onScript: (path: string) => void = () => undefined,
) {
  const fake = new FakeWorld();
  const { world } = fake;
  const ran: string[] = [];
  fake.addProcess(pppd, ["pppd", "call", "vpn"]);
  fake.addProcess(world.self.pid, ["node", "hook-main.js"], { startTime: world.self.startTime });
  const deps: HookDeps = {
    clock: world.clock,
    listFiles: (event) => {
      const path = `/etc/ppp/${event}.d`;
      const files = (scripts[event] ?? []).map((name) => {
        return { path: `${path}/${name}`, name, type: "file", uid: 0, gid: 0, mode: 0o755, size: 1 } as const;
      });
      const directory = { path, uid: 0, gid: 0, mode: 0o755, files };
      return { runner: 0, override: undefined, directory, linkDirectory: undefined };
    },
    readCaller: () => ({ peer: fake.processes.has(pppd) ? "vpn" : undefined, quick: false, call: undefined }),
    readRecord: (peer, name) => world.stores.of(peer).read(name),
    openCallLog: () => undefined,
    openLog: () => undefined,
    run: (script) => {
      ran.push(script.path);
      onScript(script.path);
      return Promise.resolve({ kind: "exit", status: 0 });
    },
    takeStockQuickMark: () => false,
    terminate: () => undefined,
    report: (line) => ran.push(line),
    calls: world,
    host: {
      ...world,
      readRecord: (peer, name) => world.stores.of(peer).read(name),
      writeRecord: (peer, name, text) => world.stores.of(peer).write(name, text),
      removeRecord: (peer, name) => world.stores.of(peer).remove(name),
    },
  };
  const kill = (): void => {
    fake.processes.delete(pppd);
    fake.addresses.delete("ppp0");
  };
  return { fake, ran, kill, hook: (event: HookEvent) => runHooks({ event, args, env }, deps) };
}

const both = { "ip-pre-up": ["firewall"], "ip-down": ["firewall"] };
const down = "/etc/ppp/ip-down.d/firewall";

describe("the scripts of ip-down", () => {
  test("of a link that ends by itself are run by pppd alone", async () => {
    const { fake, hook, kill } = linkOf(both);
    for (const event of ["ip-pre-up", "ip-up"] as const) await hook(event);
    expect(fake.changes).toHaveLength(1);
    expect(await repairHost(fake.world)).toBe(0);
    await hook("ip-down");
    expect(fake.changes).toEqual([]);
    kill();
    expect(await repairHost(fake.world)).toBe(0);
    expect(fake.commands).toEqual([]);
  });

  test("of one whose pppd was killed are run by whoever repairs, once, with what pppd had said and nothing that a peer sets", async () => {
    const { fake, hook, kill } = linkOf(both);
    for (const event of ["ip-pre-up", "ip-up"] as const) await hook(event);
    expect(formatJournal(fake.changes)).not.toContain("sesame");
    expect(parseJournal(formatJournal(fake.changes))).toEqual(fake.changes);
    kill();
    // pppd was about to run them itself.
    fake.addProcess(600, ["/bin/sh", "/opt/pppctl/bin/hooks/ip-down", "ppp0"]);
    expect(await repairHost(fake.world)).toBe(0);
    fake.processes.delete(600);
    expect(await repairHost(fake.world)).toBe(1);
    expect(await repairHost(fake.world)).toBe(0);
    const words = ["ppp0", "/dev/pts/0", "115200", "10.0.0.2", "10.0.0.1", "firewall caf\u00c3\u00a9"];
    expect(fake.commands).toEqual([
      {
        argv: ["/opt/pppctl/bin/hooks/ip-down", ...words],
        variables: { LINKNAME: "vpn", CALL_FILE: "vpn", DNS1: "10.0.0.53" },
      },
    ]);
  });

  test.each(["ip-pre-up", "ip-up"] as const)(
    "are run by the runner of %s when pppd is killed meanwhile, and by nobody else",
    async (event) => {
      const undone: Promise<number>[] = [];
      const link = linkOf({ ...both, "ip-up": ["firewall"] }, (path) => {
        if (path !== `/etc/ppp/${event}.d/firewall`) return;
        link.kill();
        undone.push(repairHost(link.fake.world));
      });
      await link.hook(event);
      expect(await Promise.all(undone)).toEqual([0]);
      expect(link.ran).toEqual([`/etc/ppp/${event}.d/firewall`, down]);
      expect(link.fake.changes).toEqual([]);
      expect(link.fake.commands).toEqual([]);
    },
  );

  test("are run by the runner that ends while its killed pppd, which has no arguments any more, is still ending", async () => {
    const link = linkOf(both, () => link.fake.addProcess(pppd, [], { name: "pppd" }));
    await link.hook("ip-pre-up");
    expect(link.ran).toEqual(["/etc/ppp/ip-pre-up.d/firewall", down]);
    expect(link.fake.changes).toEqual([]);
  });

  test.each([false, true])(
    "take the note of ip-pre-up with them, but of a link that calls again: %s",
    async (redials) => {
      const link = linkOf(both);
      link.fake.changes = [{ peer: "vpn", linkname: "vpn", change: { kind: "pre-up", ipparam: "", redials } }];
      await link.hook("ip-up");
      await link.hook("ip-down");
      expect(link.fake.changes.map(({ change }) => change.kind)).toEqual(redials ? ["pre-up"] : []);
    },
  );

  test.each([
    { when: "in ip-pre-up, whose scripts are at work yet", atWork: true },
    { when: "in ip-pre-up, whose scripts have just ended", atWork: false },
  ])("of a later call of a pppd that calls again, killed $when: run once, after them", async ({ atWork }) => {
    const { fake, ran, kill, hook } = linkOf(both);
    const change = { kind: "pre-up", ipparam: "firewall", redials: true } as const;
    fake.changes = [{ peer: "vpn", linkname: "vpn", change }];
    fake.files.set("/run/ppp-vpn.pid", `${pppd}\nppp0\n`);
    // pppd before 2.5.1 runs ip-pre-up without us.
    for (const event of ["ip-up", "ip-down"] as const) await hook(event);
    expect(ran).toEqual([down]);
    expect(await repairHost(fake.world)).toBe(0);
    if (atWork) fake.addProcess(501, ["/bin/sh", "/etc/ppp/ip-pre-up", "ppp0"]);
    kill();
    void fake.clock.sleep(3000).then(() => fake.processes.delete(501));
    expect(await fake.clock.runUntil(repairHost(fake.world))).toBe(1);
    expect(fake.processes.has(501)).toBe(false);
    expect(fake.commands).toEqual([
      {
        argv: ["/opt/pppctl/bin/hooks/ip-down", "ppp0", "", "", "", "", "firewall"],
        variables: { LINKNAME: "vpn", CALL_FILE: "vpn" },
      },
    ]);
    expect(fake.changes).toEqual([]);
    expect(await repairHost(fake.world)).toBe(0);
  });

  test("wait while another link has the interface's name, and are forgotten when it has hooks of its own", async () => {
    const { fake, hook, kill } = linkOf(both);
    await hook("ip-up");
    kill();
    fake.addresses.set("ppp0", []);
    expect(await repairHost(fake.world)).toBe(0);
    expect(fake.changes).toHaveLength(1);
    fake.addProcess(pppd, ["pppd", "call", "vpn"]);
    await hook("ip-up");
    expect(fake.changes).toHaveLength(1);
    await hook("ip-down");
    expect(fake.changes).toEqual([]);
    expect(fake.commands).toEqual([]);
  });

  test.each([[[]], [["0000usepeerdns"]], [["000resolvconf"]]])(
    "%j leave nothing to note for a link without usepeerdns",
    async (scripts) => {
      const { fake, hook } = linkOf({ "ip-pre-up": ["firewall"], "ip-down": scripts });
      await hook("ip-pre-up");
      expect(fake.changes).toEqual([]);
    },
  );
});
