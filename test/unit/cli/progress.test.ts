import { expect, it } from "vitest";
import type { ConnectEvent } from "../../../src/app/connect-events.ts";
import { makeProgress } from "../../../src/cli/progress.ts";
import { ManualClock } from "../../app/manual-clock.ts";

/** What is written, with the start of a line that is written over as `@`. */
function makeShown(isTTY: boolean, verbose = false) {
  let written = "";
  const stream = { isTTY, columns: 80, write: (text: string) => (written += text) };
  const clock = new ManualClock();
  const progress = makeProgress({ peer: "isp", stream, env: { NO_COLOR: "1" }, verbose, clock });
  const take = (): string => {
    const text = written.replaceAll("\r\u001b[K", "@");
    written = "";
    return text;
  };
  return { progress, clock, take };
}

const dialing: ConnectEvent = { type: "dialing", number: "8765432" };
const waiting: ConnectEvent = { type: "waiting", what: '"CONNECT"' };
const failed: ConnectEvent = {
  type: "dial-failed",
  lines: ["at x"],
  sent: "ATD8765432",
  received: ["RINGING", "BUSY"],
};

it("on a terminal the line says what is waited for and for how long, from a second on", async () => {
  const { progress, clock, take } = makeShown(true);
  progress.show(dialing);
  progress.show(waiting);
  expect(take()).toBe("@isp: dialing 8765432 …");
  await clock.advance(1000);
  expect(take()).toBe('@isp: dialing 8765432, waiting for "CONNECT" … 1 s');
  await clock.advance(2000);
  expect(take()).toMatch(/@isp: dialing 8765432, waiting for "CONNECT" … 3 s$/);
  progress.show({ type: "negotiating" });
  expect(take()).toBe("@isp: negotiating …");
  progress.end();
  expect(take()).toBe("@");
  expect(clock.sleepers).toBe(0);
});

it("a try is counted on the line of the next", () => {
  const { progress, take } = makeShown(true);
  const redialing = { peer: "isp", number: undefined, at: 0, waitMs: 5000, attempt: 2, attempts: 5 };
  progress.show({ type: "redialing", ...redialing });
  progress.show(dialing);
  expect(take()).toBe("isp: dialing again in 5 s (try 2 of 5)\n@isp: try 2 of 5: dialing 8765432 …");
  progress.end();
});

it("how a modem is woken: one line, and each step with -v", () => {
  const { progress, take } = makeShown(false);
  progress.show({ type: "waking", text: "drain" });
  progress.show({ type: "waking", text: "AT: no answer within 1 s" });
  expect(take()).toBe("isp: the modem does not answer: waking it\n");
  const verbose = makeShown(false, true);
  verbose.progress.show({ type: "waking", text: "drain" });
  verbose.progress.show({ type: "waking", text: "AT: no answer within 1 s" });
  expect(verbose.take()).toBe("isp: modem: drain\nisp: modem: AT: no answer within 1 s\n");
});

it.each([true, false])("the last exchange is shown when the dial fails (terminal: %s)", (isTTY) => {
  const { progress, take } = makeShown(isTTY);
  progress.show(failed);
  progress.end();
  expect(take()).toBe("isp: > ATD8765432\nisp: < RINGING\nisp: < BUSY\n");
});

it("nothing that came is said too", () => {
  const { progress, take } = makeShown(false);
  progress.show({ type: "dial-failed", lines: [], sent: "ATZ", received: [] });
  progress.end();
  expect(take()).toBe("isp: > ATZ\nisp: < (nothing)\n");
});

it("elsewhere it is a line an event, and nothing ticks", () => {
  const { progress, clock, take } = makeShown(false);
  progress.show(dialing);
  progress.show(waiting);
  progress.show(dialing);
  expect(take()).toBe("isp: dialing 8765432\n");
  expect(clock.sleepers).toBe(0);
});
