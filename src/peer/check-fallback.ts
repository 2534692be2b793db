import type { SourcePosition } from "../core/source-position.ts";
import type { Finding } from "./finding.ts";
import { textFromWord } from "./word-text.ts";

/**
 * A fall-back peer (`PON_FALLBACK`) that there is not: who would dial it dials nothing then.
 *
 * @param names as the setting has them
 * @param exists whether there is a peer of this name
 */
export function checkFallback(
  names: readonly string[],
  position: SourcePosition | undefined,
  exists: (name: string) => boolean,
): readonly Finding[] {
  const missing = names.map(textFromWord).find((name) => !exists(name));
  if (missing === undefined || position === undefined) return [];
  return [
    {
      code: "peer.no-such-fallback",
      severity: "error",
      position,
      message: `PON_FALLBACK: there is no peer ${missing}`,
      hint: "name another peer, or write /etc/ppp/peers/NAME",
    },
  ];
}
