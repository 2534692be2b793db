import { type PeerName, parsePeerName } from "../core/peer-name.ts";
import { causeRow } from "../link/causes.ts";
import { type Candidate, choosePeer, type PeerChoice } from "../link/choose-peer.ts";
import type { Decision } from "../link/decide.ts";
import type { SettingName, Settings } from "../link/setting-table.ts";
import { interruptedError } from "./call-context.ts";
import {
  askPolicy,
  block,
  blockedError,
  type CallMemory,
  causeOfError,
  refusedError,
  rememberCalls,
} from "./call-policy.ts";
import { type ConnectRequest, type ConnectResult, connect } from "./connect.ts";
import type { World } from "./deps.ts";
import { type LoadedPlan, loadPlan, mistakeOf } from "./load-plan.ts";

/** A peer that may be dialed in this command's turn. */
interface Provider {
  readonly peer: PeerName;
  readonly loaded: LoadedPlan;
  readonly memory: CallMemory;
}

const limitSettings: readonly SettingName[] = [
  "PON_DAY_TIME",
  "PON_DAY_CALLS",
  "PON_DAY_BYTES",
  "PON_MONTH_TIME",
  "PON_MONTH_CALLS",
  "PON_MONTH_BYTES",
  "PON_HOURS",
  "PON_PHONE",
];

/**
 * Bring a peer's link up (pon): as `connect`, by the numbers and within the limits of its settings, and with `PON_REDIAL` again
 * after a failure as the policy says, also by its fall-back peers. The first try waits for no pause: somebody asked for it.
 *
 * @throws PppctlError as `connect`, of the last try; policy.refused, policy.blocked (exit status 75)
 */
export async function connectAgain(request: ConnectRequest, world: World): Promise<ConnectResult> {
  const loaded = await loadPlan(request, world);
  const mistake = mistakeOf(loaded);
  if (mistake !== undefined) throw mistake;
  const { settings } = loaded;
  const redials = settings.PON_REDIAL > 0;
  if (!redials && !limitSettings.some((name) => loaded.givenSettings.has(name))) {
    return connectAndUnblock({ ...request, loaded }, world);
  }
  const first: Provider = { peer: request.peer, loaded, memory: rememberCalls(request.peer, world) };
  const others = redials ? await loadFallbacks(settings, request, world) : [];
  const providers: readonly [Provider, ...Provider[]] = [first, ...others];
  let failed: { readonly provider: Provider; readonly error: unknown } | undefined;
  for (let attempt = 1; ; attempt++) {
    const choice = choose(providers, { failed: failed?.provider, respectBlocks: redials }, world);
    const { decision, provider } = await untilDialable(choice, { request, failed, attempt, settings }, world);
    try {
      const { number, onlineMs, bytes } = decision;
      const terms = { number, onlineMs, bytes, attempt };
      return await dialOnce({ ...request, peer: provider.peer, loaded: provider.loaded, terms }, provider, world);
    } catch (error) {
      if (causeOfError(error) === undefined || request.signal.aborted || attempt > settings.PON_REDIAL) throw error;
      failed = { provider, error };
    }
  }
}

