import { HIDDEN_TEXT } from "./visible-text.ts";

/** Bytes of a line that are remembered. */
const LINE_LIMIT = 400;
/** Lines, and bytes of all of them, that a failure reports. */
const TAIL_LINES = 5;
const TAIL_BYTES = 400;
/** Shorter texts occur by chance, and hiding them everywhere would show where they are. */
const SHORTEST_SECRET = 3;

/** The last of what was received, as lines. */
export interface ReceivedText {
  /** Whole lines, the oldest first; never blank, secrets hidden. */
  readonly lines: readonly string[];
  /** The line that is not ended yet; its last bytes when it is long. */
  readonly partial: string;
}

export const NOTHING_RECEIVED: ReceivedText = { lines: [], partial: "" };

/** Add one received byte; `line` is the line that it ended, if it did and the line is not blank. */
export function addReceived(
  text: ReceivedText,
  byte: number,
  secrets: readonly string[],
): { readonly text: ReceivedText; readonly line: string | undefined } {
  if (byte !== 0x0a && byte !== 0x0d) {
    const partial = text.partial.length < 2 * LINE_LIMIT ? text.partial : text.partial.slice(-LINE_LIMIT);
    return { text: { lines: text.lines, partial: partial + String.fromCharCode(byte) }, line: undefined };
  }
  if (text.partial.trim() === "") return { text: { lines: text.lines, partial: "" }, line: undefined };
  const line = cutLine(text.partial, secrets);
  return { text: { lines: [...text.lines, line].slice(-TAIL_LINES), partial: "" }, line };
}

/** The line that is not ended yet, fit to be shown. */
export function cutLine(partial: string, secrets: readonly string[]): string {
  return hideSecrets(partial, secrets).slice(-LINE_LIMIT);
}

/** The last lines, the unfinished one included: at most 5 lines and 400 bytes. */
export function lastLines(text: ReceivedText, secrets: readonly string[]): readonly string[] {
  const lines = text.partial.trim() === "" ? text.lines : [...text.lines, cutLine(text.partial, secrets)];
  const tail: string[] = [];
  let bytes = 0;
  for (const line of lines.slice(-TAIL_LINES).reverse()) {
    bytes += line.length;
    if (bytes > TAIL_BYTES && tail.length > 0) break;
    tail.unshift(line);
  }
  return tail;
}

/** Put `??????` wherever one of the hidden texts stands: a modem that echoes must not give them away. */
export function hideSecrets(text: string, secrets: readonly string[]): string {
  let shown = text;
  for (const secret of secrets) shown = shown.replaceAll(secret, HIDDEN_TEXT);
  return shown;
}

/** The hidden texts after one more was sent: its lines, as they would be echoed; longest first. */
export function addSecret(secrets: readonly string[], sent: string): readonly string[] {
  const lines = sent
    .split(/[\r\n]+/)
    .map((line) => line.replaceAll(/[\x80-\xff]/g, (char) => String.fromCharCode(char.charCodeAt(0) & 0x7f)));
  const all = new Set([...secrets, ...lines.filter((line) => line.length >= SHORTEST_SECRET)]);
  return [...all].sort((a, b) => b.length - a.length);
}
