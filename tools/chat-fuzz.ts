import { parseArgs } from "node:util";
import { fuzzChats } from "./chat-fuzz/fuzz-chats.ts";
import { ensureSystemPackages, PPP_NEEDS } from "./system-packages.ts";

/**
 * `npm run fuzz -- [--count N] [--seed N] [--first I] [--at-once N]`: random scripts and modems through chat(8) and
 * through our engine. Each difference is printed with its case on one line; `--seed S --first I --count 1` has it again.
 */
const { values } = parseArgs({
  options: {
    count: { type: "string", default: "50000" },
    seed: { type: "string", default: "1" },
    first: { type: "string", default: "0" },
    "at-once": { type: "string", default: "32" },
  },
});
const [count, seed, first, atOnce] = [values.count, values.seed, values.first, values["at-once"]].map((text) => {
  if (/^[0-9]{1,9}$/.test(text)) return Number(text);
  throw new Error(`${text} is no whole number`);
}) as [number, number, number, number];

ensureSystemPackages(PPP_NEEDS);
const begun = performance.now();
const result = await fuzzChats({
  seed,
  first,
  count,
  atOnce,
  onDifference: (difference) => console.log(JSON.stringify(difference)),
  onPair: (pairs) => {
    if (pairs % 1000 === 0) console.error(`${pairs} pairs, ${Math.round((performance.now() - begun) / 1000)} s`);
  },
});
console.log(`chat ended with ${JSON.stringify(result.ends)}`);
console.log(
  `${result.pairs} pairs, ${result.differences.length} differences, ${result.late} runs again, seed ${seed}, ${Math.round((performance.now() - begun) / 1000)} s`,
);
process.exitCode = result.differences.length === 0 ? 0 : 1;
