import { PppctlError } from "../core/errors.ts";
import { type PeerName, parsePeerName } from "../core/peer-name.ts";

/**
 * A word of the command line that names a peer, or a file: `./FILE` is a file, everything else a peer's name.
 *
 * @throws PppctlError `peer.name`, exit status 2, for a name that pppd's `call` refuses
 */
export function parsePeerArgument(text: string): PeerName | { readonly file: string } {
  if (text.startsWith("./") && !text.includes("\0")) return { file: text };
  try {
    return parsePeerName(text);
  } catch (error) {
    if (!(error instanceof PppctlError)) throw error;
    const { code, message, exitCode } = error;
    const hint = "name a file below /etc/ppp/peers/, such as yosefcom, or any file as ./FILE";
    throw new PppctlError({ code, message, exitCode, hint });
  }
}
