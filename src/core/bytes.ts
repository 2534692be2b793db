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
  // In pieces: all at once would overflow the stack, and one by one takes 100 ms a megabyte.
  const piece = 4096;
  let text = "";
  for (let at = 0; at < bytes.length; at += piece) text += String.fromCharCode(...bytes.subarray(at, at + piece));
  return text;
}
