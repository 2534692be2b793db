import { readFileSync } from "node:fs";
import { expect, onTestFinished, test } from "vitest";
import { chatOption, type DialFixture, startDialFixture } from "./dial-fixture.ts";

/** As a modem's first command is waited for in these tests. */
const script = "ABORT BUSY\nTIMEOUT 1\n'' AT\nOK ATD8765432\nTIMEOUT 5\nCONNECT '\\c'\n";

/** A simulated modem in the sandbox; a signal resets it. */
async function startModem(
  world: DialFixture,
  mute: string,
): Promise<{ readonly device: string; readonly pid: number; readonly end: () => Promise<void> }> {
  world.put("/etc/ppp/scenario.json", JSON.stringify({ mute }));
  const device = "/dev/modem";
  const words = ["simulate", "--link", device, "--scenario", "/etc/ppp/scenario.json", "--log", "/run/modem.log"];
  const modem = await world.start("pppctl", words);
  await expect.poll(modem.output, { timeout: 20_000 }).toBe(`${device}\n`);
  return {
    device,
    // As the sandbox knows it.
    pid: Number(/^NSpid:.*\s(\d+)$/m.exec(readFileSync(`/proc/${modem.pid}/status`, "utf8"))?.[1]),
    end: async () => {
      process.kill(modem.pid, "SIGTERM");
      await modem.ended;
    },
  };
}

const cases: readonly (readonly [mute: string, reset: readonly string[], said: RegExp])[] = [
  ["+++", [], /it answers after \+\+\+: the script once more\n/],
  ["dtr", [], /close and open\ndemo: modem: AT: ok\ndemo: modem: it answers after close and open: the script/],
  ["reset", ["/bin/kill -USR2 PID"], /PON_RESET has run\ndemo: modem: AT: ok\n/],
];

/** What only waits waits together. */
test("a modem that is dead until +++, DTR or a reset is woken, and the call is made; -v and the log have each step", () =>
  Promise.all(
    cases.map(async ([mute, reset, said]) => {
      const world = await startDialFixture();
      onTestFinished(() => world.stop());
      const modem = await startModem(world, mute);
      world.put("/etc/chatscripts/demo", script);
      const settings = reset.map((command) => `set "PON_RESET=${command.replace("PID", String(modem.pid))}"`);
      world.put("/etc/ppp/peers/demo", [modem.device, "115200", chatOption, "noauth", ...settings, ""].join("\n"));
      const pon = await world.run("pon", ["-v", "demo"]);
      expect(pon, pon.stderr).toMatchObject({ status: 0, stdout: expect.stringMatching(/^demo: up on ppp0/) });
      expect(pon.stderr).toContain("demo: modem: AT: no answer within 1 s\n");
      expect(pon.stderr).toMatch(said);
      const { stdout } = await world.run("plog", ["demo"]);
      expect(stdout).toMatch(
        /modem: it does not answer: waking it[\s\S]*modem: it answers after [\s\S]*send \(ATD8765432/,
      );
      const events = world.read("/run/modem.log").match(/(?<="event":")(woken|dial)/g);
      expect(events).toEqual(["woken", "dial"]);
      expect(await world.run("poff", ["demo"])).toMatchObject({ status: 0 });
      await modem.end();
      await world.expectNothingLeft();
    }),
  ));
