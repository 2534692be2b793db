import fc from "fast-check";
import { expect, test } from "vitest";
import { bytesFromLatin1 } from "../../src/core/bytes.ts";
import { readPeer } from "../../src/peer/read-peer.ts";
import { findDifferences } from "../unit/peer/compare-with-pppd.ts";
import { optionFile } from "./option-files.ts";
import { askPppd, oraclePath, oracleWords } from "./pppd-oracle.ts";

/** The same files in every run; another seed gives others. */
const seed = 20_240_901;
const count = 800;

function readOurselves(own: string, bytes: Uint8Array) {
  return readPeer({
    name: { file: own },
    extraWords: oracleWords,
    read: (path) => {
      if (path === own) return { kind: "file", bytes };
      return path === "/etc/ppp/options" ? { kind: "file", bytes: new Uint8Array() } : { kind: "missing" };
    },
    deviceKind: (path) => (/^\/dev\/+ttyS[07]$/.test(path) ? "char-device" : "missing"),
    stdinIsTty: false,
  });
}

test(`${count} generated option files are to the reader what they are to the installed pppd`, () => {
  const texts = fc.sample(optionFile, { seed, numRuns: count });
  const answers = askPppd(texts.map(bytesFromLatin1));
  const different = texts.flatMap((text, i) => {
    const answer = answers[i];
    if (answer === undefined) return [{ text, differences: ["no answer"] }];
    const differences = findDifferences(readOurselves(oraclePath(i), bytesFromLatin1(text)), answer);
    return differences.length === 0 ? [] : [{ text, differences }];
  });
  expect(different).toEqual([]);
  // Not all refused, not all accepted: both halves of the comparison took place.
  const accepted = answers.filter(({ status, options }) => status === 0 && options.length > 0).length;
  expect(accepted).toBeGreaterThan(count / 5);
  expect(accepted).toBeLessThan((count * 4) / 5);
});
