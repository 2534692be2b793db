import fc from "fast-check";
import { expect, test } from "vitest";
import type { ConnectEvent } from "../../src/app/connect-events.ts";
import { describeDialFailure } from "../../src/app/describe-dial-failure.ts";
import { dial } from "../../src/app/dial.ts";
import { parseChatArgs } from "../../src/chat/parse-chat-args.ts";
import { causeOfDial } from "../../src/link/dial-failure.ts";
import { FakeWorld } from "./fake-world.ts";

/** Dial by `words`; the modem answers the dial with `answer`, in pieces of `chunk` bytes. */
async function dialTo(answer: string, chunk = answer.length, words = ["", "ATD5551234", "CONNECT", "\\c"]) {
  const fake = new FakeWorld();
  const events: ConnectEvent[] = [];
  const stopped = new AbortController();
  const running = dial({
    config: { script: parseChatArgs(words) },
    line: fake.line,
    clock: fake.clock,
    loadFile: () => Promise.resolve({ kind: "error", reason: "none" }),
    onEvent: (event) => events.push(event),
    signal: new AbortController().signal,
  }).finally(() => stopped.abort());
  const playing = fake.line.play(
    [{ wait: "ATD5551234\r" }, { send: answer, chunk, gap: 0.001 }],
    fake.clock,
    () => undefined,
    stopped.signal,
  );
  const outcome = await fake.clock.runUntil(running);
  await fake.clock.runUntil(playing);
  return { outcome, events, unread: Buffer.from(fake.line.unread).toString("latin1") };
}

test.each([
  ["\r\nCONNECT 33600\r\n", 33600],
  ["\r\nCONNECT 115200/V42BIS\r\n", 115200],
  ["\r\nCONNECT\r\n", undefined],
  ["\r\nCARRIER 28800\r\n\r\nCONNECT 57600\r\n", 57600],
])("%j: the rate and the number", async (answer, rate) => {
  const { outcome, unread } = await dialTo(answer);
  expect(outcome).toMatchObject({ result: { kind: "ok" }, number: "5551234", rate });
  expect(unread).toBe("");
});

test("whatever the pieces, what follows CONNECT's line is left for pppd", async () => {
  const answer = "\r\nCONNECT 33600\r\n~\x7f}#\xc0!\r\n";
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: answer.length }), async (chunk) => {
      const { outcome, unread } = await dialTo(answer, chunk);
      expect(outcome.rate).toBe(33600);
      // The modem falls silent when the dial is over, so the frame may not be whole; its beginning is.
      expect("~\x7f}#\xc0!\r\n".startsWith(unread)).toBe(true);
      expect(outcome.connectLine).toBe("CONNECT 33600");
    }),
  );
});

test("a frame right behind CONNECT without a line end is not eaten beyond its flag", async () => {
  const { outcome, unread } = await dialTo("CONNECT~\x7f}#");
  expect(outcome.result.kind).toBe("ok");
  expect(unread).toBe("\x7f}#");
});

test.each([
  ["\r\n+CME ERROR: incorrect password\r\n", "+CME ERROR: incorrect password", "sim-pin"],
  ["\r\n+CME ERROR: 11\r\n", "+CME ERROR: 11", "sim-pin"],
  ["\r\n+CME ERROR: no network service\r\n", "+CME ERROR: no network service", "modem-error"],
  ["\r\nERROR\r\n", "ERROR", "modem-error"],
])("%j after ABORT ERROR: all of the answer counts", async (answer, string, cause) => {
  const words = ["ABORT", "ERROR", "", "ATD5551234", "CONNECT", "\\c"];
  for (const chunk of [1, answer.length]) {
    const { outcome } = await dialTo(answer, chunk, words);
    expect(outcome.result).toMatchObject({ kind: "abort", string: "ERROR" });
    const failure = describeDialFailure(outcome, { device: "/dev/ttyS1", elapsedMs: 1 });
    expect(failure).toMatchObject({ kind: "abort", string, received: [string] });
    expect(failure && causeOfDial(failure)).toBe(cause);
  }
});

test("a hidden number is neither told nor kept", async () => {
  const { outcome, events } = await dialTo("CONNECT 9600\r\n", 1, ["", "\\qATD5551234", "CONNECT", "\\c"]);
  expect(outcome.number).toBeUndefined();
  expect(JSON.stringify(events)).not.toContain("5551234");
});
