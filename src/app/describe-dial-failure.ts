import type { ChatResult } from "../chat/chat-result.ts";
import type { DialFailure } from "../link/dial-failure.ts";
import type { DialOutcome } from "./dial.ts";

/** What the dialer's record says of a dial that did not reach the peer. Undefined when it did, or when the script itself is broken. */
export function describeDialFailure(
  outcome: DialOutcome,
  context: { readonly device: string; readonly elapsedMs: number },
): DialFailure | undefined {
  const { result } = outcome;
  const kind = kindOf(result);
  if (kind === undefined) return undefined;
  const { sent, received } = outcome.exchange;
  return {
    kind,
    device: context.device,
    elapsedMs: context.elapsedMs,
    heard: result.received.length > 0,
    received: sent === undefined ? result.received : received,
    ...(outcome.number === undefined ? {} : { number: outcome.number }),
    ...(result.kind === "abort" ? { string: outcome.refusal ?? result.string } : {}),
    ...(result.expected === undefined ? {} : { expected: result.expected }),
    ...(sent === undefined ? {} : { sent }),
    ...(result.step === undefined ? {} : { step: result.step }),
    ...(result.kind === "timeout" ? { timeoutMs: result.elapsedMs } : {}),
  };
}

function kindOf(result: ChatResult): DialFailure["kind"] | undefined {
  switch (result.kind) {
    case "ok":
    case "error":
      return undefined;
    case "abort":
    case "timeout":
    case "line-gone":
    case "interrupted":
      return result.kind;
    case "send-failed":
      return "timeout";
    default:
      return result satisfies never;
  }
}
