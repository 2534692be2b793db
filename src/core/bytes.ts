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
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