/** A success unblocks: whatever was wrong is mended. */
async function connectAndUnblock(request: ConnectRequest, world: World): Promise<ConnectResult> {
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

/** One try; a failure is remembered. */
async function dialOnce(request: ConnectRequest, { memory }: Provider, world: World): Promise<ConnectResult> {
  const startedAt = world.clock.wallTime();
  let connected: number | undefined;
  const onEvent: ConnectRequest["onEvent"] = (event) => {
    if (event.type === "connected") connected = world.clock.now();
    request.onEvent(event);
  };
  try {
    return await connectAndUnblock({ ...request, onEvent }, world);
  } catch (error) {
    const cause = causeOfError(error);
    if (cause !== undefined) {
      memory.add({
        peer: request.peer,
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

/** What the policy says of each of them, and who is next. */
function choose(
  providers: readonly [Provider, ...Provider[]],
  { failed, respectBlocks }: { readonly failed: Provider | undefined; readonly respectBlocks: boolean },
  world: World,
): PeerChoice<Provider> {
  const candidate = (provider: Provider): Candidate<Provider> => {
    const { peer, loaded, memory } = provider;
    const record = respectBlocks ? world.blocks.read(peer) : undefined;
    if (record !== undefined)
      return { peer: provider, decision: { action: "block", cause: record.cause, reason: record.sentence } };
    const when = provider === failed ? "after" : "start";
    const decision = askPolicy({ settings: loaded.settings, calls: memory.calls(), when }, world);
    if (decision.action === "block") block(peer, decision.cause, decision.reason, world);
    return { peer: provider, decision };
  };
  const [first, ...others] = providers;
  const choice = choosePeer([candidate(first), ...others.map(candidate)], world.clock.wallTime());
  // Nothing was dialed yet: the pause after an old failure is over when somebody asks.
  if (failed === undefined && choice.kind === "wait" && choice.decision.action !== "refuse") {
    return { kind: "dial", peer: choice.peer, decision: { ...choice.decision, at: world.clock.wallTime() } };
  }
  return choice;
}

/** Wait for the chosen one's time, or throw what there is to say when there is none. */
async function untilDialable(
  choice: PeerChoice<Provider>,
  now: {
    readonly request: ConnectRequest;
    readonly failed: { readonly provider: Provider; readonly error: unknown } | undefined;
    readonly attempt: number;
    readonly settings: Settings;
  },
  world: World,
): Promise<{ readonly provider: Provider; readonly decision: Extract<Decision, { readonly at: number }> }> {
  const { request, failed, attempt, settings } = now;
  if (choice.kind === "none") {
    const { peer } = choice.peer;
    const record = world.blocks.read(peer);
    if (failed === undefined && record !== undefined) throw blockedError(peer, record, world);
    if (failed !== undefined) {
      if (record !== undefined) request.onEvent({ type: "warning", text: `blocked until \`pppctl unblock ${peer}\`` });
      throw failed.error;
    }
    throw new Error(`${peer}: the policy does not let a first call begin: ${choice.decision.reason}`);
  }
  const { decision } = choice;
  if (decision.action === "refuse") {
    // An hour or a limit: nobody waits for the next day in a terminal.
    throw failed?.error ?? refusedError(choice.peer.peer, decision, world);
  }
  const waitMs = Math.max(0, decision.at - world.clock.wallTime());
  if (failed !== undefined) {
    const { peer } = choice.peer;
    request.onEvent({ type: "attempt-failed", sentence: sentenceOf(failed.error) });
    const attempts = settings.PON_REDIAL + 1;
    request.onEvent({ type: "redialing", peer, number: decision.number, at: decision.at, waitMs, attempt, attempts });
  }
  if (waitMs > 0) await pause(waitMs, request, world);
  return { provider: choice.peer, decision };
}

async function pause(ms: number, { peer, signal }: ConnectRequest, world: World): Promise<void> {
  try {
    await world.clock.sleep(ms, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    throw interruptedError({ peer, signal });
  }
}

function sentenceOf(error: unknown): string {
  const cause = causeOfError(error);
  if (error instanceof Error) return error.message.replace(/^\S+: /, "");
  return cause === undefined ? String(error) : causeRow(cause).sentence({});
}

/** Fall-back peers, in order. A mistake in one of their files is said before anything is dialed. */
async function loadFallbacks(settings: Settings, request: ConnectRequest, world: World): Promise<Provider[]> {
  const providers: Provider[] = [];
  for (const name of settings.PON_FALLBACK) {
    const peer = parsePeerName(name);
    const loaded = await loadPlan({ peer, extraWords: request.extraWords }, world);
    const mistake = mistakeOf(loaded);
    if (mistake !== undefined) throw mistake;
    providers.push({ peer, loaded, memory: rememberCalls(peer, world) });
  }
  return providers;
}
