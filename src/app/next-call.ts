import { PppctlError } from "../core/errors.ts";
import { ExitCode } from "../core/exit-codes.ts";
import type { PeerName } from "../core/peer-name.ts";
import type { Decision } from "../link/decide.ts";
import { endedAsWanted, type PastCall } from "../link/past-call.ts";
import type { Settings } from "../link/setting-table.ts";
import { askPolicy, block, blockedError, type CallMemory, refusedError } from "./call-policy.ts";
import type { ProcessInfo, World } from "./deps.ts";

/** A pppd that calls again by itself (`persist`, `demand`), and the calls of its peer until now. */
export interface RedialingPppd {
  readonly peer: PeerName;
  readonly settings: Settings;
  readonly memory: Pick<CallMemory, "calls" | "jitter">;
  /** Undefined: nobody knows which; then it has made none of the calls. */
  readonly pppd: ProcessInfo | undefined;
}

export interface NextCall {
  readonly decision: Exclude<Decision, { readonly action: "stop" | "block" }>;
  /** It follows a call of this pppd that failed or was lost: its pause counts. */
  readonly redials: boolean;
}

/**
 * What the policy says of the next call of such a pppd. What it dials first was asked for by whoever started it; from then on each
 * pause and block counts, and limits always.
 *
 * @throws PppctlError policy.blocked (and the peer is, from now on), policy.stopped; exit status 75
 */
export function decideNextCall({ peer, settings, memory, pppd }: RedialingPppd, world: World): NextCall {
  const calls = memory.calls();
  const last = calls.at(-1);
  const redials = last !== undefined && !endedAsWanted(last) && isSince(last, pppd, world);
  const record = redials ? world.blocks.read(peer) : undefined;
  if (record !== undefined) throw blockedError(peer, record, world);
  const decision = askPolicy({ settings, calls, when: redials ? "after" : "start", random: memory.jitter() }, world);
  if (decision.action === "block") {
    const { cause, reason } = decision;
    block(peer, cause, reason, world);
    throw blockedError(peer, { version: 1, peer, since: world.clock.wallTime(), cause, sentence: reason }, world);
  }
  if (decision.action === "stop") throw stoppedError(peer, decision.reason);
  return { decision, redials };
}

/** Why such a pppd must not call again now, where nothing of ours stands before its next call; undefined: it may. */
export function refuseNextCall(by: RedialingPppd, world: World): PppctlError | undefined {
  try {
    const { decision } = decideNextCall(by, world);
    return decision.action === "refuse" ? refusedError(by.peer, decision, world) : undefined;
  } catch (error) {
    if (error instanceof PppctlError) return error;
    throw error;
  }
}

/** The call was made by this pppd: it began when that had started. */
function isSince(call: PastCall, pppd: ProcessInfo | undefined, world: World): boolean {
  if (pppd === undefined) return false;
  const startedAt = world.clock.wallTime() - world.processes.ageMs(pppd);
  // pon notes its start before pppd's.
  return call.endedAt >= startedAt;
}

function stoppedError(peer: PeerName, reason: string): PppctlError {
  return new PppctlError({
    code: "policy.stopped",
    message: `${peer} is not dialed again: ${reason}`,
    exitCode: ExitCode.refused,
    hint: `mend it, then \`poff ${peer}\` and \`pon ${peer}\``,
  });
}
