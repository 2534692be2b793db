import { afterEach, beforeEach, expect, test } from "vitest";
import { type DialFixture, startDialFixture } from "./dial-fixture.ts";

let world: DialFixture;
beforeEach(async () => {
  world = await startDialFixture();
});
afterEach(() => world.stop());

const commands: readonly (readonly [string, ...string[]])[] = [
  ["pon"],
  ["pon", "--dry-run"],
  ["poff"],
  ["pppctl", "status"],
  ["pppctl", "show"],
  ["pppctl", "check"],
  ["pppctl", "rehearse"],
  ["pppctl", "dial"],
];

test("what `call` refuses is refused by every command", async () => {
  for (const name of ["/etc/ppp/peers/demo", "../peers/demo", "a/../demo", ".."]) {
    for (const [command, ...words] of commands) {
      const { status, stderr } = await world.run(command, [...words, name]);
      expect({ command, words, name, status, stderr }).toMatchObject({
        status: 2,
        stderr: expect.stringContaining("a peer's name may not"),
      });
    }
  }
  expect(world.pppdCalls()).toEqual([]);
});

test.each(["isp/home", "my isp", "zürich", "a*[b]; 'c'", ".hidden", "a\nb", "п".repeat(100)])(
  "%j is a peer's name as any other",
  async (name) => {
    world.put(`/etc/ppp/peers/${name}`, `${world.read("/etc/ppp/peers/demo")}\n`);
    expect(await world.run("pppctl", ["show", name])).toMatchObject({ status: 0 });
    expect(await world.run("pppctl", ["check", name])).toMatchObject({ status: 0 });
    expect(await world.run("pon", ["--dry-run", name])).toMatchObject({ status: 0 });
    expect(await world.run("pppctl", ["status", name])).toMatchObject({ status: 3 });
    world.playPppd("open", "up lo", "wait");
    expect(await world.run("pon", [name])).toMatchObject({ status: 0 });
    const { status, stdout } = await world.run("pppctl", ["status", "--json"]);
    expect([status, JSON.parse(stdout)]).toMatchObject([0, [{ peer: name, state: "up" }]]);
    expect(await world.run("pon", [name])).toMatchObject({ status: 6 });
    expect(await world.run("poff", [name])).toMatchObject({ status: 0 });
    expect(await world.run("pppctl", ["status", name])).toMatchObject({ status: 3 });
    expect(world.pppdCalls()).toHaveLength(1);
    expect(world.pppdCalls()[0]?.argv.slice(0, 2)).toEqual(["call", name]);
  },
);
