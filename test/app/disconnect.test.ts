import { describe, expect, test } from "vitest";
import { type DisconnectRequest, type DisconnectResult, disconnect } from "../../src/app/disconnect.ts";
import { notePauses } from "../../src/app/note-wait.ts";
import { PppctlError } from "../../src/core/errors.ts";
import { parsePeerName } from "../../src/core/peer-name.ts";
import { FakeWorld } from "./fake-world.ts";
import { putRecord } from "./put-record.ts";

/** Run poff; errors of ours are results. */
async function poff(
  fake: FakeWorld,
  peer: string | undefined,
  more: Partial<DisconnectRequest> = {},
): Promise<DisconnectResult | PppctlError> {
  const request: DisconnectRequest = {
    peer: peer === undefined ? undefined : parsePeerName(peer),
    all: false,
    signal: "SIGTERM",
    wait: true,
    ...more,
  };
  const running = disconnect(request, fake.world).catch((error: unknown) => {
    if (error instanceof PppctlError) return error;
    throw error;
  });
  return fake.clock.runUntil(running);
}

/** `isp` is up as pid 600. */
function ispUp(init: ConstructorParameters<typeof FakeWorld>[0] = {}): FakeWorld {
  const fake = new FakeWorld(init);
  fake.addProcess(600, ["/usr/sbin/pppd", "call", "isp"]);
  return fake;
}

const kills = (fake: FakeWorld): string[] => fake.journal.filter((entry) => entry.startsWith("kill"));

describe("which links", () => {
  test("none at all, and none of this name", async () => {
    expect(await poff(new FakeWorld(), undefined)).toMatchObject({ code: "poff.none", exitCode: 1 });
    expect(await poff(ispUp(), "home")).toMatchObject({ code: "poff.no-such-peer", exitCode: 1 });
  });

  test.each(["is", "isp-", "sp", "i.p", "isp-2/x"])("a name is compared exactly: %s is not isp-2", async (name) => {
    const fake = new FakeWorld();
    fake.addProcess(601, ["pppd", "call", "isp-2"]);
    expect(await poff(fake, name)).toMatchObject({ code: "poff.no-such-peer" });
    expect(fake.processes.size).toBe(1);
  });

  test("isp and not isp-2", async () => {
    const fake = ispUp();
    fake.addProcess(601, ["pppd", "call", "isp-2"]);
    expect(await poff(fake, "isp")).toMatchObject({ links: 1, peers: ["isp"] });
    expect(kills(fake)).toEqual(["kill 600 SIGTERM"]);
  });

  test("its watcher goes with it, once pppd has gone, and no other's", async () => {
    const fake = ispUp();
    for (const [pid, peer] of [
      [700, "isp"],
      [701, "isp-2"],
    ] as const)
      fake.addProcess(pid, ["/usr/bin/node", "/opt/pppctl/dist/watch-main.js", peer]);
    await poff(fake, "isp");
    expect(kills(fake)).toEqual(["kill 600 SIGTERM", "kill 700 SIGKILL"]);
  });

  test("a pon that was called for it and dials its fall-back peer now, and no other pon", async () => {
    const fake = new FakeWorld();
    const pausing = (pid: number, asked: string, dialed: string): void => {
      fake.addProcess(pid, ["node", "pon"]);
      const self = { pid, startTime: fake.processes.get(pid)?.startTime ?? 0 };
      notePauses("pon", { ...fake.world, self }, asked).until(dialed, 2000, 2);
    };
    pausing(88, "isp", "second");
    pausing(89, "third", "third");
    pausing(90, "home", "fourth");
    expect(await poff(fake, "isp")).toMatchObject({ links: 1, peers: ["second"] });
    expect(kills(fake)).toEqual(["kill 88 SIGTERM"]);
    expect(await poff(fake, "isp")).toMatchObject({ code: "poff.no-such-peer" });
  });

  test("by the linkname's pid file; another program that has got the pid is left alone", async () => {
    const fake = new FakeWorld({ peer: ['connect "chat -f /etc/chatscripts/isp"', "linkname home"] });
    fake.addProcess(602, ["/usr/sbin/pppd", "/dev/ttyS7"]);
    fake.files.set("/run/ppp-home.pid", "602\nppp4\n");
    expect(await poff(fake, "isp")).toMatchObject({ links: 1 });
    expect(kills(fake)).toEqual(["kill 602 SIGTERM"]);

    const reused = new FakeWorld();
    reused.addProcess(602, ["/usr/sbin/sshd"]);
    reused.addProcess(700, ["pppd", "call", "other"]);
    reused.files.set("/run/ppp-isp.pid", "602\nppp4\n");
    expect(await poff(reused, "isp")).toMatchObject({ code: "poff.no-such-peer" });
  });

  test("a dialer of ours that has no pppd yet", async () => {
    const fake = new FakeWorld();
    fake.setDialer("isp", { pid: 88, parent: 1, name: "node", argv: ["node", "pon", "isp"], startTime: 5 });
    expect(await poff(fake, "isp")).toMatchObject({ links: 1, peers: ["isp"] });
    expect(kills(fake)).toEqual(["kill 88 SIGTERM"]);
  });

  test("two, and no name; -a ends both", async () => {
    const fake = ispUp();
    fake.addProcess(601, ["pppd", "call", "isp-2"]);
    expect(await poff(fake, undefined)).toMatchObject({ code: "poff.ambiguous", exitCode: 1 });
    expect(kills(fake)).toEqual([]);
    expect(await poff(fake, undefined, { all: true })).toMatchObject({ links: 2, peers: ["isp", "isp-2"] });
    expect(fake.processes.size).toBe(0);
  });

  test("what a pppd has started is neither a second link nor signalled", async () => {
    const fake = ispUp();
    fake.addProcess(603, ["/usr/sbin/pppd", "call", "isp"], { parent: 600 });
    fake.onKill = () => fake.processes.clear();
    expect(await poff(fake, undefined)).toMatchObject({ links: 1 });
    expect(kills(fake)).toEqual(["kill 600 SIGTERM"]);
  });

  test("one that may not be signalled", async () => {
    const fake = ispUp();
    const world = { ...fake.world, processes: { ...fake.world.processes, kill: () => false } };
    const request: DisconnectRequest = { peer: parsePeerName("isp"), all: false, signal: "SIGTERM", wait: true };
    await expect(disconnect(request, world)).rejects.toMatchObject({ code: "poff.kill", exitCode: 1 });
  });
});

