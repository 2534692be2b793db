import { bytesFromLatin1, latin1FromBytes } from "../core/bytes.ts";

/** A word of a file (one character a byte) as a path or name that people read: UTF-8 where it is. */
export function textFromWord(word: string): string {
  // Plain ASCII is the rule.
  return /^[\0-\x7f]*$/.test(word) ? word : new TextDecoder().decode(bytesFromLatin1(word));
}

/** A word of our own command line as a word of a file: one character a byte. */
export function wordFromText(text: string): string {
  return latin1FromBytes(new TextEncoder().encode(text));
}
