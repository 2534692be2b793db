import { describe, expect, test } from "vitest";
import { buildChatSteps, splitExpect } from "../../../src/chat/build-chat-steps.ts";
import { parseChatArgs } from "../../../src/chat/parse-chat-args.ts";

describe("buildChatSteps", () => {
  const show = (...words: string[]) =>
    buildChatSteps(parseChatArgs(words)).map((step) => {
      if (step.kind === "expect") return `expect ${JSON.stringify(step.parts)}`;
      return step.kind === "send" ? `send ${step.text}` : `${step.directive} ${step.value}`;
    });

  test("words alternate; directives take the send behind them", () => {
    expect(show("ABORT", "BUSY", "", "AT", "OK", "ABORT", "TIMEOUT", "5", "SAY", "hi", "OK")).toEqual([
      "abort BUSY",
      "expect []",
      "send AT",
      'expect [{"expect":"OK"}]',
      "send ABORT",
      "timeout 5",
      "say hi",
      'expect [{"expect":"OK"}]',
    ]);
  });

  test("only the exact words are directives, and one without a value does nothing", () => {
    expect(
      show("abort", "x", "CLR_ABORT", "a", "CLR_REPORT", "b", "REPORT", "c", "ECHO", "ON", "HANGUP", "OFF", "ABORT"),
    ).toEqual([
      'expect [{"expect":"abort"}]',
      "send x",
      "clear-abort a",
      "clear-report b",
      "report c",
      "echo ON",
      "hangup OFF",
    ]);
  });

  test("a step's place is that of its word; a directive's that of the keyword", () => {
    const columns = buildChatSteps(parseChatArgs(["ABORT", "B", "OK", "AT"])).map(({ position }) => position.column);
    expect(columns).toEqual([1, 9, 12]);
  });
});

describe("splitExpect", () => {
  test.each<[string, (string | undefined)[][]]>([
    ["", []],
    ["OK", [["OK", undefined]]],
    ["a-b", [["a", "b"]]],
    [
      "a-b-c",
      [
        ["a", "b"],
        ["c", undefined],
      ],
    ],
    [
      "name:--name:",
      [
        ["name:", ""],
        ["name:", undefined],
      ],
    ],
    ["OK-", [["OK", undefined]]],
    ["a--", [["a", ""]]],
    ["-", [["", undefined]]],
    [
      "-AT-OK",
      [
        ["", "AT"],
        ["OK", undefined],
      ],
    ],
    [
      "a\\-b-c\\\\-d",
      [
        ["a\\-b", "c\\\\"],
        ["d", undefined],
      ],
    ],
    ["a\\055b", [["a\\055b", undefined]]],
    ["a^-b", [["a^", "b"]]],
    ["a\\", [["a\\", undefined]]],
  ])("%j", (word, parts) => {
    expect(splitExpect(word).map(({ expect: text, reply }) => [text, reply])).toEqual(parts);
  });
});
