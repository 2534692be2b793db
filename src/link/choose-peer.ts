import type { Decision } from "./decide.ts";

/** A provider that may be dialed, and what the policy says of it now. Blocked ones have a `block`. */
export interface Candidate<Peer> {
  readonly peer: Peer;
  readonly decision: Decision;
}

type Dialable = Extract<Decision, { readonly at: number }>;
type Refused = Extract<Decision, { readonly action: "refuse" }>;

export type PeerChoice<Peer> =
  | { readonly kind: "dial"; readonly peer: Peer; readonly decision: Dialable }
  /** Nobody may be dialed now; this one at `until` (milliseconds since 1970). */
  | { readonly kind: "wait"; readonly peer: Peer; readonly until: number; readonly decision: Dialable | Refused }
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
    if (decision.action === "stop" || decision.action === "block") continue;
    if ("at" in decision && decision.at <= now) return { kind: "dial", peer, decision };
    const until = "at" in decision ? decision.at : decision.until;
    if (soonest === undefined || until < soonest.until) soonest = { kind: "wait", peer, until, decision };
  }
  const [{ peer, decision }] = candidates;
  return soonest ?? { kind: "none", peer, decision };
}
