import { describe, expect, test } from "vitest";
import { type ChatProgress, type RunChatRequest, runChat } from "../../src/app/run-chat.ts";
import { parseChatArgs } from "../../src/chat/parse-chat-args.ts";
import { bytesFromLatin1, latin1FromBytes } from "../../src/core/bytes.ts";
import { PppctlError } from "../../src/core/errors.ts";
import { ManualClock } from "./manual-clock.ts";
import { type ModemStep, ScriptedLine } from "./scripted-line.ts";

/** Run `words` against a modem; afterwards nothing may be pending on the line or the clock. */
async function dial(words: readonly string[], modem: readonly ModemStep[], more: Partial<RunChatRequest> = {}) {
  const clock = new ManualClock(500);
  const line = new ScriptedLine();
  const events: ChatProgress[] = [];
  const signals = new AbortController();
  const stopped = new AbortController();
  const running = runChat({
    config: { script: parseChatArgs(words) },
    transport: line,
    clock,
    loadFile: () => Promise.resolve({ kind: "error", reason: "No such file or directory" }),
    onEvent: (event) => events.push(event),
    signal: signals.signal,
    ...more,
  }).finally(() => stopped.abort());
  const playing = line.play(modem, clock, (signal) => signals.abort(signal), stopped.signal);
  const outcome = await clock.runUntil(running);
  await clock.runUntil(playing);
  expect({ pending: line.pending, sleepers: clock.sleepers }).toEqual({ pending: 0, sleepers: 0 });
  return { outcome, line, events, clock };
}

