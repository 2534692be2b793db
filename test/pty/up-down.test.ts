import { afterEach, beforeEach, expect, test } from "vitest";
import { type DialFixture, startDialFixture } from "./dial-fixture.ts";

let world: DialFixture;
beforeEach(async () => {
  world = await startDialFixture();
});
afterEach(() => world.stop());

test.each(["up", "down", "keep", "ensure", "unblock"])("pppctl %s --help", async (command) => {
  const { status, stdout, stderr } = await world.run("pppctl", [command, "--help"], {});
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(stdout).toMatch(/\nExamples?:\n[\s\S]*\nExit status: 0 /);
});

test("up: each peer by itself, the status of the first that is not up; ensure sees it; down", async () => {
  world.playPppd("open", "up lo", "wait");
  const up = await world.run("pppctl", ["up", "demo", "nosuch"]);
  expect(up).toMatchObject({
    status: 1,
    stdout: expect.stringMatching(/^demo: up on lo, 10\.64\.64\.2 -> 10\.64\.64\.1, connected 115200 \(\d+\.\d s\)\n$/),
    stderr: expect.stringMatching(/^pppctl: .*peers\/nosuch/),
  });
  expect(await world.run("check-ppp-connection", ["demo"])).toMatchObject({ status: 0, stdout: "", stderr: "" });
  const down = await world.run("pppctl", ["down", "demo"]);
  expect(down).toMatchObject({ status: 0, stdout: `demo: pppd has ended; ${world.device} is closed\n` });
  await world.expectNothingLeft();
});

test("one that is named twice is one", async () => {
  world.playPppd("open", "up lo", "wait");
  const ensure = await world.run("check-ppp-connection", ["demo", "demo"]);
  expect(ensure).toMatchObject({ status: 0, stdout: "demo is up again\n", stderr: "" });
  expect(await world.run("pppctl", ["down", "demo", "demo"])).toMatchObject({ status: 0, stderr: "" });
  expect(world.modemEvents().filter((event) => event === "off-hook")).toHaveLength(1);
  await world.expectNothingLeft();
});

test("a setting that is wrong stops everything that would dial, with its place", async () => {
  world.putPeer("demo", 'connect "chat -f /etc/chatscripts/demo"', "set PON_PAUSE=soon");
  for (const [command, ...words] of [["pon"], ["pppctl", "up"], ["pppctl", "keep"], ["pppctl", "ensure"]] as const) {
    const { status, stderr } = await world.run(command, [...words, "demo"]);
    expect({ status, stderr }).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/\/etc\/ppp\/peers\/demo:4:5: PON_PAUSE is a time from 0 to 1d/),
    });
  }
  expect(world.modemEvents()).not.toContain("off-hook");
});
