import { type ReadingState, report } from "./reading-state.ts";
import type { Word } from "./words.ts";

/** Report what pppd says of a word that it cut or that an open quote made. */
export function warnOfWord(state: ReadingState, word: Word): void {
  if (word.warning === undefined) return;
  const start = word.text.slice(0, 20);
  report(
    state,
    word.warning === "too-long"
      ? {
          code: "peer.word-too-long",
          severity: "warning",
          position: word.position,
          message: "this word is longer than 1023 bytes and was cut",
          pppd: `warning: word in file ${word.position.file} too long (${start}...)`,
        }
      : {
          code: "peer.open-quote",
          severity: "warning",
          position: word.position,
          message: "a quote of this word is not closed before the end of the file",
          hint: "close the quote",
          // The text's own mistake: it prints the file's name in place of the word.
          pppd: `warning: quoted word runs to end of file (${word.position.file.slice(0, 20)}...)`,
        },
  );
}
