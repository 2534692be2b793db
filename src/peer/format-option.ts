import type { PeerOption } from "./peer-reading.ts";

/**
 * Write a word so that pppd's getword() reads it back: plain where nothing needs protection, in double quotes otherwise.
 * A word with a NUL cannot be written; it ends there, as pppd would end it.
 *
 * @param word one character a byte
 */
export function formatWord(word: string): string {
  const text = word.split("\0", 1)[0] ?? "";
  if (/^[^\s"'\\#\x7f]+$/.test(text) && !hasControls(text)) return text;
  let quoted = "";
  for (const char of text) {
    const code = char.charCodeAt(0);
    if (char === '"' || char === "\\") quoted += `\\${char}`;
    else if (code < 0x20 || code === 0x7f) quoted += `\\${code.toString(8).padStart(3, "0")}`;
    else quoted += char;
  }
  return `"${quoted}"`;
}

/** One option as a line of an option file, secrets and all. */
export function formatOption(option: Pick<PeerOption, "kind" | "word" | "args">): string {
  return [option.word, ...(option.kind === "option" ? option.args : [])].map(formatWord).join(" ");
}

function hasControls(text: string): boolean {
  for (const char of text) if (char.charCodeAt(0) < 0x20) return true;
  return false;
}
