/** chat's log buffer: 1024 bytes with the ending NUL (chat.c, `line`). */
const LOG_LIMIT = 1023;

/** What a log shows instead of a hidden text. */
export const HIDDEN_TEXT = "??????";

/**
 * A text as chat's log shows it (`%v` in chat.c): control bytes as `^A`, TAB as it is,
 * bytes above 0x7f as `M-x`.
 */
export function visibleText(text: string): string {
  if (/^[\t\x20-\x7e]*$/.test(text)) return text;
  let out = "";
  for (let i = 0; i < text.length; i++) {
    let code = text.charCodeAt(i) & 0xff;
    if (code >= 0x80) {
      out += "M-";
      code -= 0x80;
    }
    out +=
      code === 9 || (code >= 0x20 && code !== 0x7f)
        ? String.fromCharCode(code)
        : `^${String.fromCharCode(code ^ 0x40)}`;
  }
  return out;
}

/** One received byte as -e and -V write it (`character()` in chat.c): TAB is `^I` here. */
export function visibleByte(byte: number): string {
  return byte < 0x20 || byte === 0x7f ? `^${String.fromCharCode(byte ^ 0x40)}` : String.fromCharCode(byte);
}

/** The part of a log line that chat has room for. */
export function cutLogLine(text: string): string {
  return text.length > LOG_LIMIT ? text.slice(0, LOG_LIMIT) : text;
}

/** A C string ends at its first NUL. */
export function untilNul(text: string): string {
  const end = text.indexOf("\0");
  return end < 0 ? text : text.slice(0, end);
}
