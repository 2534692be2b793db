import { ExitCode } from "../core/exit-codes.ts";
import type { PeerName } from "../core/peer-name.ts";
import type { World } from "./deps.ts";
import { linknameOf } from "./linkname-of.ts";
import { type LoadedPlan, loadPlan } from "./load-plan.ts";

/** What a peer's files say that does not change while it is looked at. */
export interface PeerKnowledge {
  /** There is no such peer file (one that may not be read is not missing). */
  readonly missing: boolean;
  readonly linkname: string;
  readonly device: string | undefined;
  readonly serial: boolean;
  readonly demand: boolean;
  readonly redials: boolean;
  /** pppd locks the line, so that who holds the lock has it. */
  readonly locks: boolean;
  /** The network is IPv6 alone. */
  readonly noip: boolean;
  readonly holdoffMs: number;
}

const defaultHoldoff = 30;

/** Read a peer; one that cannot be read is a serial one of which nothing is known. */
export async function knowPeer(peer: PeerName, world: World): Promise<PeerKnowledge> {
  return knowledgeOf(peer, await loadPlan({ peer, extraWords: [] }, world));
}

/** The same of a peer that has been read. */
export function knowledgeOf(peer: PeerName, { reading, plan }: Pick<LoadedPlan, "reading" | "plan">): PeerKnowledge {
  return {
    // A file that the peer names is missing with pppd's status 2.
    missing: reading.findings.some(({ code, exitCode }) => code === "peer.missing" && exitCode === ExitCode.fatal),
    linkname: linknameOf(peer, plan),
    device: plan.device?.value,
    serial: plan.kind === "serial" || plan.kind === "stdin",
    demand: plan.demand,
    redials: plan.persist || plan.demand,
    locks: reading.options.some(({ effective, name }) => effective && name === "lock"),
    noip: plan.noip,
    holdoffMs: 1000 * (plan.holdoff?.value ?? defaultHoldoff),
  };
}
