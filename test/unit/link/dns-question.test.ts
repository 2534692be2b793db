import { describe, expect, test } from "vitest";
import { formatDnsQuestion, isDnsAnswer, isDnsName } from "../../../src/link/dns-question.ts";

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.replaceAll(" ", ""), "hex"));

describe("a question to a name server", () => {
  test.each(["ab.example", "ab.example."])("%s", (name) => {
    const expected = bytes("1234 0100 0001 0000 0000 0000 026162 076578616d706c65 00 0001 0001");
    expect(formatDnsQuestion(0x1234, name)).toEqual(expected);
  });

  test.each([
    ["an answer", "1234 8180 0001 0001 0000 0000", true],
    ["one that is cut short", "1234 8380 0001 0000 0000 0000", true],
    ["no such name", "1234 8183 0001 0000 0000 0000", true],
    ["a server that fails", "1234 8182 0001 0000 0000 0000", false],
    ["one that refuses", "1234 8185 0001 0000 0000 0000", false],
    ["an answer to another question", "1235 8180 0001 0001 0000 0000", false],
    ["another's, by its first byte", "1334 8180 0001 0001 0000 0000", false],
    ["a question", "1234 0100 0001 0000 0000 0000", false],
    ["less than a header", "1234 8180 0001 0001 0000 00", false],
    ["nothing", "", false],
  ])("%s", (_, datagram, expected) => {
    expect(isDnsAnswer(bytes(datagram), 0x1234)).toBe(expected);
  });

  test.each([
    ["a.b", true],
    [`${"a".repeat(63)}.example.`, true],
    [`${"a".repeat(64)}.example`, false],
    ["a..b", false],
    ["", false],
  ])("%s as a name", (name, expected) => {
    expect(isDnsName(name)).toBe(expected);
  });
});
