import type { PeerName } from "../core/peer-name.ts";
import type { DialPlan } from "../peer/dial-plan.ts";
import { textFromWord } from "../peer/word-text.ts";

/** The link's name: the peer's own `linkname`, else the peer's name made fit for a file's. */
export function linknameOf(peer: PeerName, plan: DialPlan): string {
  return plan.linkname === undefined ? peer.replaceAll("/", "_") : textFromWord(plan.linkname.value);
}
