import { describe, expect, test } from "vitest";
import { parseChatFile } from "../../../src/chat/parse-chat-file.ts";
import { checkDial, type DialFacts } from "../../../src/modem/check-dial.ts";

const read = (...lines: readonly string[]) => parseChatFile(new TextEncoder().encode(lines.join("\n")), "s");
const facts: DialFacts = {
  phone: undefined,
  phone2: undefined,
  optionPosition: { file: "peer", line: 7, column: 9 },
  before: [],
  hangsUpByDtr: true,
  leadsToPpp: true,
};
const check = (lines: readonly string[], more: Partial<DialFacts> = {}): readonly string[] =>
  checkDial(read(...lines), { ...facts, ...more }).map(
    ({ code, severity, position: { file, line, column } }) => `${file}:${line}:${column} ${severity} ${code}`,
  );

const start = ["ABORT BUSY", "'' 'AT&D2'"];
const end = ["CONNECT '\\c'"];

test("a good script has nothing, nor has one that dials nothing", () => {
  expect(check([...start, "OK ATDT5551000", ...end])).toEqual([]);
  expect(check(["'' AT&D0", "OK ''"])).toEqual([]);
  expect(check([])).toEqual([]);
});

describe("the number", () => {
  test.each([
    "ATD5551000",
    "ATDP0,,123",
    "ATX3M1L1DT(030) 555-1000",
    "\\d\\datdt*99***1#",
    "ATD*99#",
    "ATD#777",
    "ATDT+44123456;",
    "ATDS=1",
    "ATDL",
    "ATD$NUMBER",
    "ATDT1234WABC",
  ])("%s is one", (send) => expect(check([...start, `OK '${send}'`, "CONNECT '\\c'"])).toEqual([]));

  test.each([
    ["ATDT\\T", "s:3:4 error chat.no-number"],
    ["ATD\\U", "s:3:4 error chat.no-number"],
    ["ATDT", "s:3:4 error chat.no-number"],
    ["ATD ", "s:3:4 error chat.no-number"],
    ["ATDT********", "s:3:4 error chat.placeholder"],
    ["ATDTxxxxxxx", "s:3:4 error chat.placeholder"],
    ["ATDT[number]", "s:3:4 error chat.placeholder"],
    ["ATDPHONE-NUMBER", "s:3:4 error chat.placeholder"],
    ["ATDT...", "s:3:4 error chat.placeholder"],
  ])("%s is none", (send, finding) => expect(check([...start, `OK '${send}'`, ...end])).toEqual([finding]));

  test("of chat's -T, where that stands", () => {
    const lines = [...start, "OK ATDT\\T", ...end];
    expect(check(lines, { phone: "********" })).toEqual(["peer:7:9 error chat.placeholder"]);
    expect(check(lines, { phone: "5551000" })).toEqual([]);
  });
});

describe("ABORT of a modem's answer", () => {
  test.each([
    [["'' AT&D2", "OK ATD1", "ABORT BUSY", "CONNECT '\\c'"], ["s:3:7 warning chat.abort-late"]],
    [["'' AT&D2", "OK ATD1", "CONNECT '\\c'", "ABORT 'NO CARRIER'"], ["s:4:7 warning chat.abort-late"]],
    // What the provider's login may say comes after the dial.
    [["'' AT&D2", "OK ATD1", "CONNECT '\\c'", "ABORT 'Login incorrect'", "ogin: '\\c'"], []],
    [["ABORT BUSY", "'' AT&D2", "OK ATD1", "CONNECT '\\c'", "ABORT BUSY"], []],
  ])("%j: %j", (lines, findings) => expect(check(lines)).toEqual(findings));
});

describe("after CONNECT", () => {
  test.each([
    [["OK ATDT5551000", "CONNECT ''"], ["s:4:9 warning chat.connect-return"]],
    [["OK ATDT5551000", 'CONNECT ""'], ["s:4:9 warning chat.connect-return"]],
    [["OK ATDT5551000", "CONNECT"], []],
    [["OK ATDT5551000", "CONNECT '\\d\\c'"], []],
    // A packet network does not mind; a login wants to be woken.
    [["OK ATD*99***1#", "CONNECT ''"], []],
    [["OK ATDT#777", "CONNECT ''"], []],
    [["OK ATDT5551000", "CONNECT ''", "ogin: me"], []],
    [["OK ATDT5551000"], ["s:3:4 warning chat.no-connect"]],
    [["OK ATDT5551000", "TIMEOUT 60"], ["s:3:4 warning chat.no-connect"]],
  ])("%j: %j", (lines, findings) => expect(check([...start, ...lines])).toEqual(findings));

  test("only before PPP", () => {
    expect(check([...start, "OK ATDT5551000"], { leadsToPpp: false })).toEqual([]);
  });
});

describe("DTR", () => {
  test.each([
    [["'' ATZ", "OK ATD5551000", ...end], ["s:2:4 info chat.no-dtr-hangup"]],
    [["'' AT&F&D0", "OK ATD5551000", ...end], ["s:1:4 warning chat.no-dtr-hangup"]],
    [["'' AT&D2", "OK 'AT&D1'", "OK ATD5551000", ...end], ["s:2:4 warning chat.no-dtr-hangup"]],
    [["'' 'AT&F\\\\Q3&D3'", "OK ATD5551000", ...end], []],
    [["'' AT&D2DT5551000", ...end], []],
  ])("%j: %j", (lines, findings) => expect(check(lines)).toEqual(findings));

  test("set by the peer's init, or not used at all", () => {
    const lines = ["'' ATZ", "OK ATD5551000", ...end];
    expect(check(lines, { before: [read("'' AT&D3", "OK ''")] })).toEqual([]);
    expect(check(lines, { hangsUpByDtr: false })).toEqual([]);
  });
});
