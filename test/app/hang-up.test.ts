import { describe, expect, test } from "vitest";
import { dropDtr, hangUp } from "../../src/app/hang-up.ts";
import { FakeWorld } from "./fake-world.ts";
import type { ModemStep } from "./scripted-line.ts";

/** Hang up a line whose modem answers by `modem`; afterwards nothing is pending. */
async function hangUpWith(fake: FakeWorld, modem: readonly ModemStep[]) {
  const stopped = new AbortController();
  const before = fake.clock.now();
  const running = hangUp(fake.line, fake.clock).finally(() => stopped.abort());
  const playing = fake.line.play(modem, fake.clock, () => undefined, stopped.signal);
  const outcome = await fake.clock.runUntil(running);
  const took = fake.clock.now() - before;
  await fake.clock.runUntil(playing);
  expect({ pending: fake.line.pending, sleepers: fake.clock.sleepers }).toEqual({ pending: 0, sleepers: 0 });
  return { outcome, took };
}

describe("dropDtr", () => {
  test("raises DTR as soon as the carrier has gone, not before 100 ms", async () => {
    const fake = new FakeWorld();
    fake.line.dcd = true;
    const before = fake.clock.now();
    expect(await fake.clock.runUntil(dropDtr(fake.line, fake.clock, 1500))).toBe(false);
    expect(fake.clock.now() - before).toBe(100);
    expect(fake.journal).toEqual(["dtr low", "dtr high"]);
  });

  test("holds it low for the whole time while the carrier stays", async () => {
    const fake = new FakeWorld();
    fake.line.dcd = true;
    fake.line.ignoresDtr = true;
    const before = fake.clock.now();
    expect(await fake.clock.runUntil(dropDtr(fake.line, fake.clock, 1500))).toBe(true);
    expect(fake.clock.now() - before).toBeGreaterThanOrEqual(1500);
    expect(fake.line.dtr).toBe(true);
  });

  test("a pty has none", async () => {
    const fake = new FakeWorld({ line: "pty" });
    expect(await dropDtr(fake.line, fake.clock, 1500)).toBeUndefined();
  });
});

describe("hangUp", () => {
  test("by DTR alone where the modem obeys", async () => {
    const fake = new FakeWorld();
    fake.line.dcd = true;
    expect((await hangUpWith(fake, [])).outcome).toEqual({ onHook: true, by: "dtr" });
    expect(fake.line.sent).toBe("");
  });

  test("on a pty, by ATH when the modem listens", async () => {
    const fake = new FakeWorld({ line: "pty" });
    const modem = [{ wait: "AT\r" }, { send: "AT\r\r\nOK\r\n" }, { wait: "ATH\r" }, { send: "\r\nOK\r\n" }];
    expect((await hangUpWith(fake, modem)).outcome).toEqual({ onHook: true, by: "command" });
    expect(fake.line.sent).toBe("AT\rATH\r");
  });

  test("by the escape with a second of silence on both sides of it, whatever the far end sends", async () => {
    const fake = new FakeWorld({ line: "pty" });
    const modem = [
      { send: "~data~", chunk: 1, gap: 0.3 },
      { wait: "+++" },
      { sleep: 1 },
      { send: "\r\nOK\r\n" },
      { wait: "ATH\r" },
      { send: "\r\nOK\r\n" },
    ];
    const { outcome, took } = await hangUpWith(fake, modem);
    expect(outcome).toEqual({ onHook: true, by: "escape" });
    expect(fake.line.sent).toBe("AT\r+++ATH\r");
    expect(took).toBeGreaterThanOrEqual(700 + 1100 + 1000);
  });

  test("a modem that says nothing is not on-hook, and it ends", async () => {
    const silent = new FakeWorld({ line: "pty" });
    expect((await hangUpWith(silent, [])).outcome).toEqual({ onHook: false, by: "nothing" });
  });
});
