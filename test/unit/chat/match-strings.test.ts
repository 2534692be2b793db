import fc from "fast-check";
import { expect, test } from "vitest";
import { buildExpectMatcher, feedExpect } from "../../../src/chat/match-expect.ts";
import { buildStringsMatcher, feedStrings, findEnd } from "../../../src/chat/match-strings.ts";
import { bytesFromLatin1 } from "../../../src/core/bytes.ts";

const letters = fc.string({ unit: fc.constantFrom("A", "B", "\0"), maxLength: 6 });
const stream = fc.string({ unit: fc.constantFrom("A", "B", "\0"), maxLength: 60 });

test("law: an expect is found where it first ends, and what is matched before is the longest prefix", () => {
  fc.assert(
    fc.property(
      letters.filter((text) => text !== ""),
      stream,
      (pattern, text) => {
        const matcher = buildExpectMatcher(pattern);
        let matched = 0;
        bytesFromLatin1(text).every((byte, i) => {
          matched = feedExpect(matcher, matched, byte);
          const seen = text.slice(0, i + 1);
          const lengths = Array.from({ length: pattern.length + 1 }, (_, n) => n);
          const longest = Math.max(...lengths.filter((n) => seen.endsWith(pattern.slice(0, n))));
          expect(matched).toBe(longest);
          return matched < pattern.length;
        });
      },
    ),
  );
});

test("law: of many strings the lowest that ends at a byte is found, with or without some", () => {
  const strings = fc.array(fc.option(letters, { nil: undefined }), { maxLength: 8 });
  fc.assert(
    fc.property(strings, stream, fc.nat(7), (list, text, unwanted) => {
      const matcher = buildStringsMatcher(list);
      let node = 0;
      bytesFromLatin1(text).forEach((byte, i) => {
        node = feedStrings(matcher, node, byte);
        const seen = text.slice(0, i + 1);
        const ends = list.map((string) => string !== undefined && seen.endsWith(string));
        expect(matcher.first[node]).toBe(ends.indexOf(true));
        expect(findEnd(matcher, node, () => true)).toBe(ends.indexOf(true));
        expect(findEnd(matcher, node, (index) => index !== unwanted)).toBe(
          ends.findIndex((end, index) => end && index !== unwanted),
        );
      });
    }),
  );
});

test("law: how many bytes it takes at least until a string ends", () => {
  fc.assert(
    fc.property(fc.array(letters, { maxLength: 6 }), stream, (list, text) => {
      const matcher = buildStringsMatcher(list);
      let node = 0;
      for (let i = 0; i <= text.length; i++) {
        if (i > 0) node = feedStrings(matcher, node, text.charCodeAt(i - 1));
        const seen = text.slice(0, i);
        const missing = list.map((string) => {
          const begun = [...string].map((_, n) => n).filter((n) => seen.endsWith(string.slice(0, n)));
          return string === "" ? 1 : string.length - Math.max(...begun);
        });
        expect(matcher.ahead[node]).toBe(Math.min(0x7fffffff, ...missing));
      }
    }),
  );
});
