/** What stands for a secret; pppd's own dump and chat's log print the same. */
export const mask = "??????";

/** The end of a prompt that is answered with a secret: `ssword:`, `PIN: `, `Passcode?`. */
const prompt = /(word|passcode|passphrase|passwd|secret|pin|puk)[\s:?>\]\\"']*$/i;
/** Commands to a modem that carry one: the SIM's PIN, the login of a data connection. */
const command = /((?:PIN2?|PUK2?|AUTH|AUTHDATA|QCPDPP)\s*=).*$/is;

/** What is sent is answered by a secret. */
export function asksForSecret(expected: string): boolean {
  return prompt.test(expected);
}

/**
 * A send of a chat script as it may be shown: `\q` and the answer to a prompt for a password are hidden whole, of
 * `AT+CPIN=0000` what follows the `=`.
 *
 * @param expected what was waited for before
 */
export function maskSend(send: string, expected: string): string {
  if (send.includes("\\q")) return mask;
  // Nothing is sent, or what is sent stands elsewhere (chat(8), `@file`).
  if (send === "" || send === "\\c" || send.startsWith("@")) return send;
  return asksForSecret(expected) ? mask : send.replace(command, `$1${mask}`);
}
