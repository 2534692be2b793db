import { describe, expect, test } from "vitest";
import { checkScript } from "../../../src/chat/check-script.ts";
import { parseChatFile } from "../../../src/chat/parse-chat-file.ts";

const check = (...lines: readonly string[]): readonly string[] =>
  checkScript(parseChatFile(new TextEncoder().encode(lines.join("\n")), "s")).map(
    ({ code, severity, position }) => `${position.line}:${position.column} ${severity} ${code}`,
  );

const good = ["ABORT BUSY", "TIMEOUT 10", "'' ATZ", "OK ATD5551000", "CONNECT '\\c'"];

test("a good script has nothing", () => expect(check(...good)).toEqual([]));

describe("words out of step", () => {
  test.each([
    [["'' ATZ", "OK", "ABORT BUSY", "OK ATD1"], ["3:1 warning chat.out-of-step"]],
    [["ATZ", "OK ATD1", "CONNECT '\\c'"], ["1:1 warning chat.out-of-step"]],
    [["'' ATZ", "OK ATD1", "CONNECT"], ["3:1 info chat.odd-words"]],
    [["'' ATZ", "  OK"], ["2:3 info chat.odd-words"]],
    [["'' '\\c'", "ogin: me", "word:"], ["3:1 warning chat.odd-words"]],
    [["'' ATZ", "ABORT"], ["2:1 warning chat.odd-words"]],
    [["ABORT BUSY", "TIMEOUT"], ["2:1 warning chat.odd-words"]],
    [["'' ATZ", "OK ATD1", "CONNECT '\\c'"], []],
    [[], []],
  ])("%j: %j", (lines, findings) => expect(check(...lines)).toEqual(findings));
});

describe("TIMEOUT", () => {
  test.each([
    ["TIMEOUT ten", ["1:9 warning chat.timeout"]],
    ["TIMEOUT 30s", ["1:9 warning chat.timeout"]],
    ["TIMEOUT 0", ["1:9 warning chat.timeout"]],
    ["TIMEOUT -1", ["1:9 warning chat.timeout"]],
    ["TIMEOUT ''", ["1:9 warning chat.timeout"]],
    ["TIMEOUT 30", []],
    ["TIMEOUT $SECONDS", []],
  ])("%s: %j", (line, findings) => expect(check(line)).toEqual(findings));

  test("what chat takes instead is said", () => {
    const say = (line: string) => checkScript(parseChatFile(new TextEncoder().encode(line), "s"))[0]?.message;
    expect(say("TIMEOUT 30s")).toContain("chat takes 30");
    expect(say("TIMEOUT soon")).toContain("chat takes 45");
  });
});

describe("an abort string that is expected", () => {
  test.each([
    [["ABORT ERROR", "'' AT", "ERROR AT"], ["3:1 warning chat.abort-expected"]],
    [["ABORT OK", "'' AT", "'\\r\\nOK' AT"], ["3:1 warning chat.abort-expected"]],
    [["ABORT login", "'' '\\c'", "ogin-AT-login: me"], ["3:1 warning chat.abort-expected"]],
    [["ABORT ERROR", "'' AT", "CLR_ABORT ERROR", "ERROR AT"], []],
    [["'' AT", "ERROR AT", "ABORT ERROR"], []],
    [["ABORT 'NO CARRIER'", "'' AT", "CARRIER ''"], []],
  ])("%j: %j", (lines, findings) => expect(check(...lines)).toEqual(findings));
});

describe("placeholders", () => {
  test.each([
    [
      ["OK ATDT<put phone number here>", "ogin <put login name here>"],
      ["1:4 error", "2:6 error"],
    ],
    [["ogin \\q<put"], ["1:6 error"]],
    [["'>' '<'", "OK AT<R"], []],
  ])("%j: %j", (lines, places) => expect(check(...lines)).toEqual(places.map((place) => `${place} chat.placeholder`)));
});
