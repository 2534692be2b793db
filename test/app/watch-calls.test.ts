import { describe, expect, test } from "vitest";
import { noteDown, noteUp } from "../../src/app/note-calls.ts";
import { watchCalls } from "../../src/app/watch-calls.ts";
import { parsePeerName } from "../../src/core/peer-name.ts";
import type { LinkRecord } from "../../src/link/link-record.ts";
import { FakeWorld } from "./fake-world.ts";
import { putRecord } from "./put-record.ts";

/** A pppd (600) of a peer with these lines, that pon has left, and a watcher beside it. */
function watched(lines: readonly string[], extraWords: readonly string[] = []) {
  const fake = new FakeWorld({ peer: ['connect "chat -f /etc/chatscripts/isp"', ...lines] });
  const start = (): void => {
    fake.addProcess(600, ["/usr/sbin/pppd", "call", "isp"]);
    fake.files.set("/run/ppp-isp.pid", "600\nppp0\n");
  };
  start();
  /** What the hooks and `pppctl dial` note; undefined: the network has no address. */
  const note = (change: Partial<LinkRecord>): void => {
    const pppd = { pid: 600, startTime: 6000 };
    const persistent = { origin: "on-call", redials: true, iface: "ppp0", pppd } as const;
    const { phase } = putRecord(fake, { ...persistent, connectedAt: fake.clock.wallTime(), ...change });
    fake.addresses.set("ppp0", phase === "up" ? ["10.0.0.2"] : []);
  };
  const watch = (): Promise<void> => watchCalls({ peer: parsePeerName("isp"), extraWords }, fake.world);
  const kills = (): readonly string[] => fake.journal.filter((entry) => entry.startsWith("kill"));
  return { fake, start, note, watch, kills };
}

/** What pppd does on SIGHUP: the call ends and is in the history, and it goes on. */
function hangsUp({ fake, note }: ReturnType<typeof watched>): void {
  const end = fake.onKill;
  fake.onKill = (pid, signal) => (signal === "SIGHUP" ? endCall(fake, note) : end(pid, signal));
}

function endCall(fake: FakeWorld, note: (change: Partial<LinkRecord>) => void, seconds = 0): void {
  const endedAt = fake.clock.wallTime();
  const connectedAt = endedAt - 1000 * seconds;
  const times = { startedAt: connectedAt, connectedAt, upAt: connectedAt, endedAt };
  const id = `${fake.history.length}`;
  fake.history.push({
    version: 1,
    id,
    peer: "isp",
    origin: "on-call",
    attempt: 1,
    ...times,
    cause: "line-lost",
    sentence: "",
  });
  note({ phase: "waiting", settled: true });
}

test("an idle link is ended before its next unit, and the watcher with it", async () => {
  const { fake, note, watch, kills } = watched(["set PON_UNIT=60", "set PON_UNIT_IDLE=20"]);
  note({ origin: "direct", redials: false });
  const watching = watch();
  await fake.clock.advance(49_000);
  expect(kills()).toEqual([]);
  await fake.clock.advance(8000);
  expect(kills()).toEqual(["kill 600 SIGTERM"]);
  await fake.clock.runUntil(watching);
  expect(fake.clock.sleepers).toBe(0);
});

test("persist: a call that uses up the day's time is hung up; the next has to ask; another day has its own", async () => {
  const it = watched(["persist", "set PON_DAY_TIME=300"]);
  const { fake, note, watch, kills } = it;
  hangsUp(it);
  await fake.clock.advance(12 * 3_600_000);
  note({});
  const watching = watch();
  await fake.clock.advance(100_000);
  endCall(fake, note, 100);
  await fake.clock.advance(30_000);
  note({});
  await fake.clock.advance(189_000);
  expect(kills()).toEqual([]);
  await fake.clock.advance(2000);
  expect(kills()).toEqual(["kill 600 SIGHUP"]);
  await fake.clock.advance(12 * 3_600_000);
  note({});
  await fake.clock.advance(289_000);
  expect(kills()).toHaveLength(1);
  await fake.clock.advance(3000);
  expect(kills()).toHaveLength(2);
  fake.processes.delete(600);
  await fake.clock.runUntil(watching);
});

test("settings are read anew before each call, as `pppctl dial` does; a mistake in them changes nothing", async () => {
  const it = watched(["persist", "set PON_DAY_TIME=300"]);
  const { fake, note, watch, kills } = it;
  hangsUp(it);
  await fake.clock.advance(3_600_000);
  note({ phase: "waiting", settled: true });
  const watching = watch();
  await fake.clock.advance(5000);
  const path = "/etc/ppp/peers/isp";
  const good = fake.files.get(path) ?? "";
  fake.files.set(path, good.replace("300", "100"));
  note({});
  await fake.clock.advance(95_000);
  expect(kills()).toEqual(["kill 600 SIGHUP"]);
  fake.history.length = 0;
  fake.files.set(path, good.replace("300", "soon"));
  note({});
  await fake.clock.advance(95_000);
  expect(kills()).toHaveLength(2);
  fake.processes.delete(600);
  await fake.clock.runUntil(watching);
});

