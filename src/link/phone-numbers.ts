/** Numbers of a peer: one group a round, in turn; in a group the next after a failure. */
export type PhoneNumbers = readonly (readonly string[])[];

/**
 * Read `PON_PHONE`, in the form of FreeBSD's ppp(8) `set phone`: `111|222:333`. In the first round 111 is dialed, and when
 * that fails 222; in the next round 333; then 111 again. Undefined for a number that no modem could dial, or that stands there twice, be
 * it written in another way (its place tells which is next).
 */
export function parsePhoneNumbers(text: string): PhoneNumbers | undefined {
  if (text.trim() === "") return [];
  const groups = text.split(":").map((group) => group.split("|").map((number) => number.trim()));
  const numbers = groups.flat();
  const right = numbers.every((number) => /^[0-9A-Da-dTPWtpw*#+,;!@(). /-]{1,64}$/.test(number));
  return right && new Set(numbers.map(bareNumber)).size === numbers.length ? groups : undefined;
}

/** Less the letter for tone or pulse, and what only people read. */
export function bareNumber(number: string): string {
  return number.replace(/^[TPtp]|[ ().-]/g, "");
}