describe("how long", () => {
  test("until the process has gone; its records go with it", async () => {
    const fake = ispUp();
    fake.records.set(
      "isp",
      new Map([
        ["record.json", "{}"],
        ["dial.json", "{}"],
      ]),
    );
    fake.onKill = (pid) => void fake.clock.sleep(6000).then(() => fake.processes.delete(pid));
    const before = fake.clock.now();
    expect(await poff(fake, "isp")).toMatchObject({ killed: [] });
    expect(fake.clock.now() - before).toBeGreaterThanOrEqual(6000);
    expect(fake.clock.now() - before).toBeLessThan(6500);
    expect(kills(fake)).toEqual(["kill 600 SIGTERM"]);
    expect([...(fake.records.get("isp")?.keys() ?? [])]).toEqual([]);
  });

  test("until it has really gone: a process that is ending has no arguments, and its call is not over", async () => {
    const fake = ispUp();
    fake.addProcess(600, ["/usr/sbin/pppd", "call", "isp"]);
    putRecord(fake, { pppd: { pid: 600, startTime: 6000 } });
    fake.onKill = (pid) => {
      fake.addProcess(pid, [], { name: "pppd" });
      void fake.clock.sleep(100).then(() => fake.processes.delete(pid));
    };
    expect(await poff(fake, "isp")).toMatchObject({ links: 1, peers: ["isp"], killed: [] });
    expect(fake.processes.size).toBe(0);
    expect(fake.history).toHaveLength(1);
    expect(fake.records.get("isp")?.size).toBe(0);
    expect(kills(fake)).toEqual(["kill 600 SIGTERM"]);
  });

  test("a pppd that does not end is killed after 30 s, and named", async () => {
    const fake = ispUp();
    fake.onKill = (pid, signal) => {
      if (signal === "SIGKILL") fake.processes.delete(pid);
    };
    const before = fake.clock.now();
    expect(await poff(fake, "isp")).toMatchObject({ killed: [600] });
    expect(fake.clock.now() - before).toBeGreaterThanOrEqual(30_000);
    expect(kills(fake)).toEqual(["kill 600 SIGTERM", "kill 600 SIGKILL"]);
  });

  test("--no-wait, and signals that are only sent: not at all, and the line is not touched", async () => {
    for (const more of [{ wait: false }, { signal: "SIGHUP" as const }, { signal: "SIGUSR1" as const }]) {
      const fake = ispUp();
      fake.onKill = () => undefined;
      const before = fake.clock.now();
      expect(await poff(fake, "isp", more)).toMatchObject({ links: 1, lines: [] });
      expect(fake.clock.now()).toBe(before);
      expect(fake.journal).toEqual([`kill 600 ${more.signal ?? "SIGTERM"}`]);
    }
  });
});