describe("runChat", () => {
  test("a call: what was sent, what is left for pppd, the line of the rate", async () => {
    const words = ["ABORT", "BUSY", "", "ATZ", "OK", "ATDT8765432", "CONNECT", "\\d\\c"];
    const { outcome, line, events } = await dial(words, [
      { wait: "ATZ\r" },
      { sleep: 0.2 },
      { send: "ATZ\r\r\nOK\r\n" },
      { wait: "ATDT8765432\r" },
      { sleep: 3 },
      { send: "\r\nCONNECT 115200/V42\r\n~\x7f}#", chunk: 1, gap: 0.001 },
    ]);
    expect(outcome).toMatchObject({ result: { kind: "ok" }, exitStatus: 0, matchedLine: "CONNECT" });
    expect(outcome.elapsedMs).toBe(4208);
    expect(line.sent).toBe("ATZ\rATDT8765432\r");
    expect(latin1FromBytes(line.unread)).toBe(" 115200/V42\r\n~\x7f}#");
    const told = events.flatMap((event) => {
      if (event.type === "send") return [`> ${event.text}`];
      return event.type === "received" || event.type === "matched" ? [`< ${event.line}`] : [];
    });
    expect(told).toEqual(["> ATZ^M", "< ATZ", "< OK", "> ATDT8765432^M", "< CONNECT", "> \\d"]);
  });

  test("a timeout ends the read, and no byte that comes later is taken", async () => {
    const { outcome, line, clock } = await dial(["TIMEOUT", "2", "OK"], [{ sleep: 1 }, { send: "ERR" }]);
    expect(outcome).toMatchObject({ result: { kind: "timeout", received: ["ERR"] }, exitStatus: 3, elapsedMs: 2000 });
    line.receive("OK");
    await clock.advance(60_000);
    expect(latin1FromBytes(line.unread)).toBe("OK");
  });

  test("a modem that never stops talking does not keep the timeout away", async () => {
    const clock = new ManualClock();
    const endless = {
      read: async (max: number) => {
        await clock.sleep(300);
        return new Uint8Array(max).fill(0x78);
      },
      write: () => Promise.resolve(),
      sendBreak: () => Promise.resolve(),
    };
    const running = runChat({
      config: { script: parseChatArgs(["TIMEOUT", "1", "OK"]) },
      transport: endless,
      clock,
      loadFile: () => Promise.reject(new Error("not asked for")),
    });
    expect((await clock.runUntil(running)).result).toMatchObject({ kind: "timeout", elapsedMs: 1200 });
  });

  test("strict: a delay that was cut leaves no patience, and yet all that is there is read", async () => {
    const config = { script: parseChatArgs(["REPORT", "O", "O", "\\d\\dX"]), strict: true, timeoutSeconds: 1 };
    const { outcome, line, events } = await dial([], [{ send: `O${"y".repeat(100)}` }], { config });
    expect(outcome).toMatchObject({ result: { kind: "send-failed" }, elapsedMs: 2000 });
    expect(events.findLast(({ type }) => type === "report")).toMatchObject({ text: `O${"y".repeat(100)}` });
    expect(line.unread).toEqual(new Uint8Array());
  });

  test.each([
    ["while expecting", ["", "AT", "OK"], "AT\r"],
    ["in a delay", ["", "AT\\d\\d\\dX"], "AT"],
  ])("a signal %s ends it at once", async (_, words, sent) => {
    const { outcome, line, clock } = await dial(words, [
      { wait: "AT" },
      { sleep: 0.7 },
      { signal: "TERM" },
      { send: "OK" },
    ]);
    expect(outcome).toMatchObject({
      result: { kind: "interrupted", reason: "SIGTERM" },
      exitStatus: 2,
      elapsedMs: 700,
    });
    expect(line.sent).toBe(sent);
    await clock.advance(5000);
    expect(latin1FromBytes(line.unread)).toBe("OK");
  });

  test("a signal that was there before: nothing is sent", async () => {
    const { outcome, line } = await dial(["", "AT"], [], { signal: AbortSignal.abort("SIGINT") });
    expect(outcome.result).toMatchObject({ kind: "interrupted", reason: "SIGINT" });
    expect(line.sent).toBe("");
  });

  test("a line that takes nothing fails the send when TIMEOUT ends", async () => {
    const line = new ScriptedLine();
    line.blocked = true;
    const { outcome } = await dial(["TIMEOUT", "3", "", "AT", "OK"], [], { transport: line });
    expect(outcome).toMatchObject({ result: { kind: "send-failed" }, exitStatus: 1, elapsedMs: 3000 });
    expect(line.pending).toBe(0);
  });

  test("a line that hangs up", async () => {
    const { outcome } = await dial(["", "AT", "OK-AT-OK"], [{ wait: "AT\r" }, { sleep: 1 }, { hangup: true }]);
    expect(outcome).toMatchObject({ result: { kind: "line-gone" }, exitStatus: 2, elapsedMs: 1000 });
  });

  test.each([
    new TypeError("a mistake"),
    new PppctlError({ code: "port.closed", message: "closed by someone", exitCode: 7 }),
  ])("an error that is not the line's is the caller's: %s", async (error) => {
    const line = new ScriptedLine();
    line.write = () => Promise.reject(error);
    await expect(dial(["", "AT"], [], { transport: line })).rejects.toBe(error);
  });

  test("@file by the caller's loader, a break by the line", async () => {
    const paths: string[] = [];
    const { line } = await dial(["", "@/etc/pin", "", "BREAK"], [], {
      loadFile: (path) => {
        paths.push(path);
        return Promise.resolve({ kind: "content", bytes: Uint8Array.of(0x31, 0x32, 0x0a) });
      },
    });
    expect([paths, line.sent, line.breaks]).toEqual([["/etc/pin"], "12\r", 1]);
  });

  test("a REPORT line carries the time at which its string was seen", async () => {
    const modem: ModemStep[] = [{ sleep: 2 }, { send: "CONNECT 96" }, { sleep: 0.5 }, { send: "00\r\n" }];
    const { events, line, clock } = await dial(["REPORT", "CONNECT", "CONNECT"], modem);
    const zero = clock.wallTime() - clock.now();
    expect(events.at(-1)).toEqual({ type: "report", text: "CONNECT 9600", wallTime: zero + 2500 });
    expect(latin1FromBytes(line.unread)).toBe("\n");
  });

  test("very long timeouts and none at all", async () => {
    const modem: ModemStep[] = [{ sleep: 4_000_000 }, { send: "OK" }];
    const { outcome } = await dial(["TIMEOUT", "9999999", "OK"], modem);
    expect(outcome).toMatchObject({ result: { kind: "ok" }, elapsedMs: 4_000_000_000 });
    const config = { script: parseChatArgs(["OK"]), timeoutSeconds: 0 };
    expect((await dial([], modem, { config })).outcome.result.kind).toBe("ok");
  });
});

test("a line that never falls silent does not keep a signal from being heard", async () => {
  const clock = new ManualClock();
  const signals = new AbortController();
  let reads = 0;
  const running = runChat({
    config: { script: parseChatArgs(["never"]) },
    transport: {
      read: () => Promise.resolve(bytesFromLatin1("x")),
      readNow: (max) => {
        if (++reads === 3000) setImmediate(() => signals.abort("SIGTERM"));
        if (reads > 1e6) throw new Error("the signal is not heard");
        return bytesFromLatin1("x".repeat(max));
      },
      write: () => Promise.resolve(),
      sendBreak: () => Promise.resolve(),
    },
    clock,
    loadFile: () => Promise.resolve({ kind: "error", reason: "none" }),
    signal: signals.signal,
  });
  expect((await clock.runUntil(running)).result).toMatchObject({ kind: "interrupted", reason: "SIGTERM" });
});
