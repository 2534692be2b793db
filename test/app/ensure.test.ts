import { describe, expect, test } from "vitest";
import { type EnsureResult, ensure } from "../../src/app/ensure.ts";
import { parsePeerName } from "../../src/core/peer-name.ts";
import { type FakePppd, FakeWorld } from "./fake-world.ts";
import type { ModemStep } from "./scripted-line.ts";

const connectLine = 'connect "chat -f /etc/chatscripts/isp"';

function worldWith(...lines: readonly string[]): FakeWorld {
  const fake = new FakeWorld({ peer: [connectLine, ...lines] });
  fake.addresses.set("ppp0", ["10.0.0.2"]);
  return fake;
}

/** A link of this peer's, as pppd leaves it: up where its interface has an address. */
function putLink(fake: FakeWorld, peer = "isp", iface = "ppp0"): void {
  fake.addProcess(600, ["/usr/sbin/pppd", "call", peer]);
  fake.files.set(`/run/ppp-${peer}.pid`, `600\n${iface}\n`);
  fake.onKill = (pid) => {
    fake.processes.delete(pid);
    fake.files.delete(`/run/ppp-${peer}.pid`);
  };
}

function comeUp(pppd: FakePppd): void {
  pppd.log("Using interface ppp0");
  pppd.log("Connect: ppp0 <--> /dev/ttyS1");
  pppd.log("local  IP address 10.0.0.2");
  pppd.log("remote IP address 10.0.0.1");
  pppd.exit(0, 601);
}

const goodModem: readonly ModemStep[] = [
  { wait: "AT\r" },
  { send: "OK\r\n" },
  { wait: "ATD8765432\r" },
  { send: "\r\nCONNECT 33600\r\n" },
];

async function ensureIsp(fake: FakeWorld, modem: readonly ModemStep[] = []): Promise<EnsureResult | undefined> {
  const stopped = new AbortController();
  const { signal } = new AbortController();
  const running = ensure({ peers: [parsePeerName("isp")], signal, onEvent: () => undefined }, fake.world).finally(() =>
    stopped.abort(),
  );
  const playing = fake.line.play(modem, fake.clock, () => undefined, stopped.signal);
  const [result] = await fake.clock.runUntil(running);
  await fake.clock.runUntil(playing);
  expect({ pending: fake.line.pending, sleepers: fake.clock.sleepers }).toEqual({ pending: 0, sleepers: 0 });
  return result;
}

