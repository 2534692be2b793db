import { describe, expect, test } from "vitest";
import { chatExitStatus } from "../../../src/chat/chat-result.ts";
import { parseChatFile } from "../../../src/chat/parse-chat-file.ts";
import { bytesFromLatin1 } from "../../../src/core/bytes.ts";
import { DrivenChat } from "./drive-chat.ts";

/** What a chat ended with; it must have ended. */
function ended(chat: DrivenChat) {
  const { result } = chat.state;
  if (result === undefined) throw new Error(`the chat goes on: ${chat.state.phase}`);
  return { ...result, exit: chatExitStatus(result) };
}

describe("expecting", () => {
  test("a dial: sends, expects, and takes nothing behind CONNECT", () => {
    const chat = new DrivenChat(["ABORT", "BUSY", "", "AT", "OK", "ATD8765432", "CONNECT"]).start();
    chat.receive("AT\r\r\nOK\r\n").receive("ATD8765432\r\r\nCONNECT 115200\r\n~\x7f}#");
    expect(chat.sent).toBe("AT\rATD8765432\r");
    expect(ended(chat)).toMatchObject({ kind: "ok", exit: 0 });
    expect(chat.line).toBe(" 115200\r\n~\x7f}#");
    expect(chat.state.matchedLine).toBe("CONNECT");
  });

  test("readLimit never goes beyond a match", () => {
    const chat = new DrivenChat(["CONNECT"]).start();
    const limits = [..."\r\nCONCONNEC"].map((char) => {
      chat.give({ type: "bytes", now: 0, bytes: bytesFromLatin1(char) });
      return chat.state.readLimit;
    });
    expect(limits).toEqual([7, 7, 6, 5, 4, 6, 5, 4, 3, 2, 1]);
    expect(new DrivenChat(["OK"]).state.readLimit).toBe(0);
  });

  test("a match may overlap what nearly matched", () => {
    expect(ended(new DrivenChat(["OOK"]).start().receive("OOOK")).kind).toBe("ok");
  });

  test("the rate behind CONNECT can be expected, and the line is whole in what was received", () => {
    const chat = new DrivenChat(["CONNECT", "\\c", "\\n"]).start().receive("\r\nCONNECT 115200\r\n");
    expect(ended(chat).received).toEqual(["CONNECT 115200"]);
    expect(chat.of("received")).toEqual([{ type: "received", line: "CONNECT 115200" }]);
  });

  test("the eighth bit is dropped, and a string that has it never matches", () => {
    expect(ended(new DrivenChat(["OK"]).start().receive("\xcf\xcb")).kind).toBe("ok");
    const never = new DrivenChat(["\xcf\xcb"]).start().receive("\xcf\xcb").pass(45_000);
    expect(ended(never).kind).toBe("timeout");
  });

  test("an empty expect reads nothing and looks for no ABORT", () => {
    const chat = new DrivenChat(["ABORT", "BUSY", "", "A", "^@", "B"]);
    chat.line = "BUSY";
    chat.start();
    expect(ended(chat).kind).toBe("ok");
    expect(chat.line).toBe("BUSY");
  });

  test("ABORT, as chat counts them", () => {
    const words = ["ABORT", "X", "ABORT", "NO CARRIER", "ABORT", "BUSY", "CLR_ABORT", "X", "OK"];
    const chat = new DrivenChat(words).start().receive("\r\nBUSY\r\n");
    expect(ended(chat)).toMatchObject({ kind: "abort", index: 1, string: "BUSY", expected: "OK", exit: 5 });
    expect(ended(chat).step).toEqual({ file: "command line", line: 1, column: words.join(" ").lastIndexOf("OK") + 1 });
  });

  test("on one byte the expect wins, then the first of the ABORTs", () => {
    expect(ended(new DrivenChat(["ABORT", "NOT OK", "OK"]).start().receive("NOT OK")).kind).toBe("ok");
    const words = ["ABORT", "CARRIER", "ABORT", "NO CARRIER", "OK"];
    expect(ended(new DrivenChat(words).start().receive("NO CARRIER"))).toMatchObject({ index: 0 });
  });

  test("the search begins anew with each expect", () => {
    const chat = new DrivenChat(["ABORT", "NO CARRIER", "NO", "\\c", "X"]).start().receive("NO CARRIER").receive("X");
    expect(ended(chat).kind).toBe("ok");
  });

  test("more than 50 ABORTs of any length; from the 252nd on the status stays 255", () => {
    const aborts = Array.from({ length: 300 }, (_, i) => ["ABORT", `<${i}>${"x".repeat(60)}`]).flat();
    const run = (i: number) => ended(new DrivenChat([...aborts, "OK"]).start().receive(`<${i}>${"x".repeat(60)}`));
    expect(run(200)).toMatchObject({ index: 200, exit: 204 });
    expect(run(299)).toMatchObject({ index: 299, exit: 255 });
  });

  test("strict: chat's limits", () => {
    const many = Array.from({ length: 51 }, () => ["ABORT", "x"]).flat();
    expect(ended(new DrivenChat(many, { strict: true }).start())).toMatchObject({ kind: "error", exit: 2 });
    expect(ended(new DrivenChat(["ABORT", "x".repeat(50)], { strict: true }).start()).exit).toBe(1);
    expect(ended(new DrivenChat(["ABORT", "x".repeat(49)], { strict: true }).start()).exit).toBe(0);
    expect(ended(new DrivenChat(["x".repeat(1025)], { strict: true }).start()).exit).toBe(1);
  });
});

