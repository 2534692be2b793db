import { afterEach, beforeEach, expect, test } from "vitest";
import { type DialFixture, startDialFixture } from "./dial-fixture.ts";

let world: DialFixture;
beforeEach(async () => {
  world = await startDialFixture();
});
afterEach(() => world.stop());

test("all of a call with times: the dialogue, pppd's lines as pon saw them come, and the end", async () => {
  world.playPppd("open", "up", "exit 16");
  expect(await world.run("pon", ["demo", "nodetach"])).toMatchObject({ status: 16 });
  const { status, stdout, stderr } = await world.run("plog", ["demo"]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  const time = "[A-Z][a-z]{2} [ \\d]\\d \\d\\d:\\d\\d:\\d\\d\\.\\d{3}";
  for (const line of ["chat\\[\\d+\\]: send \\(ATD8765432\\^M\\)", "pppd: local  IP address .*"]) {
    expect(stdout).toMatch(new RegExp(`^${time} ${line}$`, "m"));
  }
  expect(stdout).toMatch(new RegExp(`^${time} pppctl\\[\\d+\\]: pppd has ended with exit status 16\\n$`, "m"));

  const json = await world.run("plog", ["demo", "-1", "--json"]);
  expect(JSON.parse(json.stdout)).toMatchObject({
    exact: true,
    program: "pppctl",
    text: "pppd has ended with exit status 16",
  });
  expect(await world.run("plog", ["demo", "--since", "1 min", "-n", "2"])).toMatchObject({ status: 0 });
});

test("a peer without a call, and words that make no sense, have a code and a hint", async () => {
  expect(await world.run("plog", ["demo"])).toMatchObject({
    status: 1,
    stderr: expect.stringMatching(/^plog: demo: there is no log of a call by pon\nhint: /),
  });
  expect(await world.run("plog", ["demo", "-c", "5"])).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(/^plog: "-c" is for tail: .*\nhint: /),
  });
  expect(await world.run("plog", ["demo", "--since", "soon"])).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(/^plog: "soon" is no time .*\nhint: /),
  });
});
