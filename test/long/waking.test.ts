import { afterAll, afterEach, describe, expect, test } from "vitest";
import { useGuest } from "../vm/guest.ts";
import { dialScript, numbers, useIsp } from "../vm/isp.ts";

/** A modem that has gone deaf, and what wakes it. */

const guest = useGuest();
const state = "/var/lib/pppctl";
/** Where the hooks are not looked at: node takes its time on an emulated machine. */
const noHooks = ["ip-up-script /bin/true", "ip-down-script /bin/true"];
const quick = ["lcp-restart 1", "lcp-max-terminate 1"];
const wakeScript = dialScript(numbers.up).replace("TIMEOUT 20", "TIMEOUT 2");

describe("a modem on a UART that is dead until it is reset", () => {
  const isp = useIsp(guest, { line: "uart", more: { mute: "reset" } });
  afterEach(isp.expectNothingLeft);
  afterAll(() => guest.remove(state));

  test("pon tries everything, runs the user's command, and the call is made", async () => {
    const reset = `set "PON_RESET=/bin/kill -USR2 ${isp.pid()}"`;
    await isp.writePeer("dead", { script: wakeScript, options: [reset, ...quick, ...noHooks] });
    const pon = await isp.run("pon", "-v", "dead");
    expect(pon, pon.stderr).toMatchObject({ status: 0, stdout: expect.stringMatching(/^dead: up on ppp\d+, /) });
    const steps = [...pon.stderr.matchAll(/^dead: modem: (.*)$/gm)].map(([, step]) => step);
    expect(steps.slice(0, 8)).toEqual([
      "it does not answer: waking it",
      "drain",
      "AT: no answer within 1 s",
      "+++: no answer within 2 s",
      "DTR",
      "ATH: no answer within 1 s",
      "close and open",
      "AT: no answer within 1 s",
    ]);
    expect(steps[8]).toBe("PON_RESET has run");
    expect(steps.at(-1)).toBe("it answers after PON_RESET: the script once more");
    const events = (await isp.events()).filter(({ event }) => event === "woken" || event === "dial");
    expect(events.map(({ event }) => event)).toEqual(["woken", "dial"]);
    expect(await isp.run("poff", "dead")).toMatchObject({ status: 0 });
  });
});

describe("a modem on a UART that is dead until +++", () => {
  const isp = useIsp(guest, { line: "uart", more: { mute: "+++" } });
  afterEach(isp.expectNothingLeft);
  afterAll(() => guest.remove(state));

  test("pppctl dial wakes it on pppd's line, and says so in the log of the call", async () => {
    await isp.writePeer("dead", { script: wakeScript, options: ["persist", ...quick, ...noHooks] });
    expect(await isp.run("pon", "dead")).toMatchObject({ status: 0 });
    const { stdout } = await isp.run("plog", "dead");
    expect(stdout).toMatch(
      /modem: AT: no answer within 1 s[\s\S]*modem: it answers after \+\+\+: the script once more/,
    );
    expect(await isp.run("poff", "dead")).toMatchObject({ status: 0 });
  });
});
