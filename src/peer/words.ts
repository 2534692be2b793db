import type { SourcePosition } from "../core/source-position.ts";

/** One word of an option file. */
export interface Word {
  /** Quotes and escapes undone, one character a byte; ends before the first NUL, as in C. */
  readonly text: string;
  /** Of its first byte, an opening quote included. */
  readonly position: SourcePosition;
  /** The first of its line: a newline that is not escaped stands before it, or nothing. Secrets files have lines, option files do not. */
  readonly startsLine?: boolean;
  /** `too-long`: cut at 1023 bytes. `open-quote`: a quote runs to the end of the file. */
  readonly warning?: "too-long" | "open-quote" | "open-quote-too-long";
}

/** pppd/options.h MAXWORDLEN, less the final NUL. */
const maxWordBytes = 1023;

const letterEscapes: ReadonlyMap<string, string> = new Map([
  ["a", "\x07"],
  ["b", "\b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["s", " "],
  ["t", "\t"],
]);

/** isspace(3) in the C locale, in which pppd runs. */
function isSpace(char: string): boolean {
  return char === " " || (char >= "\t" && char <= "\r");
}

function isOctal(char: string | undefined): boolean {
  return char !== undefined && char >= "0" && char <= "7";
}

function isHex(char: string | undefined): boolean {
  return char !== undefined && /^[0-9a-fA-F]$/.test(char);
}

/**
 * The words of an option file, as pppd's getword() (pppd/options.c) reads them:
 * `#` outside quotes ends a word and starts a comment, both quotes may open and
 * close inside a word and span lines, escapes work everywhere, a newline means
 * nothing else than the end of a comment. Any bytes are accepted.
 *
 * @param text the file's bytes, one character a byte (`latin1FromBytes`)
 */
export function* readWords(text: string, file: string): Generator<Word> {
  let at = 0;
  let line = 1;
  let lineStart = 0;
  let newline = text.indexOf("\n");
  const positionOf = (offset: number): SourcePosition => {
    while (newline >= 0 && newline < offset) {
      line++;
      lineStart = newline + 1;
      newline = text.indexOf("\n", lineStart);
    }
    return { file, line, column: offset - lineStart + 1 };
  };

  for (;;) {
    const { start, newline: startsLine } = skipToWord(text, at);
    const scanned = scanWord(text, start);
    at = scanned.end;
    // At the end of the file an empty word is no word, even when it was quoted.
    if (scanned.length === 0 && at >= text.length) return;
    const nul = scanned.text.indexOf("\0");
    const word: Word = {
      text: nul < 0 ? scanned.text : scanned.text.slice(0, nul),
      position: positionOf(start),
      ...(startsLine ? { startsLine } : {}),
    };
    const tooLong = scanned.length > maxWordBytes;
    if (scanned.openQuote && at >= text.length) {
      yield { ...word, warning: tooLong ? "open-quote-too-long" : "open-quote" };
    } else if (tooLong) yield { ...word, warning: "too-long" };
    else yield word;
  }
}

/** The offset of the next word's first byte (its backslash, if it begins with an escape), or the text's length; `newline`: it begins a line. */
function skipToWord(text: string, from: number): { start: number; newline: boolean } {
  let at = from;
  let newline = from === 0;
  for (;;) {
    const char = text[at];
    if (char === undefined) return { start: at, newline };
    if (char === "#") {
      const end = text.indexOf("\n", at);
      if (end < 0) return { start: text.length, newline };
      newline = true;
      at = end + 1;
    } else if (char === "\\" && text[at + 1] === "\n") {
      at += 2;
    } else if (isSpace(char)) {
      newline ||= char === "\n";
      at++;
    } else {
      return { start: at, newline };
    }
  }
}

/** The offset of the first character from `from` on that is not simply part of a word. */
function skipPlain(text: string, from: number): number {
  let at = from;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    // Space, the spaces from \t to \r, and " # ' \
    if (code === 0x20 || (code >= 0x09 && code <= 0x0d)) break;
    if (code === 0x22 || code === 0x23 || code === 0x27 || code === 0x5c) break;
  }
  return at;
}

function scanWord(text: string, from: number): { text: string; length: number; end: number; openQuote: boolean } {
  // Most words are plain to their end: no character is looked at twice.
  let at = skipPlain(text, from);
  let length = at - from;
  let word = text.slice(from, Math.min(at, from + maxWordBytes));
  let quote = "";
  const store = (char: string): void => {
    if (length < maxWordBytes) word += char;
    length++;
  };
  for (;;) {
    const char = text[at];
    if (char === undefined) break;
    at++;
    if (char === "\\") {
      const escaped = text[at];
      if (escaped === undefined) break;
      if (escaped === "\n") at++;
      else if (isOctal(escaped)) {
        let value = 0;
        for (let digits = 0; digits < 3 && isOctal(text[at]); digits++, at++) value = value * 8 + Number(text[at]);
        store(String.fromCharCode(value & 0xff));
      } else if (escaped === "x") {
        at++;
        let value = 0;
        for (let digits = 0; digits < 2 && isHex(text[at]); digits++, at++) {
          value = value * 16 + Number.parseInt(text[at] ?? "", 16);
        }
        store(String.fromCharCode(value));
      } else {
        at++;
        store(letterEscapes.get(escaped) ?? escaped);
      }
    } else if (quote !== "") {
      if (char === quote) quote = "";
      else store(char);
    } else if (char === '"' || char === "'") {
      quote = char;
    } else if (isSpace(char) || char === "#") {
      at--;
      break;
    } else {
      store(char);
    }
  }
  return { text: word, length, end: at, openQuote: quote !== "" };
}
