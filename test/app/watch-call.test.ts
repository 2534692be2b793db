import { expect, test } from "vitest";
import { type CallWatch, watchCall } from "../../src/app/watch-call.ts";
import type { LinkRecord } from "../../src/link/link-record.ts";
import type { PastCall } from "../../src/link/past-call.ts";
import { presetSettings } from "../../src/link/read-settings.ts";
import type { Settings } from "../../src/link/setting-table.ts";
import { FakeWorld } from "./fake-world.ts";
import { planOf } from "./plan-of.ts";
import { putRecord } from "./put-record.ts";

const units: Partial<Settings> = { PON_UNIT: 60_000, PON_UNIT_IDLE: 20_000 };

/** A link whose record says this of the call that it carries; looked at with these settings. */
async function linkWith(call: Partial<LinkRecord>, settings: Partial<Settings> = units, words: readonly string[] = []) {
  const fake = new FakeWorld();
  fake.addProcess(600, ["/usr/sbin/pppd", "call", "isp"]);
  fake.addresses.set("ppp0", ["10.0.0.2"]);
  const note = (change: Partial<LinkRecord>): void => void putRecord(fake, change);
  note({ connectedAt: fake.clock.wallTime(), ...call });
  const calls: PastCall[] = [];
  const plan = await planOf(words, fake.world);
  const loaded = { plan, settings: { ...presetSettings, ...settings } };
  const watch = watchCall(
    { peer: "isp", state: "up", pid: 600, iface: "ppp0" },
    loaded,
    { calls: () => calls },
    fake.world,
  );
  /** Look every second; at which of them it is over, and why. */
  const look = async (seconds: number): Promise<string[]> => {
    const over: string[] = [];
    for (let second = 1; second <= seconds; second++) {
      await fake.clock.advance(1000);
      const why = watch.isOver();
      if (why !== undefined) over.push(`${why} ${second}`);
    }
    return over;
  };
  const pass = (sent: number): void => void fake.interfaceBytes.set("ppp0", { sent, received: 0 });
  return { fake, note, watch, look, pass, calls };
}

test("of a link that redials by itself each call has units of its own, and is ended once", async () => {
  const { fake, note, look } = await linkWith({});
  expect(await look(300)).toEqual(["unit 50"]);
  note({ phase: "waiting", settled: true });
  expect(await look(300)).toEqual([]);
  await fake.clock.advance(7000);
  note({ connectedAt: fake.clock.wallTime() });
  expect(await look(120)).toEqual(["unit 50"]);
});

test("traffic keeps it up, a probe of ours does not, and the end of the unit is missed when it is in use", async () => {
  const { watch, look, pass } = await linkWith({});
  await look(45);
  pass(100);
  expect(await look(15)).toEqual([]);
  await look(20);
  pass(200);
  watch.passOver();
  expect(await look(40)).toEqual(["unit 30"]);
});

test("a clock that is set changes nothing", async () => {
  const { fake, look } = await linkWith({}, { ...units, PON_DAY_TIME: 120_000 });
  await look(1);
  const wallTime = fake.clock.wallTime.bind(fake.clock);
  fake.clock.wallTime = () => wallTime() + 3_600_000 * 24;
  expect(await look(55)).toEqual(["unit 49"]);
});

test("a link without a record, as somebody else's: since it is up", async () => {
  const fake = new FakeWorld();
  const upSince = fake.clock.wallTime() - 30_000;
  const loaded = { plan: await planOf([], fake.world), settings: { ...presetSettings, ...units } };
  const watch = watchCall({ peer: "isp", state: "up", upSince }, loaded, { calls: () => [] }, fake.world);
  await fake.clock.advance(19_000);
  expect(watch.isOver()).toBeUndefined();
  await fake.clock.advance(1000);
  expect(watch.isOver()).toBe("unit");
});

/** A call that has ended now. */
function pastCall(endedAt: number, used: { readonly onlineMs?: number; readonly bytes?: number }): PastCall {
  const { onlineMs = 1000, bytes = 0 } = used;
  return { peer: "isp", startedAt: endedAt - onlineMs, endedAt, onlineMs, upMs: onlineMs, bytes, cause: "line-lost" };
}

