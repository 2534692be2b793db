/** A number as C's atoi(3) on a 64-bit machine reads it: blanks, a sign, digits; 0 when there are none. */
export function parseInteger(text: string): number {
  const digits = /^[ \t\n\v\f\r]*([+-]?[0-9]{1,30})/.exec(text)?.[1];
  if (digits === undefined) return 0;
  const limit = 2n ** 63n;
  const value = BigInt(digits.replace("+", ""));
  const clamped = value >= limit ? limit - 1n : value < -limit ? -limit : value;
  return Number(BigInt.asIntN(32, clamped));
}
