import { PppctlError } from "./errors.ts";
import { ExitCode } from "./exit-codes.ts";

declare const peerNameBrand: unique symbol;

/** A peer's name that pppd's `call` accepts: checked once, by `parsePeerName`. */
export type PeerName = string & { readonly [peerNameBrand]: true };

/**
 * Check a peer's name as pppd's `call` does (pppd/options.c callfile): no leading
 * `/`, no `..` component, not empty; `isp/home`, blanks and UTF-8 are fine. A NUL
 * cannot be in a file's name.
 *
 * @throws PppctlError `peer.name`, exit status 2.
 */
export function parsePeerName(text: string): PeerName {
  const why =
    text === ""
      ? "a peer's name cannot be empty"
      : text.startsWith("/")
        ? "a peer's name may not start with /"
        : text.split("/").includes("..")
          ? "a peer's name may not contain .."
          : text.includes("\0")
            ? "a peer's name may not contain a NUL"
            : undefined;
  if (why !== undefined) {
    throw new PppctlError({
      code: "peer.name",
      message: `${JSON.stringify(text)}: ${why}`,
      exitCode: ExitCode.options,
      hint: "name a file below /etc/ppp/peers/, such as yosefcom or isp/home",
    });
  }
  return text as PeerName;
}
