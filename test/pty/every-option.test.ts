import { expect, test } from "vitest";
import { isAtLeast, pluginNeeds } from "../../src/peer/option-index.ts";
import type { OptionSpec } from "../../src/peer/option-spec.ts";
import { coreOptions } from "../../src/peer/option-table.ts";
import { pluginOptions } from "../../src/peer/plugin-option-table.ts";
import { findDifferences } from "../unit/peer/compare-with-pppd.ts";
import { readOurselves } from "./ask-ourselves.ts";
import { askPppd, installedPppd, type PppdQuestion } from "./pppd-oracle.ts";

/** They end pppd's reading, or move its log away from where it is read here; and sentences that pcap judges, not pppd. */
const elsewhere = new Set("logfile logfd nolog nologfd --version --help -h pass-filter active-filter".split(" "));
const values = ["1", "x", "''", "10.0.0.1"];
const devices = ["ttyS7"];

/** The installed release's, each with no value, and with right and wrong ones; before its plugin and after. */
function askAbout(spec: OptionSpec): readonly PppdQuestion[] {
  const { name, plugin } = spec;
  const needed = plugin === undefined ? undefined : pluginNeeds.get(plugin);
  const load = [needed, plugin].map((word) => (word === undefined ? "" : `plugin ${word}.so\n`)).join("");
  // The other end is not to prove itself: there are no secrets here.
  const ask = (text: string): PppdQuestion => ({
    words: ["file", "/etc/ppp/x/f", "ttyS7", "noauth"],
    files: { "/etc/ppp/x/f": text },
  });
  const given = spec.args === 0 ? [""] : values;
  return [
    ask(load + name),
    ask(`${load}${name}\nlock\n`),
    ask(`${name} 1\n`),
    ...given.map((value) => ask(`${load}${name} ${value}\nmtu 500\n`)),
  ];
}

test("every option, with and without a value", { timeout: 300_000 }, () => {
  const questions = [...coreOptions, ...pluginOptions]
    .filter(({ name, since = "2.4.9", notBuilt }) => {
      return isAtLeast(installedPppd().version, since) && notBuilt !== true && !elsewhere.has(name);
    })
    .flatMap(askAbout);
  const answers = askPppd(questions, devices);
  const different = questions.flatMap((question, i) => {
    const answer = answers[i];
    const differences =
      answer === undefined ? ["no answer"] : findDifferences(readOurselves(question, devices), answer);
    // pcap's own words for a number.
    const known = differences.every((text) => /^messages .*(?:overflows 32 bits|non-octal digit)/.test(text));
    return known ? [] : [{ file: question.files["/etc/ppp/x/f"], differences }];
  });
  expect(different).toEqual([]);
  expect(questions.length).toBeGreaterThan(1000);
});
