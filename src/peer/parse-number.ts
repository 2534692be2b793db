/**
 * A number as pppd reads it: strtoul(3) cut to 32 bits (pppd/options.c number_option).
 * Junk after the digits is ignored, `-1` wraps, 4294968696 is 1400.
 *
 * @param base 0 for C's notation (`0x…`, leading 0 octal), 16 for asyncmap and its like
 * @returns 0 … 4294967295, or undefined when there is no digit
 */
export function parseUnsigned(text: string, base: 0 | 16): number | undefined {
  // Plain decimal is the rule.
  if (base === 0 && /^[1-9][0-9]{0,8}$/.test(text)) return Number(text);
  const match = /^[ \t\n\v\f\r]*([+-]?)(.*)$/s.exec(text);
  let rest = match?.[2] ?? "";
  let radix = base === 0 ? 10 : 16;
  if (/^0x[0-9a-f]/i.test(rest)) {
    radix = 16;
    rest = rest.slice(2);
  } else if (base === 0 && rest.startsWith("0")) {
    radix = 8;
  }
  const digits = (radix === 16 ? /^[0-9a-f]+/i : radix === 8 ? /^[0-7]+/ : /^[0-9]+/).exec(rest)?.[0];
  if (digits === undefined) return undefined;
  const value = BigInt(radix === 16 ? `0x${digits}` : radix === 8 ? `0o${digits}` : digits);
  if (value >= 1n << 64n) return 0xffffffff;
  return Number(BigInt.asUintN(32, match?.[1] === "-" ? -value : value));
}

/** The same as a C int. */
export function parseInteger(text: string): number | undefined {
  const value = parseUnsigned(text, 0);
  return value === undefined ? undefined : value | 0;
}