describe("time", () => {
  test("a timeout says what was expected, where, what came and how long it took", () => {
    const script = parseChatFile(bytesFromLatin1("TIMEOUT 3\n'' ATZ\n  OK-\\c-OK x"), "/etc/chatscripts/x");
    const chat = new DrivenChat(script).start().receive("ATZ\r\r\nERR").pass(7000);
    expect(ended(chat)).toMatchObject({
      kind: "timeout",
      exit: 3,
      step: { file: "/etc/chatscripts/x", line: 3, column: 3 },
      expected: "OK",
      received: ["ATZ", "ERR"],
      elapsedMs: 6000,
    });
  });

  test("it is 45 s, is set by TIMEOUT, and bytes do not restart it", () => {
    const chat = new DrivenChat(["OK", "\\c", "TIMEOUT", "junk", "A", "\\c", "TIMEOUT", "3x", "B"]).start();
    expect(chat.state.deadline).toBe(45_000);
    chat.pass(10_000).receive("O");
    expect(chat.state.deadline).toBe(45_000);
    chat.receive("K");
    expect(chat.state.deadline).toBe(55_000);
    chat.receive("A");
    expect(chat.state.deadline).toBe(13_000);
  });

  test("-t 0 waits for ever", () => {
    const chat = new DrivenChat(["OK"], { timeoutSeconds: 0 }).start();
    expect(chat.state).toMatchObject({ deadline: undefined, readLimit: 2 });
  });

  test("an early deadline changes nothing", () => {
    const chat = new DrivenChat(["OK"]).start();
    const before = chat.state;
    expect(chat.give({ type: "deadline", now: 44_999 })).toEqual([]);
    expect(chat.state).toEqual(before);
  });

  test("sub-expects: each reply is sent when the one before timed out", () => {
    const chat = new DrivenChat(["TIMEOUT", "1", "a-b-c-EOT-d", "x\\c"]).start();
    expect(chat.pass(1000).sent).toBe("b\r");
    expect(chat.pass(1000).sent).toBe("b\r\x04");
    expect(chat.receive("d").sent).toBe("b\r\x04x");
    expect(ended(chat).kind).toBe("ok");
  });

  test("a list that ends in a reply succeeds", () => {
    expect(ended(new DrivenChat(["a-b"]).start().pass(45_000)).kind).toBe("ok");
  });
});

describe("sending", () => {
  test("delays and breaks divide what is written", () => {
    const chat = new DrivenChat(["", "A\\dB\\pC\\KD\\c"]).start();
    expect([chat.sent, chat.state.deadline]).toEqual(["A", 1000]);
    chat.pass(1000);
    expect([chat.sent, chat.state.deadline]).toEqual(["AB", 1010]);
    chat.pass(10);
    expect(chat.sent).toBe("ABCD");
    expect(chat.effects.map(({ type }) => type).filter((type) => type === "write" || type === "break")).toEqual([
      "write",
      "write",
      "write",
      "break",
      "write",
    ]);
  });

  test("charDelayMs: a pause before each byte", () => {
    const chat = new DrivenChat(["", "AT"], { charDelayMs: 10 }).start();
    expect([chat.sent, chat.pass(10).sent, chat.pass(10).sent, chat.pass(10).sent]).toEqual(["", "A", "AT", "AT\r"]);
    expect(ended(chat).kind).toBe("ok");
  });

  test("a byte that is not out when TIMEOUT ends fails the send", () => {
    const chat = new DrivenChat(["TIMEOUT", "1", "", "A\\d\\dB"]).start().pass(2000);
    expect(chat.sent).toBe("A");
    expect(ended(chat)).toMatchObject({ kind: "send-failed", exit: 1, sending: "A\\d\\dB^M", expected: undefined });
  });

  test("delays alone may last longer", () => {
    expect(ended(new DrivenChat(["TIMEOUT", "1", "", "A\\d\\d\\c"]).start().pass(2000)).kind).toBe("ok");
  });

  test("a write that does not get through", () => {
    const chat = new DrivenChat(["TIMEOUT", "1", "", "A"]);
    chat.give({ type: "start", now: 0 });
    expect(chat.state).toMatchObject({ deadline: 1000, readLimit: 0 });
    chat.give({ type: "deadline", now: 1000 });
    expect(ended(chat).kind).toBe("send-failed");
  });

  test("@file: loaded, one LF dropped, interpreted, hidden", () => {
    const chat = new DrivenChat(["", "@ /etc/pin"], { verbose: true });
    chat.start();
    expect(chat.effects.at(-1)).toEqual({ type: "load-file", path: "/etc/pin" });
    chat.give({ type: "file-loaded", now: 0, content: bytesFromLatin1("12\\s34\n\n") });
    chat.answer();
    expect(chat.sent).toBe("12 34\n\r");
    expect(chat.of("write")[0]?.hidden).toBe(true);
    expect(chat.log).toEqual(["send (??????)"]);
  });

  test("@file that cannot be had", () => {
    const chat = new DrivenChat(["", "@/etc/pin"]).start();
    chat.give({ type: "file-failed", now: 0, reason: "Permission denied" });
    expect(chat.log).toEqual(["/etc/pin -- open failed: Permission denied"]);
    expect(ended(chat)).toMatchObject({ kind: "error", exit: 1, error: { code: "chat.file" } });
  });
});