test("words after the peer count: `pon isp demand set PON_UNIT=…`", async () => {
  const words = ["demand", "noipv6", "10.0.0.2:10.0.0.1", "set", "PON_UNIT=60", "set", "PON_UNIT_IDLE=20"];
  const it = watched([], words);
  hangsUp(it);
  it.note({});
  const watching = it.watch();
  await it.fake.clock.advance(60_000);
  expect(it.kills()).toEqual(["kill 600 SIGHUP"]);
  it.fake.processes.delete(600);
  await it.fake.clock.runUntil(watching);
});

test("a later pppd with the same pid is another's", async () => {
  const { fake, note, watch, kills } = watched(["set PON_UNIT=60", "set PON_UNIT_IDLE=20"]);
  note({});
  const watching = watch();
  await fake.clock.advance(5000);
  fake.addProcess(600, ["/usr/sbin/pppd", "call", "isp"], { startTime: 7000 });
  await fake.clock.runUntil(watching);
  expect(kills()).toEqual([]);
});

test("a pppd that is just going to the background is waited for; none: it goes", async () => {
  const { fake, start, note, watch, kills } = watched(["set PON_UNIT=60", "set PON_UNIT_IDLE=20"]);
  fake.processes.clear();
  const early = watch();
  await fake.clock.advance(3000);
  start();
  note({});
  await fake.clock.advance(60_000);
  expect(kills()).toEqual(["kill 600 SIGTERM"]);
  await fake.clock.runUntil(early);
  fake.processes.clear();
  fake.files.delete("/run/ppp-isp.pid");
  await fake.clock.runUntil(watch());
});

const minute = 60_000;
const logFile = "/run/pppctl/isp/pppd.log";

/** A pppd (600) of a tunnel with these lines, which dials unasked; pon has left it when it was up, at noon, and a watcher beside it. */
async function unasked(...lines: readonly string[]) {
  const fake = new FakeWorld();
  const put = (...those: readonly string[]): void =>
    void fake.files.set("/etc/ppp/peers/isp", ['pty "/bin/isp"', ...those].join("\n"));
  put(...lines);
  await fake.clock.advance(12 * 60 * minute);
  fake.processAge = minute;
  fake.addProcess(600, ["/usr/sbin/pppd", "call", "isp"]);
  fake.files.set("/run/ppp-isp.pid", "600\nppp0\n");
  fake.files.set(logFile, "");
  let onLine: (line: string) => void = () => undefined;
  Object.assign(fake.world, {
    followFile: (_path: string, _from: number, on: typeof onLine) => {
      onLine = on;
      return { drain: () => undefined, stop: () => undefined };
    },
  });
  const log = (...texts: readonly string[]): void => {
    fake.files.set(logFile, `${fake.files.get(logFile)}${texts.join("\n")}\n`);
    for (const text of texts) onLine(text);
  };
  const by = { peer: "isp", linkname: "isp", pppd: { pid: 600, startTime: 6000 }, call: "c-1" };
  fake.environments.set(600, { PPPCTL_CALL: "c-1" });
  const warn = (): void => undefined;
  const now = fake.clock.wallTime();
  const times = { startedAt: now, upAt: now };
  const record = { version: 1, phase: "up", attempt: 1, origin: "as-is", redials: true, logFile, logFrom: 0 };
  fake.world.stores.of("isp").write("record.json", JSON.stringify({ ...record, ...by, ...times, iface: "ppp0" }));
  fake.addresses.set("ppp0", ["10.0.0.2"]);
  const up = ["Connect: ppp0 <--> /dev/pts/1", "local  IP address 10.0.0.2", "remote IP address 10.0.0.1"];
  log(...up);
  const watching = watchCalls({ peer: parsePeerName("isp"), extraWords: [] }, fake.world);
  await fake.clock.advance(5000);
  for (const text of up) onLine(text);

  const hookDown = (): void => noteDown(by, { bytes: { sent: 10, received: 20 } }, fake.world, { warn });
  return {
    fake,
    watching,
    put,
    /** The line is lost; the hook says so, where the peer has ours. */
    lose: (hook: boolean): void => {
      log("Modem hangup");
      fake.addresses.set("ppp0", []);
      if (hook) hookDown();
      log("Connection terminated.");
    },
    hookDown,
    /** pppd calls again: that comes up, or fails by this line. */
    again: (line: string | "up"): void => {
      if (line !== "up") {
        log("Connect: ppp0 <--> /dev/pts/1", line, "Connection terminated.");
        return;
      }
      log(...up);
      fake.addresses.set("ppp0", ["10.0.0.2"]);
      noteUp(by, { iface: "ppp0" }, fake.world, { warn });
    },
    causes: () => fake.history.map(({ cause, attempt }) => `${attempt} ${cause}`),
    kills: () => fake.journal.filter((entry) => entry.startsWith("kill")),
  };
}

