import { expect, test } from "vitest";
import { fuzzChats } from "../../tools/chat-fuzz/fuzz-chats.ts";

/** The same pairs in every run; `npm run fuzz` has others. */
const seed = 3;
const count = 2000;

test(`${count} random scripts and modems: our engine does what chat(8) does`, { timeout: 400_000 }, async () => {
  const { pairs, differences, ends } = await fuzzChats({ seed, first: 0, count, atOnce: 32 });
  expect(differences).toEqual([]);
  expect(pairs).toBe(count);
  // Scripts that come through, that fail, that lose the line, that time out and that abort: each way out was compared.
  for (const end of ["0", "1", "2", "3", "4"]) expect(ends[end] ?? 0).toBeGreaterThan(count / 100);
});
