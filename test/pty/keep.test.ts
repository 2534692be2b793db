import { describe, expect, onTestFinished, test } from "vitest";
import { chatOption, type DialFixture, startDialFixture } from "./dial-fixture.ts";

/** Signals for `pppctl keep`, whatever it is at: the modem is on-hook then, nothing is left, and the status is 0. */

interface Moment {
  readonly number?: string;
  readonly settings?: readonly string[];
  /** The modem hears nothing until it is reset. */
  readonly mute?: "reset";
  /** Until that moment is there. */
  readonly until: (world: DialFixture, output: () => string) => Promise<void>;
}

const patience = { timeout: 30_000 };
const hour = ["set PON_PAUSE=1h", "set PON_PAUSE_MAX=1h"];

const moments: Readonly<Record<string, Moment>> = {
  "while it dials": { number: "5550000", until: (world) => world.untilModem("dial") },
  "while it pauses": {
    number: "5550001",
    settings: hour,
    until: (_, output) => expect.poll(output, patience).toMatch(/demo: waiting until /),
  },
  "when the link is up": { until: (_, output) => expect.poll(output, patience).toMatch(/demo: up on lo/) },
  "while the modem is woken": {
    mute: "reset",
    until: (_, output) => expect.poll(output, patience).toContain("modem: AT: no answer"),
  },
  "while PON_RESET hangs": {
    mute: "reset",
    settings: ['set "PON_RESET=/bin/sleep 1000"'],
    until: (world) => expect.poll(world.processes, patience).toContainEqual(expect.stringContaining("sleep 1000")),
  },
};

describe.each(["SIGTERM", "SIGHUP"] as const)("%s", (signal) => {
  test.each(Object.entries(moments))("%s", async (_, { number = "8765432", settings = [], mute = false, until }) => {
    const numbers = { "5550000": "silence", "5550001": "busy" };
    const world = await startDialFixture({ default: { to: "echo" }, numbers, mute });
    onTestFinished(() => world.stop());
    world.playPppd("open", "up lo", "wait");
    world.put("/etc/chatscripts/demo", `ABORT BUSY\nTIMEOUT 2\n'' AT\nOK ATD${number}\nTIMEOUT 60\nCONNECT '\\c'\n`);
    world.putPeer("demo", chatOption, ...settings);
    const keep = await world.start("pppctl", ["keep", "demo"]);
    await until(world, keep.output);
    process.kill(keep.pid, signal);
    expect(await keep.ended).toMatchObject({ status: 0 });
    await world.expectNothingLeft();
    expect(world.list("/run/pppctl/demo").filter((name) => /record|wait|dialing/.test(name))).toEqual([]);
  });
});
