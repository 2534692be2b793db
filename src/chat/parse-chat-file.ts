import { latin1FromBytes } from "../core/bytes.ts";
import { FileSyntaxError } from "../core/errors.ts";
import { ExitCode } from "../core/exit-codes.ts";
import type { ChatScript } from "./chat-script.ts";

/** chat reads lines in pieces of this many bytes (`STR_LEN - 1` in chat.c). */
const PIECE_LENGTH = 1023;

const NUL = 0;
const TAB = 0x09;
const NEWLINE = 0x0a;
const BLANK = 0x20;
const DOUBLE_QUOTE = 0x22;
const HASH = 0x23;
const SINGLE_QUOTE = 0x27;
const BACKSLASH = 0x5c;

/**
 * Read a chat script file (chat(8), CHAT SCRIPT; `do_file()` in chat.c): blanks and TABs
 * separate words, `#` as the first byte of a line makes it a comment, a word that begins
 * with a quote runs to the same quote on that line, a NUL hides the rest of its line.
 *
 * `file` is the name for messages. With `strict`, lines longer than 1023 bytes are cut as
 * chat cuts them, and a broken script is returned with `broken` set.
 *
 * @throws FileSyntaxError `chat.quote`, exit status 1: a quote is not closed (not with `strict`).
 */
export function parseChatFile(
  bytes: Uint8Array,
  file: string,
  options: { readonly strict?: boolean } = {},
): ChatScript {
  const words: ChatScript["words"][number][] = [];
  const pieceLength = options.strict === true ? PIECE_LENGTH : Number.POSITIVE_INFINITY;
  let line = 1;
  let lineStart = 0;
  // chat counts pieces, and calls them lines in its message.
  let pieces = 0;
  for (let start = 0; start < bytes.length; ) {
    const newline = bytes.indexOf(NEWLINE, start);
    const lineEnd = newline < 0 ? bytes.length : newline;
    const end = Math.min(lineEnd, start + pieceLength);
    pieces++;
    for (const word of splitWords(bytes, start, end)) {
      const position = { file, line, column: word.start - lineStart + 1 };
      if (word.closed) {
        words.push({ text: latin1FromBytes(bytes.subarray(word.from, word.to)), position });
        continue;
      }
      const error = new FileSyntaxError({
        code: "chat.quote",
        what: "this quote is not closed on its line",
        ...position,
        exitCode: ExitCode.fatal,
        hint: "close the quote on the same line; chat scripts have no quotes over several lines",
      });
      if (options.strict !== true) throw error;
      return { file, words, broken: { error, message: `unterminated quote (line ${pieces})` } };
    }
    // fgets(3) leaves the newline to the next piece when this one is full.
    if (end - start === pieceLength) {
      start = end;
    } else {
      start = lineStart = lineEnd + 1;
      line++;
    }
  }
  return { file, words };
}

/** The words of one line: where each begins, and its text without quotes. */
function* splitWords(
  bytes: Uint8Array,
  start: number,
  end: number,
): Generator<{ readonly start: number; readonly from: number; readonly to: number; readonly closed: boolean }> {
  if (bytes[start] === HASH) return;
  const nul = bytes.subarray(start, end).indexOf(NUL);
  const stop = nul < 0 ? end : start + nul;
  for (let at = start; at < stop; ) {
    const first = bytes[at];
    if (first === BLANK || first === TAB) {
      at++;
    } else if (first === DOUBLE_QUOTE || first === SINGLE_QUOTE) {
      const word = at++;
      const from = at;
      // A backslash protects the next byte, and stays for the escape pass.
      while (at < stop && bytes[at] !== first) at += bytes[at] === BACKSLASH && at + 1 < stop ? 2 : 1;
      if (at >= stop) {
        yield { start: word, from, to: stop, closed: false };
        return;
      }
      yield { start: word, from, to: at, closed: true };
      at++;
    } else {
      const from = at;
      while (at < stop && bytes[at] !== BLANK && bytes[at] !== TAB) at++;
      yield { start: from, from, to: at, closed: true };
    }
  }
}
