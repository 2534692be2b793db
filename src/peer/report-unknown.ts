import { findNearestNames } from "../core/nearest-names.ts";
import { addOption, makeOption } from "./enter-option.ts";
import { listOptionNames } from "./option-index.ts";
import { type ReadingState, report, type WordSource } from "./reading-state.ts";
import { textFromWord } from "./word-text.ts";
import type { Word } from "./words.ts";

/**
 * Report a word that pppd would not know; `why` says so when it is an option of another release or plugin.
 * After a plugin whose options we do not know it is only a warning, and the word is kept.
 */
export function reportUnknown(state: ReadingState, word: Word, why: string | undefined, source: WordSource): void {
  const { position } = word;
  const pppd = formatUnrecognized(word.text, source);
  if (source.binary) {
    report(state, {
      code: "peer.binary",
      severity: "error",
      position,
      message: "this is a binary file, not an option file",
      hint: "name a peer file with pppd options",
      pppd,
    });
  }
  if (state.foreignPlugin && why === undefined) {
    report(state, {
      code: "peer.unknown-plugin-option",
      severity: "warning",
      position,
      message: `'${textFromWord(word.text)}' is not an option of pppd; perhaps the plugin knows it`,
      hint: "look it up in the plugin's own documentation",
    });
    addOption(state, makeOption("option", word.text, word, undefined, source));
    return;
  }
  const near = why === undefined ? findNearestNames(word.text, listOptionNames(state.version)) : [];
  report(state, {
    code: "peer.unknown-option",
    severity: "error",
    position,
    message: `unknown option '${textFromWord(word.text)}'${why === undefined ? "" : `: ${why}`}`,
    hint: near.length > 0 ? `did you mean ${near.join(" or ")}?` : adviseOnUnknown(state, word),
    pppd,
  });
}

/** A value of several words without quotes, a device without its slash, or anything. */
function adviseOnUnknown(state: ReadingState, { text, position }: Word): string {
  if (/^dev\/./.test(text)) return `did you mean /${textFromWord(text)}?`;
  const before = state.options.at(-1);
  const value = before?.argPositions[0];
  const isNext = value !== undefined && value.file === position.file && value.line === position.line;
  return isNext && before?.kind === "option"
    ? `${before.word} takes one word: put quotes around the whole value, if this belongs to it`
    : "correct or remove it; pppd(8) lists all options";
}

/** pppd's words for what it does not know (pppd/options.c options_from_file, parse_args). */
export function formatUnrecognized(word: string, source: WordSource): string {
  return source.file === undefined
    ? `unrecognized option '${word}'`
    : `In file ${source.file}: unrecognized option '${word}'`;
}
