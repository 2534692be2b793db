import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseChatArgs } from "../../../src/chat/parse-chat-args.ts";
import { parseChatFile } from "../../../src/chat/parse-chat-file.ts";
import { bytesFromLatin1 } from "../../../src/core/bytes.ts";
import { FileSyntaxError } from "../../../src/core/errors.ts";

function words(text: string, strict = false): string[] {
  return parseChatFile(bytesFromLatin1(text), "f", { strict }).words.map((word) => word.text);
}

describe("parseChatFile", () => {
  test.each<[string, string, string[]]>([
    ["nothing", "", []],
    ["blanks and newlines only", " \t\n\n  \n", []],
    ["blanks, TABs and newlines separate", "a b\tc\nd  e", ["a", "b", "c", "d", "e"]],
    ["form feed, VT and CR do not", "a\fb\vc\rd", ["a\fb\vc\rd"]],
    ["a comment begins with the line", "#x y\na\n#z", ["a"]],
    ["an indented # is a word", " # x", ["#", "x"]],
    ["a # behind a word is a word", "a # x#y", ["a", "#", "x#y"]],
    ["both quotes, and the other one inside", `"a 'b" 'c "d'`, ["a 'b", 'c "d']],
    ["empty quotes", `'' ""`, ["", ""]],
    ["a backslash protects a quote and stays", '"a\\"b" c', ['a\\"b', "c"]],
    ["a backslash protects a backslash", '"a\\\\" c', ["a\\\\", "c"]],
    ["text behind a closing quote is a word of its own", '"ab"cd"e', ["ab", 'cd"e']],
    ["quoted words touch", `"ab"'cd'`, ["ab", "cd"]],
    ["quotes inside a word are literal", `a"b c"d`, ['a"b', 'c"d']],
    ["no continuation of lines", "a\\\nb", ["a\\", "b"]],
    ["CRLF: CR joins the last word", "a b\r\nc d\r\n", ["a", "b\r", "c", "d\r"]],
    ["CRLF: behind a quoted word CR is a word", `a "b"\r\n\r\nc`, ["a", "b", "\r", "\r", "c"]],
    ["a NUL hides the rest of its line", "a b\0c d\ne", ["a", "b", "e"]],
    ["bytes above 0x7f, and a BOM", "\xef\xbb\xbfABORT \xff", ["\xef\xbb\xbfABORT", "\xff"]],
  ])("%s", (_, text, expected) => {
    expect(words(text)).toEqual(expected);
    expect(words(text, true)).toEqual(expected);
  });

  test("each word has its place, a quoted one that of its quote", () => {
    const script = parseChatFile(bytesFromLatin1("#c\n  ab\t'c d'ef\n\ng"), "/etc/x");
    expect(script.words.map(({ position: { file, line, column } }) => `${file}:${line}:${column}`)).toEqual([
      "/etc/x:2:3",
      "/etc/x:2:6",
      "/etc/x:2:11",
      "/etc/x:4:1",
    ]);
  });

  test.each([
    ["a 'b c\nd'", 1, 3],
    ['a\n  "', 2, 3],
    ['a b "abc\\\n"', 1, 5],
    ["'a\0b'", 1, 1],
  ])("an open quote is an error at its place: %j", (text, line, column) => {
    const error = (() => {
      try {
        return words(text);
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).toBeInstanceOf(FileSyntaxError);
    expect(error).toMatchObject({ code: "chat.quote", exitCode: 1, file: "f", line, column });
  });

  test("strict: the words before an open quote are kept, with chat's message", () => {
    const script = parseChatFile(bytesFromLatin1("a b\n'c"), "f", { strict: true });
    expect(script.words.map((word) => word.text)).toEqual(["a", "b"]);
    expect(script.broken?.message).toBe("unterminated quote (line 2)");
    expect(script.broken?.error).toMatchObject({ line: 2, column: 1 });
  });

  test("lines are cut after 1023 bytes only when strict", () => {
    const long = `${"x".repeat(1030)} y\n# c`;
    expect(words(long)).toEqual(["x".repeat(1030), "y"]);
    expect(words(long, true)).toEqual(["x".repeat(1023), "x".repeat(7), "y"]);
    const comment = `#${"x".repeat(1030)}\na`;
    expect(words(comment)).toEqual(["a"]);
    expect(words(comment, true)).toEqual(["x".repeat(8), "a"]);
  });

  test("strict: the newline behind a full piece is a line of chat's count", () => {
    const { broken } = parseChatFile(bytesFromLatin1(`${"x".repeat(1023)}\n"`), "f", { strict: true });
    expect(broken?.message).toBe("unterminated quote (line 3)");
    expect(broken?.error.line).toBe(2);
  });

  test("law: a script of quoted words reads back as its words, at their places", () => {
    const word = fc.string({ unit: fc.constantFrom("a", "-", " ", "\t", "#", "'", "^", "\xe4"), maxLength: 8 });
    const gap = fc.constantFrom(" ", "\t", "\n", " \n\t");
    fc.assert(
      fc.property(fc.array(fc.tuple(word, gap)), (pairs) => {
        const text = pairs.map(([content, space]) => `"${content}"${space}`).join("");
        const script = parseChatFile(bytesFromLatin1(text), "f");
        expect(script.words.map(({ text: content }) => content)).toEqual(pairs.map(([content]) => content));
        const lines = text.split("\n");
        for (const { position } of script.words) expect(lines[position.line - 1]?.[position.column - 1]).toBe('"');
      }),
    );
  });

  test("law: strict reading never throws, and agrees with the other one on short lines", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 1000 }), (bytes) => {
        const strict = parseChatFile(bytes, "f", { strict: true });
        if (strict.broken === undefined) expect(parseChatFile(bytes, "f")).toEqual(strict);
        else expect(() => parseChatFile(bytes, "f")).toThrow(strict.broken.error.message);
      }),
    );
  });
});

test("parseChatArgs keeps words as they are, with places as if joined by blanks", () => {
  const { file, words: list } = parseChatArgs(["", "AT", "a b"]);
  expect(file).toBe("command line");
  expect(list.map(({ text, position }) => [text, position.line, position.column])).toEqual([
    ["", 1, 1],
    ["AT", 1, 2],
    ["a b", 1, 5],
  ]);
});
