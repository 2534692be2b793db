import { PppctlError } from "../core/errors.ts";
import type { PeerChoice } from "../link/choose-peer.ts";
import type { Decision } from "../link/decide.ts";
import type { SettingName } from "../link/setting-table.ts";
import { interruptedError } from "./call-context.ts";
import { blockedError, causeOfError, refusedError } from "./call-policy.ts";
import { type ConnectRequest, connect } from "./connect.ts";
import type { ConnectResult } from "./connect-result.ts";
import type { World } from "./deps.ts";
import { type LoadedPlan, loadPlan, mistakeOf } from "./load-plan.ts";
import { notePauses, type PauseNotes } from "./note-wait.ts";
import {
  attemptsOf,
  chooseProvider,
  connectAndUnblock,
  dialProvider,
  loadProviders,
  type Provider,
  type Providers,
  termsOf,
} from "./providers.ts";

const governing: readonly SettingName[] = [
  "PON_DAY_TIME",
  "PON_DAY_CALLS",
  "PON_DAY_BYTES",
  "PON_MONTH_TIME",
  "PON_MONTH_CALLS",
  "PON_MONTH_BYTES",
  "PON_HOURS",
  "PON_PHONE",
];

/** A try that failed. */
interface Failed {
  readonly provider: Provider;
  readonly error: unknown;
}

/**
 * Bring a peer's link up (pon): as `connect`, by the numbers and within the limits of its settings, and with `PON_REDIAL` again
 * after a failure as the policy says, also by its fall-back peers. The first try waits for no pause: somebody asked for it.
 *
 * @throws PppctlError as `connect`, of the last try; policy.refused, policy.blocked (exit status 75)
 */
export async function connectAgain(request: ConnectRequest, world: World): Promise<ConnectResult> {
  const loaded = await loadPlan(request, world);
  const redials = loaded.settings.PON_REDIAL > 0;
  const isGoverned = redials || governing.some((name) => loaded.givenSettings.has(name));
  if (mistakeOf(loaded) !== undefined || !isGoverned) return connectAndUnblock({ ...request, loaded }, world);
  const providers = await readProviders(request, loaded, redials, world);
  const attempts = attemptsOf(loaded.settings);
  const pauses = notePauses("pon", world, request.peer);
  let failed: Failed | undefined;
  try {
    for (let attempt = 1; ; attempt++) {
      const choice = chooseProvider(providers, { failed: failed?.provider, respectBlocks: redials }, world);
      const { decision, provider } = await untilDialable(choice, { request, failed, attempt, attempts, pauses }, world);
      // Before the dial, so that there is no moment after it at which nobody seems to be at it.
      if (attempt < attempts) pauses.until(provider.peer, world.clock.wallTime(), attempt);
      try {
        return await dialProvider(provider, { ...request, terms: termsOf(decision, attempt) }, world);
      } catch (error) {
        if (causeOfError(error) === undefined || request.signal.aborted || attempt >= attempts) throw error;
        failed = { provider, error };
      }
    }
  } finally {
    pauses.over();
  }
}

/** A mistake in the file of a fall-back peer is an attempt as one in the peer's own file, which ends before anything is dialed. */
async function readProviders(
  request: ConnectRequest,
  loaded: LoadedPlan,
  fallbacks: boolean,
  world: World,
): Promise<Providers> {
  try {
    return await loadProviders(request.peer, { ...request, fallbacks, loaded }, world);
  } catch (mistake) {
    if (mistake instanceof PppctlError) await connect({ ...request, loaded, mistake }, world);
    throw mistake;
  }
}

/** Wait for the chosen one's time, or throw what there is to say when there is none. */
async function untilDialable(
  { kind, peer: provider, decision }: PeerChoice<Provider>,
  now: {
    readonly request: ConnectRequest;
    readonly failed: Failed | undefined;
    readonly attempt: number;
    readonly attempts: number;
    readonly pauses: PauseNotes;
  },
  world: World,
): Promise<{ readonly provider: Provider; readonly decision: Extract<Decision, { readonly at: number }> }> {
  const { request, failed, attempt, attempts } = now;
  const { peer } = provider;
  if (kind === "none" || !("at" in decision)) {
    if (decision.action === "block" && failed !== undefined)
      request.onEvent({ type: "warning", text: `blocked until \`pppctl unblock ${peer}\`` });
    // An hour or a limit: nobody waits for the next day in a terminal.
    throw failed?.error ?? whyNot(provider, decision, world);
  }
  if (failed === undefined) return { provider, decision };
  const waitMs = Math.max(0, decision.at - world.clock.wallTime());
  request.onEvent({ type: "attempt-failed", sentence: sentenceOf(failed) });
  const { number, at } = decision;
  now.pauses.until(peer, at, attempt);
  request.onEvent({ type: "redialing", peer, number, at, waitMs, attempt, attempts });
  if (waitMs > 0) await pause(waitMs, request, world);
  return { provider, decision };
}

/** Why the policy lets no call begin. */
export function whyNot({ peer }: Provider, decision: Decision, world: World): Error {
  switch (decision.action) {
    case "refuse":
      return refusedError(peer, decision, world);
    case "block": {
      const now = world.clock.wallTime();
      const { cause, reason } = decision;
      const record = world.blocks.read(peer) ?? { version: 1, peer, since: now, cause, sentence: reason };
      return blockedError(peer, record, world);
    }
    default:
      return new Error(`${peer}: the policy has no word on ${decision.action}: ${decision.reason}`);
  }
}

async function pause(ms: number, { peer, signal }: ConnectRequest, world: World): Promise<void> {
  try {
    await world.clock.sleep(ms, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    throw interruptedError({ peer, signal });
  }
}

function sentenceOf({ provider, error }: Failed): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.startsWith(`${provider.peer}: `) ? text.slice(provider.peer.length + 2) : text;
}