describe("ensure", () => {
  test("a link that is up: nothing is touched", async () => {
    const fake = worldWith();
    putLink(fake);
    expect(await ensureIsp(fake)).toEqual({ peer: "isp", by: "isp", state: "up", exitStatus: 0 });
    expect(fake.journal).toEqual([]);
  });

  test("a signal between two probes that fail: it goes, and leaves the link to the next minute", async () => {
    const fake = worldWith('set "PON_PROBE=ping 10.0.0.1"', "set PON_PROBE_TIMEOUT=10");
    putLink(fake);
    fake.probes.push(false, false, false);
    const stop = new AbortController();
    const request = { peers: [parsePeerName("isp")], signal: stop.signal, onEvent: () => undefined };
    const running = ensure(request, fake.world);
    await fake.clock.advance(5000);
    stop.abort("SIGTERM");
    expect(await fake.clock.runUntil(running)).toMatchObject([{ state: "failed", exitStatus: 5 }]);
    expect(fake.journal).toEqual(["probe ping"]);
    expect(fake.clock.sleepers).toBe(0);
  });

  test("a link that is down: one attempt", async () => {
    const fake = worldWith();
    fake.onPppd = comeUp;
    expect(await ensureIsp(fake, goodModem)).toMatchObject({ state: "dialed", exitStatus: 0 });
  });

  test("an attempt that failed: its status; the next one not before its pause is over", async () => {
    const fake = worldWith("set PON_PAUSE=90", "set PON_PAUSE_JITTER=0");
    const busy: ModemStep[] = [...goodModem.slice(0, 3), { send: "\r\nBUSY\r\n" }];
    expect(await ensureIsp(fake, busy)).toMatchObject({ state: "failed", exitStatus: 8 });
    const endedAt = fake.clock.wallTime();
    fake.history.push({
      version: 1,
      id: "1",
      peer: "isp",
      origin: "direct",
      attempt: 1,
      startedAt: endedAt - 2000,
      endedAt,
      cause: "busy",
      sentence: "",
    });
    await fake.clock.advance(60_000);
    fake.journal.length = 0;
    const waits = await ensureIsp(fake);
    expect(waits).toMatchObject({ state: "refused", exitStatus: 75, why: expect.stringMatching(/another 30 s/) });
    expect(fake.journal).toEqual([]);
    await fake.clock.advance(30_000);
    fake.onPppd = comeUp;
    expect(await ensureIsp(fake, goodModem)).toMatchObject({ state: "dialed" });
  });

  test("a link that nobody used at the end of its billing unit stays down until somebody brings it up", async () => {
    const fake = worldWith("set PON_UNIT=60", "set PON_UNIT_IDLE=20");
    const endedAt = fake.clock.wallTime();
    const call = { peer: "isp", origin: "direct", attempt: 1, startedAt: endedAt - 50_000, sentence: "" } as const;
    fake.history.push({ version: 1, id: "1", ...call, endedAt, cause: "idle" });
    await fake.clock.advance(3_600_000);
    expect(await ensureIsp(fake)).toMatchObject({
      state: "refused",
      exitStatus: 75,
      why: expect.stringMatching(/nobody used it/),
    });
    expect(fake.journal).toEqual([]);
    // Somebody did, and that call was lost.
    fake.history.push({ version: 1, id: "2", ...call, endedAt: fake.clock.wallTime(), cause: "line-lost" });
    await fake.clock.advance(60_000);
    fake.onPppd = comeUp;
    expect(await ensureIsp(fake, goodModem)).toMatchObject({ state: "dialed" });
    expect(fake.journal.filter((entry) => entry.startsWith("watch"))).toEqual(["watch isp"]);
  });

  test("a refused password: the next minute does not try it again", async () => {
    const fake = worldWith();
    fake.onPppd = (pppd) => {
      pppd.log("Connect: ppp0 <--> /dev/ttyS1");
      pppd.log("PAP authentication failed");
      pppd.exit(19);
    };
    expect(await ensureIsp(fake, goodModem)).toMatchObject({ state: "failed", exitStatus: 19 });
    fake.journal.length = 0;
    await fake.clock.advance(3_600_000);
    expect(await ensureIsp(fake)).toMatchObject({
      state: "refused",
      exitStatus: 75,
      why: expect.stringMatching(/blocked/),
    });
    expect(fake.journal).toEqual([]);
  });

  test("the first provider refuses the password: one try, the second is up, and no third try in an hour of cron's minutes", async () => {
    const fake = worldWith("set PON_FALLBACK=second");
    fake.files.set("/etc/ppp/peers/second", `/dev/ttyS1 115200\n${connectLine}\n`);
    const called: string[] = [];
    fake.onPppd = (pppd) => {
      called.push(pppd.args[1] ?? "");
      if (pppd.args[1] === "second") {
        comeUp(pppd);
        fake.files.delete("/run/ppp-isp.pid");
        fake.files.set("/run/ppp-second.pid", "601\nppp0\n");
        return;
      }
      pppd.log("Connect: ppp0 <--> /dev/ttyS1");
      pppd.log("PAP authentication failed");
      pppd.exit(19);
    };
    expect(await ensureIsp(fake, goodModem)).toMatchObject({ state: "failed", by: "isp", exitStatus: 19 });
    await fake.clock.advance(60_000);
    expect(await ensureIsp(fake, goodModem)).toMatchObject({ state: "dialed", by: "second", exitStatus: 0 });
    for (let minutes = 0; minutes < 60; minutes++) {
      await fake.clock.advance(60_000);
      expect(await ensureIsp(fake)).toEqual({ peer: "isp", by: "second", state: "up", exitStatus: 0 });
    }
    expect(called).toEqual(["isp", "second"]);
  });

  test("somebody dials: never two at a time", async () => {
    const fake = worldWith();
    fake.setDialer("isp", { pid: 77, parent: 1, name: "node", argv: ["node", "pon"], startTime: 7 });
    expect(await ensureIsp(fake)).toMatchObject({ state: "busy", exitStatus: 75 });
    expect(fake.journal).toEqual([]);
  });

  test.each([
    ["a pppd that negotiates is left alone", 299_000, [], "busy"],
    ["one that has had its time is ended, and the peer dialed", 301_000, [], "dialed"],
    ["one that redials by itself is left alone", 999_000, ["persist"], "busy"],
  ] as const)("%s", async (_, age, lines, state) => {
    const fake = worldWith(...lines);
    putLink(fake, "isp", "ppp7");
    // Another peer's is none of our business.
    fake.addProcess(700, ["/usr/sbin/pppd", "call", "other"]);
    fake.processAge = age;
    fake.onPppd = comeUp;
    expect(await ensureIsp(fake, state === "dialed" ? goodModem : [])).toMatchObject({ state });
    expect(fake.processes.has(600)).toBe(state === "busy");
    expect(fake.processes.has(700)).toBe(true);
  });

  test("the probe: one success is enough, failures in a row end the link and dial again", async () => {
    const fake = worldWith("set 'PON_PROBE=ping 10.0.0.1'", "set PON_PROBE_COUNT=3");
    putLink(fake);
    fake.probes.push(false, false, true);
    expect(await ensureIsp(fake)).toMatchObject({ state: "up" });
    fake.probes.push(false, false, false);
    fake.onPppd = comeUp;
    expect(await ensureIsp(fake, goodModem)).toMatchObject({ state: "dialed" });
    expect(fake.journal.filter((entry) => entry === "probe ping")).toHaveLength(6);
    expect(fake.journal).toContain("kill 600 SIGTERM");
    expect(fake.said).toContain("pppctl: the link of pppd 600 is up but passes nothing (ping 10.0.0.1): ending it");
  });

  test("a fall-back peer that is up is enough; its turn comes when the first is blocked", async () => {
    const fake = worldWith("set PON_FALLBACK=second");
    fake.files.set("/etc/ppp/peers/second", `/dev/ttyS1 115200\n${connectLine}\n`);
    fake.blocks.set("isp", { version: 1, peer: "isp", since: 0, cause: "auth-refused", sentence: "refused" });
    fake.onPppd = comeUp;
    expect(await ensureIsp(fake, goodModem)).toMatchObject({ state: "dialed", by: "second" });
    fake.processes.clear();
    putLink(fake, "second");
    fake.journal.length = 0;
    expect(await ensureIsp(fake)).toMatchObject({ state: "up", by: "second", exitStatus: 0 });
    expect(fake.journal).toEqual([]);
  });

  test("a mistake in the peer's file: status 2, nothing is dialed", async () => {
    expect(await ensureIsp(worldWith("set PON_PAUSE=soon"))).toMatchObject({ state: "failed", exitStatus: 2 });
  });
});
