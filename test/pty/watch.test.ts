import { afterEach, beforeEach, expect, test } from "vitest";
import { chatOption, type DialFixture, startDialFixture } from "./dial-fixture.ts";

/** What pon leaves beside pppd for a peer with billing units (cli/watch-main.ts). */

let world: DialFixture;
beforeEach(async () => {
  world = await startDialFixture();
  world.playPppd("open", "up lo", "wait");
});
afterEach(() => world.stop());

const watchers = (): readonly string[] => world.processes().filter((line) => line.includes("watch-main.js"));

test("pon returns, and holds nobody; the watcher is there, and goes with poff", async () => {
  world.putPeer("demo", chatOption, "set PON_UNIT=60", "set PON_UNIT_IDLE=59");
  // It waits for the end of its output, which a process that has it would put off.
  expect(await world.run("pon", ["demo"])).toMatchObject({ status: 0 });
  expect(watchers()).toEqual([expect.stringMatching(/watch-main\.js demo$/)]);
  expect(await world.run("poff", ["demo"])).toMatchObject({ status: 0 });
  expect(watchers()).toEqual([]);
  await world.expectNothingLeft();
});

test("just before the next billing unit it ends a link that nobody uses, and itself; the cause is told", async () => {
  world.putPeer("demo", chatOption, "set PON_UNIT=9", "set PON_UNIT_IDLE=1");
  expect(await world.run("pon", ["demo"])).toMatchObject({ status: 0 });
  await expect.poll(world.processes, { timeout: 20_000 }).toEqual([]);
  const { stdout } = await world.run("pppctl", ["history", "demo"]);
  expect(stdout).toContain("no traffic (for 1 s, before the next billing unit of 9 s)");
  const ensure = await world.run("pppctl", ["ensure", "demo"]);
  expect(ensure).toMatchObject({ status: 75, stderr: expect.stringContaining("nobody used it") });
  expect(world.modemEvents().filter((event) => event === "off-hook")).toHaveLength(1);
  await world.expectNothingLeft();
});

test.each([
  ["--no-wait", ["--no-wait", "demo"], {}],
  ["ifupdown", ["demo"], { IFACE: "ppp0", METHOD: "ppp" }],
])("%s: it waits for the call that pppd makes in the background", async (_name, words, env) => {
  world.putPeer("demo", chatOption, "set PON_UNIT=15", "set PON_UNIT_IDLE=1");
  world.playPppd(`open ${world.device}`, "detach", "connect", "up lo", "wait");
  expect(await world.run("pon", words, env)).toMatchObject({ status: 0 });
  await expect.poll(world.processes, { timeout: 25_000 }).toEqual([]);
  const { stdout } = await world.run("pppctl", ["history", "demo"]);
  expect(stdout).toContain("no traffic (for 1 s, before the next billing unit of 15 s)");
  await world.expectNothingLeft();
});

test("without such settings nothing of ours stays", async () => {
  world.putPeer("demo", chatOption, "set PON_DAY_TIME=1h");
  expect(await world.run("pon", ["demo"])).toMatchObject({ status: 0 });
  expect(world.processes().filter((line) => !/\bcall demo\b/.test(line))).toEqual([]);
  expect(await world.run("poff", ["demo"])).toMatchObject({ status: 0 });
  await world.expectNothingLeft();
});
