import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cleanString } from "../../../src/chat/clean-string.ts";

describe("cleanString, of a send", () => {
  test.each<[string, string]>([
    ["AT", "AT\r"],
    ["", "\r"],
    ["AT\\c", "AT"],
    ["A\\cT", "AcT\r"],
    ["AT\\c\\c", "ATc"],
    ["AT\\c\\p", "ATc\\p\r"],
    ["\\b\\n\\r\\s\\t\\c", "\b\n\r \t"],
    ["\\d\\p\\K\\\\\\c", "\\d\\p\\K\\\\"],
    ["AT\\", "AT\\\\\r"],
    ["\\N\\0\\00\\000\\400\\c", "\\\0\\\0\\\0\\\0\\\0"],
    ["\\101\\1018\\60\\8\\c", "AA80\\8"],
    ["\\134\\377\\c", "\\\\\xff"],
    ["\\T\\U\\c", "\\T\\U"],
    ["\\^\\-\\@\\k\\$\\c", "\\^\\-\\@\\k\\$"],
    ['^M^m^?^"^^^\\\\c', "\r\r\x1f\x02\x1e\x1c"],
    ["^@^`^ x^", "x^\r"],
    ["\xe4\xff\\c", "\xe4\xff"],
    ["$X$ {X}\\c", "$X$ {X}"],
  ])("%j", (source, text) => {
    expect(cleanString(source, { sending: true })).toEqual({ text, hidden: false });
  });

  test("\\T and \\U are the numbers, which are interpreted again", () => {
    const numbers = { sending: true, phone: "1\\p2^M", phone2: "" };
    expect(cleanString("ATD\\T,\\U\\c", numbers).text).toBe("ATD1\\p2^M,");
  });

  test("\\q hides", () => {
    expect(cleanString("a\\qb", { sending: true })).toEqual({ text: "ab\r", hidden: true });
  });
});

describe("cleanString, of an expect", () => {
  test.each<[string, string]>([
    ["OK", "OK"],
    ["\\d\\p\\K\\N\\c\\b", "dpKNc\b"],
    ["\\T\\U", "\\T\\U"],
    ["a\\\\b\\", "a\\b"],
    ["\\0a\\00\\117", "aO"],
    ["OK^", "OK^"],
    ["O^@K", "OK"],
    ["O\\qK", "OK"],
    ["\\055\\-\\x", "--x"],
  ])("%j", (source, text) => {
    expect(cleanString(source, { sending: false, phone: "1" }).text).toBe(text);
  });
});

test("-E: variables stand for their values, whose ^ are text and whose backslashes are not", () => {
  const env = { A_1: "x^M\\c", EMPTY: undefined };
  const clean = (source: string) => cleanString(source, { sending: false, env }).text;
  expect(clean("<$A_1.$NOPE$EMPTY\\$A_1$-$>")).toBe("<x^M\\c.$A_1->");
  expect(clean("$constructor$__proto__")).toBe("");
});

test("law: any string is cleaned; a send ends in CR or ended in \\c", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom("\\", "^", "$", "c", "d", "7", "0", "T", "\xff") }), (source) => {
      const { text } = cleanString(source, { sending: true, phone: "5", env: {} });
      expect(text.endsWith("\r") || source.endsWith("\\c")).toBe(true);
      cleanString(source, { sending: false });
    }),
  );
});
