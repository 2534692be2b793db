import type { ChatState } from "./chat-state.ts";
import { feedExpect } from "./match-expect.ts";
import { feedStrings } from "./match-strings.ts";

/**
 * How far a chat that reads may go on without a step of the machine: bytes that end nothing can be collected and
 * given to `stepChat` together, which is what a chatty modem's cost.
 */
export interface ReadAhead {
  /** Bytes that may be taken now, none of them behind what ends the expect; 0: the machine has to see them first. */
  readonly limit: number;
  /** Of the expect string, and in the tree of ABORT strings: as in `ChatExpecting`. */
  readonly matched: number;
  readonly abortNode: number;
}

const STOP: ReadAhead = { limit: 0, matched: 0, abortNode: 0 };

/** Where a chat stands before it reads. */
export function startReadAhead({ phase, expecting, abortMatcher }: ChatState): ReadAhead {
  if (phase === "closing") return { ...STOP, limit: 1 };
  if (expecting === undefined || abortMatcher === undefined) return STOP;
  const { matched, abortNode, text } = expecting;
  const limit = Math.min(text.length - matched, abortMatcher.ahead[abortNode] ?? 1);
  return { limit, matched, abortNode };
}

/** Where it stands after these bytes, at most `limit` of them; `state` is still that of the start. */
export function advanceReadAhead(
  { expecting, abortMatcher }: ChatState,
  from: ReadAhead,
  bytes: Uint8Array,
): ReadAhead {
  if (expecting === undefined || abortMatcher === undefined) return STOP;
  const { matcher, text } = expecting;
  let { matched, abortNode } = from;
  for (let i = 0; i < bytes.length; i++) {
    const byte = (bytes[i] ?? 0) & 0x7f;
    matched = feedExpect(matcher, matched, byte);
    abortNode = feedStrings(abortMatcher, abortNode, byte);
  }
  if (matched === text.length || (abortMatcher.first[abortNode] ?? -1) >= 0) return STOP;
  return { limit: Math.min(text.length - matched, abortMatcher.ahead[abortNode] ?? 1), matched, abortNode };
}
