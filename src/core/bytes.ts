/**
 * Bytes and text. The line carries bytes; scripts and logs are handled one
 * character a byte (Latin-1), so that nothing is lost and nothing is guessed.
 */

/** One byte a character; characters above U+00FF keep their low byte. */
export function bytesFromLatin1(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i) & 0xff;
  return bytes;
}

/** The inverse of `bytesFromLatin1`. */
export function latin1FromBytes(bytes: Uint8Array): string {
  const few = 4096;
  if (bytes.length <= few) return String.fromCharCode(...bytes);
  // Many at once would overflow the stack, and one by one they take 100 ms a megabyte. (The decoder's `latin1` is
  // windows-1252.)
  const wide = new Uint8Array(2 * bytes.length);
  for (let i = 0; i < bytes.length; i++) wide[2 * i] = bytes[i] ?? 0;
  return new TextDecoder("utf-16le", { ignoreBOM: true }).decode(wide);
}