describe("a pppd that calls again unasked", () => {
  test.each([true, false])(
    "a refused password: it is ended, and the peer blocked; the hook is ours: %s",
    async (hook) => {
      const { fake, watching, lose, again, causes, kills } = await unasked("persist", "set PON_TRIES=1");
      lose(hook);
      await fake.clock.advance(5000);
      expect(kills()).toEqual([]);
      again("PAP authentication failed");
      await fake.clock.runUntil(watching);
      expect(causes()).toEqual(["1 line-lost", "2 auth-refused"]);
      expect(kills()).toEqual(["kill 600 SIGTERM"]);
      expect(fake.blocks.get("isp")?.cause).toBe("auth-refused");
      expect(fake.said.at(-1)).toMatch(/^pppctl: isp is blocked since 2026-01-01 12:00:\d\d: the other end refused/);
      expect(fake.clock.sleepers).toBe(0);
    },
  );

  test("a hook that is later than pppd's next attempt changes nothing", async () => {
    const { fake, watching, lose, again, hookDown, causes } = await unasked("persist", "set PON_TRIES=2");
    lose(false);
    again("PAP authentication failed");
    hookDown();
    await fake.clock.advance(3000);
    expect(causes()).toEqual(["1 line-lost", "2 auth-refused"]);
    again("PAP authentication failed");
    await fake.clock.runUntil(watching);
    expect(causes()).toEqual(["1 line-lost", "2 auth-refused", "3 auth-refused"]);
  });

  test("each attempt is in the history, once, and counts for the limit of calls", async () => {
    const { fake, watching, lose, again, causes, kills } = await unasked("persist", "set PON_DAY_CALLS=4");
    lose(true);
    await fake.clock.advance(5000);
    again("LCP: timeout sending Config-Requests");
    await fake.clock.advance(5000);
    again("up");
    await fake.clock.advance(10 * minute);
    expect(causes()).toEqual(["1 line-lost", "2 lcp-timeout"]);
    lose(true);
    await fake.clock.advance(5000);
    expect(kills()).toEqual([]);
    again("LCP: timeout sending Config-Requests");
    await fake.clock.runUntil(watching);
    expect(causes()).toEqual(["1 line-lost", "2 lcp-timeout", "3 line-lost", "4 lcp-timeout"]);
    expect(fake.said.at(-1)).toContain("isp is not dialed: the calls of this day are used up (PON_DAY_CALLS)");
  });

  const hours = ["persist", "holdoff 3600", 'set "PON_HOURS=8:00-12:30"'];

  test("when the last hour for dialing is over a pppd that waits is ended", async () => {
    const { fake, watching, lose, kills } = await unasked(...hours);
    lose(true);
    await fake.clock.advance(29 * minute);
    expect(kills()).toEqual([]);
    await fake.clock.runUntil(watching);
    expect(fake.said.at(-1)).toContain("isp is not dialed: dialing is not allowed at this hour; again from 2026-01-02");
    expect(new Date(fake.clock.wallTime()).toISOString()).toBe("2026-01-01T12:30:00.000Z");
  });

  test("a call that is up then goes on, and is the last", async () => {
    const { fake, watching, lose, again, kills } = await unasked(...hours);
    lose(true);
    await fake.clock.advance(10 * minute);
    again("up");
    await fake.clock.advance(90 * minute);
    expect(kills()).toEqual([]);
    lose(true);
    await fake.clock.advance(3000);
    expect(kills()).toEqual(["kill 600 SIGTERM"]);
    await fake.clock.runUntil(watching);
  });

  test("what the peer's file says now counts", async () => {
    const { fake, watching, put, lose, again } = await unasked("persist", "set PON_TRIES=1");
    lose(true);
    put("persist", "set PON_ON=auth-refused=wait");
    for (let i = 0; i < 4; i++) {
      again("PAP authentication failed");
      await fake.clock.advance(5000);
    }
    expect(fake.processes.has(600)).toBe(true);
    put("persist", "set PON_ON=auth-refused=stop");
    again("PAP authentication failed");
    await fake.clock.runUntil(watching);
    expect(fake.said.at(-1)).toMatch(/^pppctl: isp is not dialed again: /);
    expect(fake.blocks.size).toBe(0);
  });

  test("while pon keeps the record (in the foreground) nothing is entered twice", async () => {
    const { fake, watching, lose, again, causes } = await unasked("persist", "set PON_TRIES=1");
    fake.addProcess(700, ["node", "pon", "isp"]);
    lose(true);
    const store = fake.world.stores.of("isp");
    const record = JSON.parse(store.read("record.json") ?? "") as LinkRecord;
    store.write("record.json", JSON.stringify({ ...record, dialer: { pid: 700, startTime: 7000 } }));
    again("PAP authentication failed");
    await fake.clock.advance(5000);
    expect(causes()).toEqual(["1 line-lost"]);
    fake.processes.delete(600);
    await fake.clock.runUntil(watching);
  });
});
