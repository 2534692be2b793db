/** An expect string ready to be looked for one byte after another (Knuth, Morris, Pratt). */
export interface ExpectMatcher {
  /** One character a byte, never empty. */
  readonly pattern: string;
  /** `fallback[n]`: length of the longest proper prefix of the first `n` bytes that is also their suffix. */
  readonly fallback: Int32Array;
}

export function buildExpectMatcher(pattern: string): ExpectMatcher {
  const fallback = new Int32Array(pattern.length + 1);
  let matched = 0;
  for (let i = 1; i < pattern.length; i++) {
    while (matched > 0 && pattern.charCodeAt(i) !== pattern.charCodeAt(matched)) matched = fallback[matched] ?? 0;
    if (pattern.charCodeAt(i) === pattern.charCodeAt(matched)) matched++;
    fallback[i + 1] = matched;
  }
  return { pattern, fallback };
}

/** How much of the pattern the bytes end with after `byte`, given how much it was before; all of it: a match. */
export function feedExpect(matcher: ExpectMatcher, matched: number, byte: number): number {
  const { pattern, fallback } = matcher;
  let length = matched;
  while (length > 0 && pattern.charCodeAt(length) !== byte) length = fallback[length] ?? 0;
  return pattern.charCodeAt(length) === byte ? length + 1 : 0;
}
