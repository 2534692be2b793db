import { expect, test } from "vitest";
import { watchUnit } from "../../src/app/watch-unit.ts";
import { formatLinkRecord, type LinkRecord } from "../../src/link/link-record.ts";
import { FakeWorld } from "./fake-world.ts";

const settings = { PON_UNIT: 60_000, PON_UNIT_IDLE: 20_000 };

/** A link whose record says this of the call that it carries. */
function linkWith(call: Partial<LinkRecord>) {
  const fake = new FakeWorld();
  const note = (change: Partial<LinkRecord>): void => {
    const record: LinkRecord = {
      version: 1,
      peer: "isp",
      linkname: "isp",
      phase: "up",
      attempt: 1,
      startedAt: 0,
      ...change,
    };
    fake.world.stores.of("isp").write("record.json", formatLinkRecord(record));
  };
  note({ ...call, connectedAt: fake.clock.wallTime() });
  const watch = watchUnit({ peer: "isp", state: "up", pid: 600, iface: "ppp0" }, settings, fake.world);
  /** Look every second; at which of them it is over. */
  const look = async (seconds: number): Promise<number[]> => {
    const over: number[] = [];
    for (let second = 1; second <= seconds; second++) {
      await fake.clock.advance(1000);
      if (watch.isOver()) over.push(second);
    }
    return over;
  };
  return { fake, note, watch, look };
}

test("of a link that redials by itself each call has units of its own, and is ended once", async () => {
  const { fake, note, look } = linkWith({});
  expect(await look(300)).toEqual([50]);
  note({ phase: "waiting", settled: true });
  expect(await look(300)).toEqual([]);
  await fake.clock.advance(7000);
  note({ connectedAt: fake.clock.wallTime() });
  expect(await look(120)).toEqual([50]);
});

test("traffic keeps it up, a probe of ours does not, and the end of the unit is missed when it is in use", async () => {
  const { fake, watch, look } = linkWith({});
  const pass = (sent: number): void => void fake.interfaceBytes.set("ppp0", { sent, received: 0 });
  await look(45);
  pass(100);
  expect(await look(15)).toEqual([]);
  await look(20);
  pass(200);
  watch.passOver();
  expect(await look(40)).toEqual([30]);
});

test("a clock that is set changes nothing", async () => {
  const { fake, look } = linkWith({});
  await look(1);
  const wallTime = fake.clock.wallTime.bind(fake.clock);
  fake.clock.wallTime = () => wallTime() + 3_600_000 * 24;
  expect(await look(55)).toEqual([49]);
});

test("a link without a record, as somebody else's: since it is up", async () => {
  const fake = new FakeWorld();
  const upSince = fake.clock.wallTime() - 30_000;
  const watch = watchUnit({ peer: "isp", state: "up", upSince }, settings, fake.world);
  await fake.clock.advance(19_000);
  expect(watch.isOver()).toBe(false);
  await fake.clock.advance(1000);
  expect(watch.isOver()).toBe(true);
});

test("a disk that is full loses the word", () => {
  const fake = new FakeWorld();
  fake.storesFail = true;
  expect(() => watchUnit({ peer: "isp", state: "up", pid: 600 }, settings, fake.world).note()).not.toThrow();
});
