import { describe, expect, test } from "vitest";
import { isPlainlyUp } from "../../src/app/is-plainly-up.ts";
import { parsePeerName } from "../../src/core/peer-name.ts";
import type { LinkRecord } from "../../src/link/link-record.ts";
import { formatWaitRecord, waitRecordName } from "../../src/link/wait-record.ts";
import { FakeWorld } from "./fake-world.ts";
import { putRecord } from "./put-record.ts";

const connectLine = 'connect "chat -f /etc/chatscripts/isp"';
const mark = { pid: 600, startTime: 42 };

/** A link that is up as pon has left it. */
function worldWith(lines: readonly string[] = [], record: Partial<LinkRecord> = {}): FakeWorld {
  const fake = new FakeWorld({ peer: [connectLine, ...lines] });
  fake.addresses.set("ppp0", ["10.0.0.2"]);
  fake.addProcess(600, ["/usr/sbin/pppd", "call", "isp"], { startTime: mark.startTime });
  fake.files.set("/run/ppp-isp.pid", "600\nppp0\n");
  putRecord(fake, { origin: "direct", pppd: mark, iface: "ppp0", ...record });
  return fake;
}

/** Without the list of all processes, which is what it is to spare. */
function look(fake: FakeWorld): Promise<boolean> {
  const processes = {
    ...fake.world.processes,
    list: () => {
      throw new Error("it has looked at all processes");
    },
  };
  return isPlainlyUp(parsePeerName("isp"), { ...fake.world, processes });
}

describe("a link that is plainly up", () => {
  test("our record says so, and the machine confirms it: nothing is touched", async () => {
    const fake = worldWith();
    expect(await look(fake)).toBe(true);
    expect(fake.journal).toEqual([]);
  });

  test.each<readonly [string, (fake: FakeWorld) => void]>([
    ["its pppd has gone", (fake) => fake.processes.delete(600)],
    [
      "the pid is another pppd's now",
      (fake) => fake.addProcess(600, ["/usr/sbin/pppd", "call", "isp"], { startTime: 43 }),
    ],
    ["it calls another peer", (fake) => fake.addProcess(600, ["pppd", "call", "other"], { startTime: 42 })],
    ["its interface has gone", (fake) => fake.addresses.delete("ppp0")],
    ["its interface has no address", (fake) => fake.addresses.set("ppp0", [])],
    ["nobody of ours has made it", (fake) => fake.records.clear()],
    ["its peer's file has a mistake", (fake) => fake.files.set("/etc/ppp/peers/isp", "nosuchoption\n")],
    [
      "who pauses has it wait",
      (fake) => {
        const { self, clock } = fake.world;
        const wait = { version: 1, by: self, who: "dial", since: clock.wallTime(), nextAt: clock.wallTime() } as const;
        fake.addProcess(self.pid, ["node"], { startTime: self.startTime });
        fake.records.get("isp")?.set(waitRecordName, formatWaitRecord(wait));
      },
    ],
  ])("not when %s", async (_, spoil) => {
    const fake = worldWith();
    spoil(fake);
    expect(await look(fake)).toBe(false);
    expect(fake.journal).toEqual([]);
  });

  test.each<readonly [string, readonly string[], Partial<LinkRecord>]>([
    ["it is negotiated", [], { phase: "network" }],
    ["its call is in the history already", [], { settled: true }],
    ["its interface has addresses all the time", ["demand"], {}],
  ])("not when %s", async (_, lines, record) => {
    expect(await look(worldWith(lines, record))).toBe(false);
  });

  test("its probe has one try: what fails it is looked at closer", async () => {
    const fake = worldWith(["set 'PON_PROBE=ping 10.0.0.1'", "set PON_PROBE_COUNT=3"]);
    expect(await look(fake)).toBe(true);
    fake.probes.push(false);
    expect(await look(fake)).toBe(false);
    expect(fake.journal).toEqual(["probe ping", "probe ping"]);
  });
});
