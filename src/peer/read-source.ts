import { latin1FromBytes } from "../core/bytes.ts";
import { applyOption, type IncludedFile } from "./apply-option.ts";
import { applyWildWord } from "./apply-wild-word.ts";
import { findOption } from "./option-index.ts";
import type { PeerSourceKind } from "./peer-reading.ts";
import { type ReadingState, report, SkipWord, type WordSource } from "./reading-state.ts";
import { reportUnknown } from "./report-unknown.ts";
import { describeUnreadable } from "./unreadable-file.ts";
import { warnOfWord } from "./warn-of-word.ts";
import { wordFromText } from "./word-text.ts";
import { readWords, type Word } from "./words.ts";

/** Read the bytes of one file, and each file that it includes in its place (pppd/options.c options_from_file). */
export function readFileBytes(
  state: ReadingState,
  file: string,
  bytes: Uint8Array,
  authority: Pick<WordSource, "kind" | "privileged" | "priority">,
): void {
  const text = latin1FromBytes(bytes);
  state.files.push(file);
  state.openFiles.push(file);
  readAllWords(state, readWords(text, file), { ...authority, file, binary: looksBinary(text) });
  state.openFiles.pop();
}

/** Read a file that need not exist; one that cannot be opened is a warning, unless it `mustExist`. */
export function readOptionalFile(
  state: ReadingState,
  file: string,
  kind: PeerSourceKind,
  privileged: boolean,
  mustExist = false,
): void {
  const content = state.read(file);
  if (content.kind === "file") {
    readFileBytes(state, file, content.bytes, { kind, privileged, priority: 1 });
  } else if (content.kind === "denied" && state.request.root === false && kind !== "ppprc") {
    report(state, {
      code: "peer.root-only",
      severity: "warning",
      position: { file, line: 1, column: 1 },
      message: `${file} may be read by root only: what pppd reads there is not known here`,
      hint: "call as root to see all options",
    });
  } else if (content.kind !== "missing" || mustExist) {
    const finding = describeUnreadable(content, file, { file, line: 1, column: 1 });
    // fopen() fails: a warning. A directory opens, and then fails to be read (pppd/options.c getword).
    const fatal = content.kind === "directory" || mustExist;
    report(state, { ...finding, severity: fatal ? "error" : "warning" });
  }
}

/** Where words after the peer stand, in place of a file's path. */
export const commandLine = "command line";

/** Read the words after the peer on the command line, which have root's authority if the caller is root. */
export function readCommandLine(state: ReadingState, texts: readonly string[]): void {
  let column = 1;
  const words = texts.map((text): Word => {
    const word = { text: wordFromText(text), position: { file: commandLine, line: 1, column } };
    column += word.text.length + 1;
    return word;
  });
  const privileged = state.trusted;
  readAllWords(state, words.values(), {
    kind: "command-line",
    file: undefined,
    privileged,
    priority: 2,
    binary: false,
  });
}

function readAllWords(state: ReadingState, words: Iterator<Word>, source: WordSource): void {
  for (let read = words.next(); read.done !== true; read = words.next()) {
    try {
      readWord(state, read.value, words, source);
    } catch (skip) {
      if (!(skip instanceof SkipWord)) throw skip;
    }
  }
}

/** Read a word, and its value from those that follow. */
function readWord(state: ReadingState, word: Word, words: Iterator<Word>, source: WordSource): void {
  warnOfWord(state, word);
  const lookup = findOption(word.text, state.version, state.plugins, state.channel === "tty");
  if (lookup.kind === "absent") {
    if (!applyWildWord(state, word, source)) reportUnknown(state, word, lookup.why, source);
    return;
  }
  let argument: Word | undefined;
  if (lookup.spec.args === 1) {
    const next = words.next();
    if (next.done === true) {
      reportMissingArgument(state, word, source);
      return;
    }
    argument = next.value;
    warnOfWord(state, argument);
  }
  const included = applyOption(state, lookup.spec, word, argument, source);
  if (included !== undefined) readIncludedFile(state, included);
}

function readIncludedFile(state: ReadingState, included: IncludedFile): void {
  const { file, position } = included;
  if (state.openFiles.includes(file)) {
    report(state, {
      code: "peer.loop",
      severity: "error",
      position,
      message: `${file} includes itself; pppd would crash`,
      hint: "remove this line",
    });
  }
  const content = state.read(file);
  if (content.kind === "file") {
    const { kind, privileged, priority } = included;
    readFileBytes(state, file, content.bytes, { kind, privileged, priority });
  } else if (content.kind === "not-a-file" && content.detail === undefined) {
    report(state, {
      code: "peer.not-a-file",
      severity: "warning",
      position,
      message: `${file} is no regular file: what pppd reads there is not known here`,
      hint: "write the options into a file, to have them checked",
    });
  } else {
    report(state, describeUnreadable(content, file, position));
  }
}

function reportMissingArgument(state: ReadingState, word: Word, source: WordSource): void {
  report(state, {
    code: "peer.missing-argument",
    severity: "error",
    position: word.position,
    message: `${word.text} needs a value, and ${source.file === undefined ? "the command line" : "the file"} ends here`,
    hint: `write the value after ${word.text}`,
    pppd:
      source.file === undefined
        ? `too few parameters for option ${word.text}`
        : `In file ${source.file}: too few parameters for option '${word.text}'`,
  });
}

/** NUL or many control characters: no editor wrote this. */
function looksBinary(text: string): boolean {
  const head = text.slice(0, 4096);
  const controls = head.match(/(?![\t-\r\x7f-\x9f])\p{Cc}/gu)?.length ?? 0;
  return head.includes("\0") || controls * 20 > head.length;
}