test("of a link that redials by itself each call has what the day's time has left, less 10 s to hang up in", async () => {
  const { fake, note, look, calls } = await linkWith({}, { PON_DAY_TIME: 300_000 });
  // Lost after 100 s.
  expect(await look(100)).toEqual([]);
  calls.push(pastCall(fake.clock.wallTime(), { onlineMs: 100_000 }));
  note({ phase: "waiting", settled: true });
  expect(await look(30)).toEqual([]);
  note({ connectedAt: fake.clock.wallTime() });
  expect(await look(400)).toEqual(["time 190"]);
});

test("a call that goes on past midnight has what was left when it began", async () => {
  const { fake, look } = await linkWith({}, { PON_DAY_TIME: 3_600_000 });
  const today = fake.clock.wallTime.bind(fake.clock);
  await look(1);
  fake.clock.wallTime = () => today() + 86_400_000;
  expect(await look(4000)).toEqual(["time 3589"]);
});

test("bytes: those of the calls before, and of this one", async () => {
  const { fake, look, pass, calls } = await linkWith({}, { PON_MONTH_BYTES: 10_000 });
  await fake.clock.advance(60_000);
  calls.push(pastCall(fake.clock.wallTime(), { bytes: 4000 }));
  pass(5999);
  expect(await look(5)).toEqual([]);
  pass(6000);
  expect(await look(5)).toEqual(["bytes 1"]);
});

test("bytes: an interface that waits for traffic has carried the calls before", async () => {
  const waiting = { phase: "waiting", settled: true } as const;
  const { fake, note, look, pass } = await linkWith(waiting, { PON_DAY_BYTES: 10_000 }, ["demand"]);
  pass(7000);
  expect(await look(2)).toEqual([]);
  note({ connectedAt: fake.clock.wallTime() });
  pass(9000);
  expect(await look(2)).toEqual([]);
  pass(18_999);
  expect(await look(2)).toEqual([]);
  pass(19_000);
  expect(await look(2)).toEqual(["bytes 1"]);
});

const persists = { origin: "on-call", redials: true } as const;

test.each<{
  readonly what: string;
  readonly words?: readonly string[];
  readonly call: Partial<LinkRecord>;
  readonly why: Parameters<CallWatch["hangUp"]>[0];
  readonly kill: string;
}>([
  { what: "idle, persist", words: ["persist"], call: persists, why: "unit", kill: "SIGTERM" },
  { what: "idle, demand", words: ["demand"], call: persists, why: "unit", kill: "SIGHUP" },
  { what: "idle, demand of a tunnel", words: ["demand"], call: { origin: "as-is" }, why: "unit", kill: "SIGHUP" },
  { what: "a limit, where `pppctl dial` is asked before the next call", call: persists, why: "time", kill: "SIGHUP" },
  {
    what: "a limit, where pppd calls again unasked",
    call: { ...persists, origin: "as-is" },
    why: "bytes",
    kill: "SIGTERM",
  },
  { what: "a limit of a single call", call: { origin: "direct", redials: false }, why: "time", kill: "SIGTERM" },
])("hanging up, $what: pppd gets $kill", async ({ words = [], call, why, kill }) => {
  const settings = { PON_DAY_TIME: 300_000, PON_MONTH_TIME: 900_000, PON_DAY_BYTES: 10_000 };
  const { fake, watch } = await linkWith(call, { ...units, ...settings }, words);
  expect(await watch.hangUp(why)).toBe(kill === "SIGHUP" ? "waits" : "ended");
  expect(fake.journal.filter((entry) => entry.startsWith("kill"))).toEqual([`kill 600 ${kill}`]);
  const said = {
    unit: "is idle (for 20 s, before the next billing unit of 60 s)",
    time: "has used up its time (PON_DAY_TIME, PON_MONTH_TIME)",
    bytes: "has used up its bytes (PON_DAY_BYTES)",
  };
  expect(fake.said).toEqual([`pppctl: the link of pppd 600 ${said[why]}: hanging up`]);
});

test("a disk that is full loses the word, and not the link's end", async () => {
  const { fake, watch } = await linkWith({});
  fake.storesFail = true;
  expect(await watch.hangUp("unit")).toBe("ended");
  expect(fake.processes.has(600)).toBe(false);
});
