import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { chatOption, type DialFixture, startDialFixture } from "./dial-fixture.ts";

let world: DialFixture;
beforeEach(async () => {
  // Slow enough for a signal to find every state: a second of ringing.
  world = await startDialFixture({ default: { afterMs: 1000, to: "echo" }, numbers: { "5550000": "silence" } });
});
afterEach(() => world.stop());

/** A number that rings for as long as the test needs. */
function ringForLong(): void {
  world.put("/etc/chatscripts/demo", "'' AT\nOK ATD5550000\nTIMEOUT 60\nCONNECT '\\c'\n");
}

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** The moments of a call, each by what shows that it is there. */
const moments: Readonly<Record<string, (output: () => string) => Promise<void>>> = {
  "while the port is opened": (output) => expect.poll(output, { timeout: 20_000 }).toContain("opening"),
  "while the modem is asked": () => world.untilModem("command", 1),
  "while it dials": () => world.untilModem("dial"),
  "when it has connected": () => world.untilModem("connect"),
  "while pppd negotiates": async () => {
    await expect.poll(() => world.pppdCalls().length, { timeout: 20_000 }).toBe(1);
  },
};

describe.each(signals)("%s", (signal) => {
  test.each(Object.keys(moments))("%s: on-hook, nothing left, status 5, one line", async (moment) => {
    world.playPppd("open", "log Using interface ppp0", "wait");
    const pon = await world.start("pon", ["demo"]);
    await moments[moment]?.(pon.output);
    process.kill(pon.pid, signal);
    const { status, stdout, stderr } = await pon.ended;
    expect({ status, stdout, last: stderr.split("\n").at(-2) }).toEqual({
      status: 5,
      stdout: "",
      last: `pon: demo: stopped on request (${signal}); the line is given back`,
    });
    await world.expectNothingLeft();
    expect(world.list("/run/pppctl/demo")).not.toContain("record.json");
  });
});

test("before anything is begun, and at any later time: status 5 or the signal's, and nothing is left", async () => {
  world.playPppd("open", "log Using interface ppp0", "wait");
  const begun = performance.now();
  const whole = await world.start("pon", ["demo"]);
  await world.untilModem("command");
  const opened = performance.now() - begun;
  process.kill(whole.pid, "SIGTERM");
  await whole.ended;
  await world.expectNothingLeft();

  for (let part = 0; part < 12; part++) {
    const pon = await world.start("pon", ["demo"]);
    await delay((opened * part) / 10);
    process.kill(pon.pid, "SIGTERM");
    const { status, signal } = await pon.ended;
    // Until its handlers are there a signal ends the process itself: nothing has begun then.
    expect(signal ?? status).toSatisfy((end) => end === "SIGTERM" || end === 5);
    await world.expectNothingLeft();
  }
});

test("when pppd is in the background and IPv4 is still to come: it is ended too", async () => {
  world.playPppd("open", "half-up", "wait");
  const pon = await world.start("pon", ["demo"]);
  await expect.poll(() => world.exists("/run/ppp-demo.pid"), { timeout: 20_000 }).toBe(true);
  process.kill(pon.pid, "SIGTERM");
  expect(await pon.ended).toMatchObject({ status: 5 });
  await world.expectNothingLeft();
});

describe("kill -9", () => {
  test.each(["while it dials", "when it has connected"])(
    "%s: on-hook, no pppd, and the next pon works",
    async (moment) => {
      world.playPppd("open", "log Using interface ppp0", "wait");
      const pon = await world.start("pon", ["demo"]);
      await moments[moment]?.(pon.output);
      process.kill(pon.pid, "SIGKILL");
      expect(await pon.ended).toMatchObject({ signal: "SIGKILL" });
      await expect.poll(world.processes, { timeout: 20_000 }).not.toContainEqual(expect.stringContaining("node"));
      await world.run("poff", ["demo"]);
      await world.untilModem("on-hook");
      expect(world.processes()).toEqual([]);
      // Who ended the call depends on whether poff still found its pppd.
      expect((await world.run("pppctl", ["status", "demo"])).stdout).toMatch(
        /^demo: down\n(?: {2}last failure \d+ s ago: pon was killed while it dialed\n)?$/,
      );
      world.playPppd("open", "up", "wait");
      expect(await world.run("pon", ["demo"])).toMatchObject({ status: 0 });
      expect(await world.run("poff", ["demo"])).toMatchObject({ status: 0 });
      await world.expectNothingLeft();
    },
  );
});

test("a modem that is pulled out while it dials: status 8, and nothing of ours is left", async () => {
  ringForLong();
  const pon = await world.start("pon", ["demo"]);
  await world.untilModem("dial");
  await world.unplugModem();
  const { status, stderr } = await pon.ended;
  expect(status).toBe(8);
  expect(stderr).toMatch(/^pon: demo: .*line.*\nhint: .*\n$/m);
  expect(world.list("/run/lock")).toEqual([]);
  expect(world.processes()).toEqual([]);
});

describe("pppd's own dialing", () => {
  test.each(signals)("%s at pon while pppctl dial runs: all of it ends", async (signal) => {
    ringForLong();
    world.putPeer("demo", chatOption, "persist");
    world.playPppd(`open ${world.device}`, "connect", "up", "wait");
    const pon = await world.start("pon", ["demo"]);
    await world.untilModem("dial");
    process.kill(pon.pid, signal);
    expect(await pon.ended).toMatchObject({ status: 5 });
    await world.expectNothingLeft();
  });

  test("poff while pppctl dial runs: all of it ends, pon says so", async () => {
    ringForLong();
    world.putPeer("demo", chatOption, "persist");
    world.playPppd(`open ${world.device}`, "connect", "up", "wait");
    const pon = await world.start("pon", ["demo"]);
    await world.untilModem("dial");
    expect(await world.run("poff", ["demo"])).toMatchObject({ status: 0 });
    expect((await pon.ended).status).toBe(5);
    await world.expectNothingLeft();
  });
});

/** The one place where time itself is the input. */
function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
