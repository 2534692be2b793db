import { describe, expect, test } from "vitest";
import { listenForPppd } from "../../src/app/listen-for-pppd.ts";
import { parsePeerName } from "../../src/core/peer-name.ts";
import { FakeWorld } from "./fake-world.ts";

/** Listen; what waits on the line, and what comes so many milliseconds later. How long it took. */
async function listen(fake: FakeWorld, waits: string, later?: readonly [number, string]): Promise<number> {
  const { signal } = new AbortController();
  fake.line.receive(waits);
  const begun = fake.clock.now();
  const running = listenForPppd({ peer: parsePeerName("isp"), signal }, fake.world);
  if (later !== undefined) void fake.clock.sleep(later[0]).then(() => fake.line.receive(later[1]));
  await fake.clock.runUntil(running);
  expect({ pending: fake.line.pending, sleepers: fake.clock.sleepers }).toEqual({ pending: 0, sleepers: 0 });
  expect(fake.left.closed).toBe(true);
  return fake.clock.now() - begun;
}

describe("pppd's disconnect program, where LCP got no answer", () => {
  test.each([
    ["a prompt that waits on the line", "\r\nlogin: login: ", undefined, ["pppctl: no PPP came, but text: login:"]],
    ["one that is asked for", "", [300, "\r\nUsername: "], ["pppctl: no PPP came, but text: Username:"]],
    ["PPP after all", "~\xff}#\xc0!}!}!} }4hello", undefined, []],
    ["silence", "", undefined, []],
  ] as const)("%s", async (_name, waits, later, said) => {
    const fake = new FakeWorld();
    expect(await listen(fake, waits, later)).toBeLessThan(1000);
    expect(fake.said).toEqual(said);
    expect(fake.line.sent).toBe("\r");
    // The line stays pppd's: neither locked nor hung up here.
    expect(fake.journal).toEqual(["close"]);
  });

  test("a full disk loses the quote, and ends nothing", async () => {
    const fake = new FakeWorld();
    fake.storesFail = true;
    await listen(fake, "login: ");
    expect(fake.said).toEqual([]);
  });

  test("whoever ends pppd meanwhile does not wait for it", async () => {
    const fake = new FakeWorld();
    const stop = new AbortController();
    const begun = fake.clock.now();
    const running = listenForPppd({ peer: parsePeerName("isp"), signal: stop.signal }, fake.world);
    void fake.clock.sleep(100).then(() => stop.abort("SIGTERM"));
    await fake.clock.runUntil(running);
    expect(fake.clock.now() - begun).toBe(100);
    expect(fake.left.closed).toBe(true);
  });
});
