import fc from "fast-check";
import { expect, test } from "vitest";
import { findDifferences } from "../unit/peer/compare-with-pppd.ts";
import { readOurselves } from "./ask-ourselves.ts";
import { pppdSituation } from "./option-files.ts";
import { askPppd } from "./pppd-oracle.ts";

/** The same files in every run; another SEED gives others. */
const seed = Number(process.env["SEED"] ?? 20_240_901);
const count = Number(process.env["COUNT"] ?? 2000);
const devices = ["ttyS0", "ttyS7", "tts/1"];

/** Two processes and a second of sleep for each, 200 at a time. */
const timeout = 300_000;

test(`${count} generated situations are to the reader what they are to the installed pppd`, { timeout }, () => {
  const questions = fc.sample(pppdSituation, { seed, numRuns: count });
  const answers = askPppd(questions, devices);
  const different = questions.flatMap((question, i) => {
    const answer = answers[i];
    if (answer === undefined) return [{ question, differences: ["no answer"] }];
    const differences = findDifferences(readOurselves(question, devices), answer);
    return differences.length === 0 ? [] : [{ question, differences }];
  });
  expect(different).toEqual([]);
  // Not all refused, not all accepted: both halves of the comparison took place.
  const accepted = answers.filter(({ status, options }) => status === 0 && options.length > 0).length;
  expect(accepted).toBeGreaterThan(count / 5);
  expect(accepted).toBeLessThan((count * 4) / 5);
});
