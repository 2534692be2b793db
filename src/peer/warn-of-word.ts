import { type ReadingState, report } from "./reading-state.ts";
import type { Word } from "./words.ts";

/** Report what pppd says of a word that it cut or that an open quote made, in pppd's order. */
export function warnOfWord(state: ReadingState, word: Word): void {
  const { warning, position } = word;
  if (warning === undefined) return;
  if (warning !== "too-long") {
    report(state, {
      code: "peer.open-quote",
      severity: "warning",
      position,
      message: "a quote of this word is not closed before the end of the file",
      hint: "close the quote",
      // The text's own mistake: it prints the file's name in place of the word.
      pppd: `warning: quoted word runs to end of file (${position.file.slice(0, 20)}...)`,
    });
  }
  if (warning !== "open-quote") {
    report(state, {
      code: "peer.word-too-long",
      severity: "warning",
      position,
      message: "this word is longer than 1023 bytes and was cut",
      hint: "put a long command into a script of its own",
      pppd: `warning: word in file ${position.file} too long (${word.text.slice(0, 20)}...)`,
    });
  }
}
