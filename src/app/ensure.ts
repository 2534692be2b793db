import { PppctlError } from "../core/errors.ts";
import { ExitCode } from "../core/exit-codes.ts";
import type { PeerName } from "../core/peer-name.ts";
import { endedIdle } from "../link/billing-unit.ts";
import { interruptedError } from "./call-context.ts";
import { whyNot } from "./connect-again.ts";
import type { ConnectEvent } from "./connect-events.ts";
import type { World } from "./deps.ts";
import { endLink } from "./end-link.ts";
import { examineLink } from "./link-health.ts";
import { noteProbeFailed } from "./note-probe.ts";
import { chooseProvider, dialProvider, loadProviders, type Providers, termsOf } from "./providers.ts";

export interface EnsureRequest {
  readonly peers: readonly PeerName[];
  readonly signal: AbortSignal;
  readonly onEvent: (peer: PeerName, event: ConnectEvent) => void;
}

export interface EnsureResult {
  /** As named. */
  readonly peer: PeerName;
  /** `up`: it was; `dialed`: it is now; `busy`: somebody else dials; `refused`: not now, by the policy; `failed`: the attempt did. */
  readonly state: "up" | "dialed" | "busy" | "refused" | "failed";
  /** The peer or the fall-back peer that is up or was tried. */
  readonly by: PeerName;
  readonly exitStatus: number;
  /** One line, for everything but `up`. */
  readonly why?: string;
  readonly hint?: string | undefined;
}

/**
 * See that the links of these peers are up (cron's `pppctl ensure`): nothing for one that is up and passes its probe; else what
 * dangles is ended, and one attempt is made when the policy allows it. The peers side by side.
 */
export function ensure(request: EnsureRequest, world: World): Promise<EnsureResult[]> {
  return Promise.all(request.peers.map((peer) => ensurePeer(peer, request, world)));
}

async function ensurePeer(peer: PeerName, request: EnsureRequest, world: World): Promise<EnsureResult> {
  try {
    const providers = await loadProviders(peer, { extraWords: [], fallbacks: true }, world);
    const found = await findLink(providers, request, world);
    if (found !== undefined) return { ...found, peer };
    const unused = providers.find(isLeftIdle);
    if (unused !== undefined) return failure(peer, unused.peer, idleError(unused.peer), "refused");
    const choice = chooseProvider(providers, { respectBlocks: true }, world);
    const { decision } = choice;
    const by = choice.peer.peer;
    if (choice.kind !== "dial" || !("at" in decision)) {
      const refusal =
        "at" in decision
          ? waitError(by, decision.at - world.clock.wallTime(), decision.reason)
          : whyNot(choice.peer, decision, world);
      return failure(peer, by, refusal, "refused");
    }
    return await dialOnce(peer, choice.peer, termsOf(decision, 1), providers, request, world);
  } catch (error) {
    return failure(peer, peer, error, "failed");
  }
}

/** The link that is there, or is being made; what dangles or passes nothing is ended. */
async function findLink(
  providers: Providers,
  { signal, onEvent }: EnsureRequest,
  world: World,
): Promise<Omit<EnsureResult, "peer"> | undefined> {
  for (const provider of providers) {
    const { peer } = provider;
    const health = await examineLink(provider, signal, world);
    if (signal.aborted) throw interruptedError({ peer, signal });
    switch (health.kind) {
      case "up":
        return { state: "up", by: peer, exitStatus: ExitCode.ok };
      case "busy":
        return { state: "busy", by: peer, exitStatus: ExitCode.refused, why: `${peer} is being dialed already` };
      case "silent":
      case "dangling": {
        const what = health.kind === "silent" ? "is up but passes nothing" : "is stuck";
        onEvent(peer, { type: "warning", text: `pppd (pid ${health.status.pid}) ${what}: ending it` });
        if (health.kind === "silent") noteProbeFailed(health.status, provider.loaded.settings.PON_PROBE, world);
        await endLink(peer, world);
        break;
      }
      case "down":
        break;
      default:
        return health satisfies never;
    }
  }
  return undefined;
}

async function dialOnce(
  peer: PeerName,
  provider: Providers[0],
  terms: ReturnType<typeof termsOf>,
  providers: Providers,
  { signal, onEvent }: EnsureRequest,
  world: World,
): Promise<EnsureResult> {
  const by = provider.peer;
  try {
    const onOne = (event: ConnectEvent): void => onEvent(by, event);
    const call = { extraWords: [], wait: true, quick: false, signal, onEvent: onOne, terms, asksAgain: true };
    await dialProvider(provider, call, world);
    return { peer, by, state: "dialed", exitStatus: ExitCode.ok, why: `${by} is up again` };
  } catch (error) {
    const taken = error instanceof PppctlError && (error.code === "link.dialing" || error.code === "link.exists");
    if (taken) return failure(peer, by, error, "busy", ExitCode.refused);
    // What has failed for good is blocked, so that the next minute does not try it again.
    chooseProvider(providers, { failed: provider, respectBlocks: true }, world);
    return failure(peer, by, error, "failed");
  }
}

/** Nobody used it when its billing unit was over, and nobody has wanted it since. */
function isLeftIdle({ loaded, memory }: Providers[0]): boolean {
  return endedIdle(loaded.settings, memory.calls().at(-1));
}

function idleError(peer: PeerName): PppctlError {
  return new PppctlError({
    code: "policy.idle",
    message: `${peer} is not dialed: nobody used it, and its billing unit was over`,
    exitCode: ExitCode.refused,
    hint: `\`pon ${peer}\` brings it up`,
  });
}

function waitError(peer: PeerName, ms: number, reason: string): PppctlError {
  return new PppctlError({
    code: "policy.waits",
    message: `${peer} is not dialed for another ${Math.ceil(ms / 1000)} s: ${reason}`,
    exitCode: ExitCode.refused,
  });
}

function failure(
  peer: PeerName,
  by: PeerName,
  error: unknown,
  state: EnsureResult["state"],
  exitStatus?: number,
): EnsureResult {
  if (!(error instanceof PppctlError)) throw error;
  return { peer, by, state, exitStatus: exitStatus ?? error.exitCode, why: error.message, hint: error.hint };
}