describe("the modem afterwards", () => {
  test("no carrier: on-hook, and DTR is let be", async () => {
    const fake = ispUp();
    expect(await poff(fake, "isp")).toMatchObject({ lines: [{ state: "on-hook", by: "no carrier" }] });
    expect(fake.journal).toEqual(["kill 600 SIGTERM", "lock", "open", "close"]);
    expect(fake.lockHolder).toBeUndefined();
  });

  test("carrier, and the modem obeys DTR", async () => {
    const fake = ispUp();
    fake.line.dcd = true;
    expect(await poff(fake, "isp")).toMatchObject({ lines: [{ state: "on-hook", by: "dtr" }] });
  });

  test("a modem that ignores DTR is asked: +++ between silences, then ATH", async () => {
    const fake = ispUp();
    fake.line.dcd = true;
    fake.line.ignoresDtr = true;
    const stopped = new AbortController();
    const running = poff(fake, "isp").finally(() => stopped.abort());
    const playing = fake.line.play(
      [
        { wait: "AT\r" },
        { wait: "+++" },
        { sleep: 1 },
        { send: "\r\nOK\r\n" },
        { wait: "ATH" },
        { send: "\r\nOK\r\n" },
      ],
      fake.clock,
      () => undefined,
      stopped.signal,
    );
    expect(await running).toMatchObject({ lines: [{ state: "on-hook", by: "escape" }] });
    await fake.clock.runUntil(playing);
    expect(fake.line.sent).toBe("AT\r+++ATH\r");
  });

  test("a modem that answers nothing is off-hook, and said to be", async () => {
    const fake = ispUp();
    fake.line.dcd = true;
    fake.line.ignoresDtr = true;
    expect(await poff(fake, "isp")).toMatchObject({ lines: [{ state: "off-hook", by: "nothing" }] });
    expect(fake.left).toMatchObject({ lock: undefined, closed: true });
  });

  test("a pty shows nothing: its last close was the hang-up", async () => {
    expect(await poff(ispUp({ line: "pty" }), "isp")).toMatchObject({ lines: [{ state: "unknown" }] });
  });

  test("a line that somebody else has by now is left to them", async () => {
    const fake = ispUp();
    fake.lockHolder = 4711;
    expect(await poff(fake, "isp")).toMatchObject({ lines: [{ state: "unknown", by: "/dev/ttyS1 is locked" }] });
    expect(fake.journal).not.toContain("open");
    expect(fake.lockHolder).toBe(4711);
  });

  test("not root, or a peer without a modem: not looked at", async () => {
    expect(await poff(ispUp({ root: false }), "isp")).toMatchObject({ lines: [] });
    expect(await poff(ispUp({ peer: ['pty "pptp host --nolaunchpppd"'] }), "isp")).toMatchObject({ lines: [] });
  });
});
