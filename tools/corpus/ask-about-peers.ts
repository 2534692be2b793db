import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { readOurselves } from "../../test/pty/ask-ourselves.ts";
import { askPppd, type PppdAnswer, type PppdQuestion } from "../../test/pty/pppd-oracle.ts";
import { findDifferences } from "../../test/unit/peer/compare-with-pppd.ts";
import type { CorpusResult } from "./check-chat-scripts.ts";

/** A port for peers that name none. */
const PORT = "ttyS7";

/** Have the installed pppd read option files of a directory, and compare. */
export function askAboutPeers(directory: string, names: readonly string[]): Omit<CorpusResult, "compared"> {
  if (names.length === 0) return { differences: [], skipped: [] };
  const prepared = names.map((name) => prepareQuestion(directory, name));
  // Every device that one of them names is there.
  const devices = [...new Set([PORT, ...prepared.flatMap(({ device }) => device ?? [])])];
  const questions = prepared.map(({ question }) => question);
  let answers: readonly PppdAnswer[];
  try {
    answers = askPppd(questions, devices);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { differences: [], skipped: names.map((name) => `${name}: not compared: ${why}`) };
  }
  const differences = names.flatMap((name, i) => {
    const [question, answer] = [questions[i], answers[i]];
    if (question === undefined || answer === undefined) return [`${name}: no answer`];
    return findDifferences(readOurselves(question, devices), answer).map((text) => `${name}: ${text}`);
  });
  return { differences, skipped: [] };
}

/**
 * The peer with the files that it includes: those of the directory by their name, and empty ones for what else it names
 * below /etc/ppp. `noauth` comes after a peer that demands the other end's proof, for there are no secrets.
 */
function prepareQuestion(directory: string, name: string): { question: PppdQuestion; device: string | undefined } {
  const files: Record<string, Uint8Array> = { [`/etc/ppp/peers/${name}`]: readFileSync(join(directory, name)) };
  let question: PppdQuestion = { words: ["call", name], files };
  let reading = readOurselves(question, []);
  const missing = (): string | undefined =>
    reading.findings
      .map(({ code, pppd }) =>
        code === "peer.missing" ? /options file (\/etc\/ppp\/.*): /.exec(pppd ?? "")?.[1] : undefined,
      )
      .find((path) => path !== undefined && files[path] === undefined);
  for (let path = missing(); path !== undefined; path = missing()) {
    const companion = [join(directory, basename(path)), ...[join(directory, "..", basename(path))]].find(existsSync);
    files[path] = companion === undefined ? new Uint8Array() : readFileSync(companion);
    reading = readOurselves(question, []);
  }
  const device = reading.device?.path.replace(/^\/dev\/+/, "");
  const standsAlone = reading.options.some(({ name: option }) => ["pty", "socket", "notty"].includes(option));
  const demands = reading.options.some(({ name: option }) => option === "auth" || option.startsWith("require-"));
  const words = [
    ...question.words,
    ...(device === undefined && !standsAlone && reading.channel === "tty" ? [PORT] : []),
    ...(demands ? ["noauth"] : []),
  ];
  question = { words, files };
  return { question, device };
}
