import { describe, expect, test } from "vitest";
import { dialForPppd } from "../../src/app/dial-for-pppd.ts";
import { PppctlError } from "../../src/core/errors.ts";
import { parsePeerName } from "../../src/core/peer-name.ts";
import { FakeWorld } from "./fake-world.ts";
import type { ModemStep } from "./scripted-line.ts";

/** Dial; an error of ours is the result. */
async function dial(fake: FakeWorld, modem: readonly ModemStep[]): Promise<PppctlError | undefined> {
  const signals = new AbortController();
  const stopped = new AbortController();
  const running = dialForPppd(
    { peer: parsePeerName("isp"), startedBy: [], signal: signals.signal, onEvent: () => undefined },
    fake.world,
  )
    .then(
      () => undefined,
      (error: unknown) => {
        if (error instanceof PppctlError) return error;
        throw error;
      },
    )
    .finally(() => stopped.abort());
  const playing = fake.line.play(modem, fake.clock, (signal) => signals.abort(signal), stopped.signal);
  const result = await fake.clock.runUntil(running);
  await fake.clock.runUntil(playing);
  expect({ pending: fake.line.pending, sleepers: fake.clock.sleepers }).toEqual({ pending: 0, sleepers: 0 });
  return result;
}

const untilDialed: readonly ModemStep[] = [{ wait: "AT\r" }, { send: "OK\r\n" }, { wait: "ATD8765432\r" }];
const record = (fake: FakeWorld): unknown => JSON.parse(fake.records.get("isp")?.get("dial.json") ?? "null");

describe("pppd's connect program", () => {
  test("connected: the line is given back with every byte after CONNECT's line, and the rate is left for the hooks", async () => {
    const fake = new FakeWorld();
    expect(await dial(fake, [...untilDialed, { send: "\r\nCONNECT 9600\r\n~frame" }])).toBeUndefined();
    expect(Buffer.from(fake.line.unread).toString("latin1")).toBe("~frame");
    expect(fake.left.closed).toBe(true);
    expect(record(fake)).toMatchObject({ device: "/dev/ttyS1", number: "8765432", connectRate: 9600 });
    // The line is pppd's: neither locked nor hung up here.
    expect(fake.journal).toEqual(["close"]);
  });

  test.each([
    ["the first ABORT string", [...untilDialed, { send: "\r\nBUSY\r\n" }], 4, "abort"],
    ["a timeout", [], 3, "timeout"],
    ["a lost line", [...untilDialed, { hangup: true }], 2, "line-gone"],
    ["SIGTERM", [...untilDialed, { signal: "TERM" }], 2, "interrupted"],
  ] as [string, readonly ModemStep[], number, string][])(
    "%s: chat's status, the reason in the record",
    async (_, modem, status, kind) => {
      const fake = new FakeWorld();
      expect(await dial(fake, modem)).toMatchObject({ exitCode: status });
      expect(record(fake)).toMatchObject({ failure: { kind } });
      expect(fake.left.closed).toBe(true);
    },
  );

  test("a record that cannot be written loses the reason, not the call", async () => {
    const fake = new FakeWorld();
    fake.storesFail = true;
    expect(await dial(fake, [...untilDialed, { send: "\r\nCONNECT\r\n" }])).toBeUndefined();
  });

  test("a peer without a chat script, and one that is missing", async () => {
    expect(await dial(new FakeWorld({ peer: ["connect /bin/true"] }), [])).toMatchObject({ code: "dial.no-script" });
    const fake = new FakeWorld();
    fake.files.delete("/etc/ppp/peers/isp");
    expect(await dial(fake, [])).toMatchObject({ exitCode: 1 });
  });
});
