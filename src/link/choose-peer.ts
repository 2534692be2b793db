import type { Decision } from "./decide.ts";

/** A provider that may be dialed, and what the policy says of it now. Blocked ones have a `block`. */
export interface Candidate<Peer> {
  readonly peer: Peer;
  readonly decision: Decision;
}

export type PeerChoice<Peer> =
  | { readonly kind: "dial"; readonly peer: Peer; readonly decision: Extract<Decision, { readonly at: number }> }
  /** Nobody may be dialed now; ask again at `until` (milliseconds since 1970). */
  | { readonly kind: "wait"; readonly peer: Peer; readonly until: number; readonly reason: string }
  /** Nobody will be. */
  | { readonly kind: "none"; readonly peer: Peer; readonly decision: Decision };

/**
 * The first provider in order that may be dialed now: so the next one has its turn while one waits, and the first has it again as
 * soon as its pause is over.
 *
 * @param candidates at least one
 */
export function choosePeer<Peer>(
  candidates: readonly [Candidate<Peer>, ...Candidate<Peer>[]],
  now: number,
): PeerChoice<Peer> {
  let soonest: Extract<PeerChoice<Peer>, { kind: "wait" }> | undefined;
  for (const { peer, decision } of candidates) {
    const until = "at" in decision ? decision.at : decision.action === "refuse" ? decision.until : undefined;
    if (until === undefined) continue;
    if ("at" in decision && decision.at <= now) return { kind: "dial", peer, decision };
    if (soonest === undefined || until < soonest.until)
      soonest = { kind: "wait", peer, until, reason: decision.reason };
  }
  const [{ peer, decision }] = candidates;
  return soonest ?? { kind: "none", peer, decision };
}