describe("secrets", () => {
  test("a \\q send is in no text, even when the modem echoes it", () => {
    const chat = new DrivenChat(["word:", "\\qgeheim 1", "OK"], { verbose: true }).start();
    chat.receive("Password:").receive("geheim 1\r\nlast geheim 1").pass(45_000);
    expect(chat.sent).toBe("geheim 1\r");
    const shown = JSON.stringify([chat.effects.filter(({ type }) => type !== "write"), chat.state.result]);
    expect(shown).not.toContain("geheim");
    expect(chat.of("send")).toMatchObject([{ text: "??????", hidden: true }]);
    expect(ended(chat).received).toEqual(["Password:??????", "last ??????"]);
  });

  test("the number of \\T is shown", () => {
    const chat = new DrivenChat(["", "ATD\\T"], { phone: "8765432" }).start();
    expect(chat.of("send")).toMatchObject([{ text: "ATD8765432^M", hidden: false }]);
  });
});

describe("the end", () => {
  test("line-gone fails the expect and tells so", () => {
    const chat = new DrivenChat(["OK"]).start();
    chat.give({ type: "line-gone", now: 5 });
    expect(ended(chat)).toMatchObject({ kind: "line-gone", exit: 2, expected: "OK", elapsedMs: 5 });
  });

  test("an interrupt ends it at once, even in a send", () => {
    const chat = new DrivenChat(["", "A\\dB"]).start();
    chat.give({ type: "interrupt", now: 5, reason: "SIGTERM" });
    expect(ended(chat)).toMatchObject({ kind: "interrupted", reason: "SIGTERM", exit: 2 });
    expect(chat.log).toEqual(["SIGTERM"]);
  });

  test("strict: a broken script fails behind its last good word", () => {
    const script = parseChatFile(bytesFromLatin1("'' A\n'OK"), "f", { strict: true });
    const chat = new DrivenChat(script).start();
    expect(chat.sent).toBe("A\r");
    expect(ended(chat)).toMatchObject({ kind: "error", exit: 1, error: { code: "chat.quote", line: 2, column: 1 } });
  });

  test("REPORT reads the rest of its line, a second for each byte", () => {
    const chat = new DrivenChat(["REPORT", "CONNECT", "CONNECT"]);
    chat.now = 100;
    chat.start().receive("CONNECT");
    expect(chat.state).toMatchObject({ phase: "closing", readLimit: 1, deadline: 1100 });
    chat.pass(900).receive(" 96");
    expect(chat.state.deadline).toBe(2000);
    chat.receive("00\r\n~");
    expect(chat.of("report")).toEqual([{ type: "report", text: "CONNECT 9600", seenAt: 100 }]);
    expect(ended(chat).kind).toBe("ok");
    expect(chat.line).toBe("\n~");
  });

  test("CLR_REPORT after a REPORT has fired (chat crashes)", () => {
    const chat = new DrivenChat(["REPORT", "A", "REPORT", "B", "OK", "\\c", "CLR_REPORT", "B", "OK"]).start();
    chat.receive("A1\nOK").receive("B2\nOK");
    expect(chat.of("report").map(({ text }) => text)).toEqual(["A1"]);
    expect(ended(chat).kind).toBe("ok");
  });

  test("what was received is bounded", () => {
    const chat = new DrivenChat(["OK"]).start();
    for (let i = 0; i < 50; i++) chat.receive(`${i} ${"x".repeat(90)}\r\n`);
    chat.receive("y".repeat(100_000)).pass(45_000);
    const { received } = ended(chat);
    expect(received).toEqual(["y".repeat(400)]);
    expect(chat.state.partialLine.length).toBeLessThanOrEqual(800);
  });
});

test("HANGUP, ECHO, SAY and -V", () => {
  const words = ["HANGUP", "OFF", "ECHO", "ON", "SAY", "hi\\n\\c", "OK", "\\c", "ECHO", "OFF", "HANGUP", "ON", "OK"];
  const chat = new DrivenChat(words).start().receive("a\x01\tb\r\nOK").receive("cOK");
  expect(chat.of("hangup").map(({ ignore }) => ignore)).toEqual([true, false]);
  expect(chat.stderr).toBe("hi\na^A^Ib\nOK\n");
});
