import { PppctlError } from "../core/errors.ts";
import { type PeerName, parsePeerName } from "../core/peer-name.ts";
import { type Candidate, choosePeer, type PeerChoice } from "../link/choose-peer.ts";
import type { Decision } from "../link/decide.ts";
import type { Settings } from "../link/setting-table.ts";
import { askPolicy, block, type CallMemory, causeOfError, rememberCalls } from "./call-policy.ts";
import { type ConnectRequest, connect } from "./connect.ts";
import type { ConnectResult } from "./connect-result.ts";
import type { World } from "./deps.ts";
import { type LoadedPlan, loadPlan, mistakeOf } from "./load-plan.ts";

/** A peer that may be dialed, or one of its fall-back peers. */
export interface Provider {
  readonly peer: PeerName;
  readonly loaded: LoadedPlan;
  readonly memory: CallMemory;
}

export type Providers = readonly [Provider, ...Provider[]];

/**
 * A peer and, with `fallbacks`, those of its `PON_FALLBACK`, in order.
 *
 * @throws PppctlError of the first mistake in one of their files, before anything is dialed
 */
export async function loadProviders(
  peer: PeerName,
  options: { readonly extraWords: readonly string[]; readonly fallbacks: boolean; readonly loaded?: LoadedPlan },
  world: World,
): Promise<Providers> {
  const load = async (name: PeerName, known?: LoadedPlan): Promise<Provider> => {
    const loaded = known ?? (await loadPlan({ peer: name, extraWords: options.extraWords }, world));
    const mistake = mistakeOf(loaded);
    if (mistake !== undefined) throw mistake;
    return { peer: name, loaded, memory: rememberCalls(name, world) };
  };
  const first = await load(peer, options.loaded);
  const names = options.fallbacks ? first.loaded.settings.PON_FALLBACK.map(parsePeerName) : [];
  return [first, ...(await Promise.all(names.filter((name) => name !== peer).map((name) => load(name))))];
}

/** The same, read anew, with what is remembered of their calls; as they were where a file has a mistake now, which the dial says. */
export async function reloadProviders(before: Providers, world: World): Promise<Providers> {
  const [{ peer }] = before;
  try {
    const [first, ...others] = await loadProviders(peer, { extraWords: [], fallbacks: true }, world);
    const known = (provider: Provider): Provider => {
      const memory = before.find((other) => other.peer === provider.peer)?.memory ?? provider.memory;
      return { ...provider, memory };
    };
    return [known(first), ...others.map(known)];
  } catch (error) {
    if (!(error instanceof PppctlError)) throw error;
    return before;
  }
}

/**
 * What the policy says of each of them, and who is next. Who has just failed for good is blocked here.
 *
 * @param who.failed has just failed; `who.respectBlocks`: nobody asked for this very call by hand
 */
export function chooseProvider(
  [first, ...others]: Providers,
  who: { readonly failed?: Provider | undefined; readonly respectBlocks: boolean },
  world: World,
): PeerChoice<Provider> {
  const candidate = (provider: Provider): Candidate<Provider> => {
    const decision = decisionFor(provider, { ...who, when: provider === who.failed ? "after" : "start" }, world);
    if (decision.action === "block" && world.blocks.read(provider.peer) === undefined)
      block(provider.peer, decision.cause, decision.reason, world);
    return { peer: provider, decision };
  };
  return choosePeer([candidate(first), ...others.map(candidate)], world.clock.wallTime());
}

function decisionFor(
  { peer, loaded, memory }: Provider,
  { respectBlocks, when }: { readonly respectBlocks: boolean; readonly when: "after" | "start" },
  world: World,
): Decision {
  const record = respectBlocks ? world.blocks.read(peer) : undefined;
  if (record !== undefined) return { action: "block", cause: record.cause, reason: record.sentence };
  return askPolicy({ settings: loaded.settings, calls: memory.calls(), random: memory.jitter(), when }, world);
}

/** The terms of a call that the policy lets begin. */
export function termsOf(
  { number, onlineMs, bytes }: Extract<Decision, { readonly at: number }>,
  attempt: number,
): NonNullable<ConnectRequest["terms"]> {
  return { number, onlineMs, bytes, attempt };
}

/** One try; a failure is remembered. The peer is read anew: a device comes and goes. @throws as `connect` */
export async function dialProvider(
  provider: Provider,
  request: Omit<ConnectRequest, "peer" | "loaded">,
  world: World,
): Promise<ConnectResult> {
  const { peer, memory } = provider;
  const startedAt = world.clock.wallTime();
  let connected: number | undefined;
  const onEvent: ConnectRequest["onEvent"] = (event) => {
    if (event.type === "connected") connected = world.clock.now();
    request.onEvent(event);
  };
  try {
    return await connectAndUnblock({ ...request, peer, onEvent }, world);
  } catch (error) {
    const cause = causeOfError(error);
    if (cause !== undefined) {
      memory.add({
        peer,
        startedAt,
        endedAt: world.clock.wallTime(),
        onlineMs: connected === undefined ? 0 : world.clock.now() - connected,
        upMs: 0,
        bytes: 0,
        number: request.terms?.number,
        cause,
      });
    }
    throw error;
  }
}

/** A success unblocks: whatever was wrong is mended. */
export async function connectAndUnblock(request: ConnectRequest, world: World): Promise<ConnectResult> {
  const result = await connect(request, world);
  if (result.state === "up") {
    try {
      world.blocks.remove(request.peer);
    } catch {
      // It was not ours to remove; the link is up all the same.
    }
  }
  return result;
}

/** How often a peer's settings have one more call made after a failure, for messages. */
export function attemptsOf({ PON_REDIAL }: Settings): number {
  return PON_REDIAL + 1;
}
