import { HIDDEN_TEXT } from "./visible-text.ts";

/** Bytes of a line that are remembered. */
const LINE_LIMIT = 400;
/** Lines, and bytes of all of them, that a failure reports. */
const TAIL_LINES = 5;
const TAIL_BYTES = 400;
/** Shorter texts occur by chance, and hiding them everywhere would show where they are. */
const SHORTEST_SECRET = 3;

/** A line at work and one byte more; of a long one the last bytes. */
export function addToLine(line: string, byte: number): string {
  return (line.length < 2 * LINE_LIMIT ? line : line.slice(-LINE_LIMIT)) + String.fromCharCode(byte);
}

/** The last lines and one more. */
export function addLine(lines: readonly string[], line: string): readonly string[] {
  return [...lines.slice(1 - TAIL_LINES), line];
}

/** The line that is not ended yet, fit to be shown. */
export function cutLine(partial: string, secrets: readonly string[]): string {
  return hideSecrets(partial, secrets).slice(-LINE_LIMIT);
}

/** The last lines and the unfinished one: at most 5 lines and 400 bytes. */
export function lastLines(whole: readonly string[], partial: string): readonly string[] {
  const lines = partial.trim() === "" ? whole : [...whole, partial];
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
