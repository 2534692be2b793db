/** What `cleanString` needs beside the string; one character a byte. */
export interface CleanOptions {
  /** A send (or SAY): CR is appended, and what a send interprets keeps its backslash. */
  readonly sending: boolean;
  readonly phone?: string | undefined;
  readonly phone2?: string | undefined;
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
}

export interface CleanedString {
  /** One character a byte; of a send, `\d \p \K` and `\` before any other byte are still to be interpreted. */
  readonly text: string;
  /** It had a `\q`. */
  readonly hidden: boolean;
}

/** Escapes that mean one byte everywhere. */
const PLAIN_ESCAPES: Readonly<Record<string, string>> = { b: "\b", r: "\r", n: "\n", s: " ", t: "\t" };

/** Undo the escapes of a string as chat does (`clean()` in chat.c; chat(8), ESCAPE SEQUENCES). */
export function cleanString(source: string, options: CleanOptions): CleanedString {
  const { sending } = options;
  let out = "";
  let hidden = false;
  let addReturn = sending;
  let i = 0;
  while (i < source.length) {
    const plain = i;
    while (i < source.length && !isSpecial(source.charCodeAt(i))) i++;
    if (i > plain) {
      out += source.slice(plain, i);
      continue;
    }
    const char = source.charAt(i++);
    if (char === "^") {
      if (i >= source.length) {
        out += "^";
        break;
      }
      const control = source.charCodeAt(i++) & 0x1f;
      if (control !== 0) out += String.fromCharCode(control);
    } else if (char === "$" && options.env !== undefined) {
      const start = i;
      while (i < source.length && /[0-9A-Za-z_]/.test(source.charAt(i))) i++;
      const name = source.slice(start, i);
      if (Object.hasOwn(options.env, name)) out += options.env[name] ?? "";
    } else if (char !== "\\") {
      out += char;
    } else if (i >= source.length) {
      if (sending) out += "\\\\";
    } else {
      const letter = source.charAt(i++);
      const plain = Object.hasOwn(PLAIN_ESCAPES, letter) ? PLAIN_ESCAPES[letter] : undefined;
      if (plain !== undefined) {
        out += plain;
      } else if (letter === "c") {
        if (sending && i >= source.length) addReturn = false;
        else out += "c";
      } else if (letter === "q") {
        hidden = true;
      } else if (letter === "T" || letter === "U") {
        const number = letter === "T" ? options.phone : options.phone2;
        out += sending && number !== undefined ? number : `\\${letter}`;
      } else if (letter === "N") {
        out += sending ? "\\\0" : "N";
      } else if (letter === "$" && options.env !== undefined) {
        out += "$";
      } else if (letter >= "0" && letter <= "7") {
        let value = letter.charCodeAt(0) - 0x30;
        for (let digits = 1; digits < 3 && /[0-7]/.test(source.charAt(i)); digits++) {
          value = value * 8 + source.charCodeAt(i++) - 0x30;
        }
        value &= 0xff;
        if (sending)
          out += value === 0 || value === 0x5c ? `\\${String.fromCharCode(value)}` : String.fromCharCode(value);
        else if (value !== 0) out += String.fromCharCode(value);
      } else {
        out += sending ? `\\${letter}` : letter;
      }
    }
  }
  return { text: addReturn ? `${out}\r` : out, hidden };
}

/** `$`, `\` and `^`. */
function isSpecial(code: number): boolean {
  return code === 0x24 || code === 0x5c || code === 0x5e;
}
