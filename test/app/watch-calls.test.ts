import { expect, test } from "vitest";
import { watchCalls } from "../../src/app/watch-calls.ts";
import { parsePeerName } from "../../src/core/peer-name.ts";
import { formatLinkRecord, type LinkRecord } from "../../src/link/link-record.ts";
import { FakeWorld } from "./fake-world.ts";

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
    const record: LinkRecord = {
      version: 1,
      peer: "isp",
      linkname: "isp",
      phase: "up",
      attempt: 1,
      origin: "on-call",
      redials: true,
      startedAt: fake.clock.wallTime(),
      connectedAt: fake.clock.wallTime(),
      iface: "ppp0",
      pppd: { pid: 600, startTime: 6000 },
      ...change,
    };
    fake.world.stores.of("isp").write("record.json", formatLinkRecord(record));
    fake.addresses.set("ppp0", record.phase === "up" ? ["10.0.0.2"] : []);
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
