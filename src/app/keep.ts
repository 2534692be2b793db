import { PppctlError } from "../core/errors.ts";
import type { PeerName } from "../core/peer-name.ts";
import { endedIdle } from "../link/billing-unit.ts";
import type { PastCall } from "../link/past-call.ts";
import { causeOfError, pastCallOf } from "./call-policy.ts";
import { whyNot } from "./connect-again.ts";
import type { ConnectEvent } from "./connect-events.ts";
import type { World } from "./deps.ts";
import { endLink } from "./end-link.ts";
import { examineLink } from "./link-health.ts";
import { noteProbeFailed } from "./note-probe.ts";
import { notePauses, type PauseNotes } from "./note-wait.ts";
import { passesProbe } from "./passes-probe.ts";
import {
  chooseProvider,
  dialProvider,
  loadProviders,
  type Provider,
  type Providers,
  reloadProviders,
  termsOf,
} from "./providers.ts";
import { settleEnded } from "./settle-calls.ts";
import type { PeerStatus } from "./show-status.ts";
import { type CallOver, watchCall } from "./watch-call.ts";

/** How a kept peer is, for whoever shows it. */
export type KeepState =
  | { readonly kind: "up"; readonly by: PeerName; readonly iface: string | undefined }
  | { readonly kind: "dialing"; readonly by: PeerName }
  /** `until`: milliseconds since 1970, where known. */
  | { readonly kind: "waiting"; readonly why: string; readonly until?: number };

export interface KeepRequest {
  readonly peers: readonly PeerName[];
  /** Every peer's files are right: it begins. */
  readonly onReady: () => void;
  /** Aborted: end what was brought up, and return. */
  readonly signal: AbortSignal;
  readonly onEvent: (peer: PeerName, event: ConnectEvent) => void;
  readonly onState: (peer: PeerName, state: KeepState) => void;
}

/** A link that is up is looked at so often. */
const lookMs = 1000;
/** Between two looks while nothing may be dialed: somebody may unblock the peer, or bring the link up by hand. */
const idleLookMs = 5000;

/**
 * Keep the links of these peers up until `signal`, all in one process: probe, redial by the policy, fall over to another provider and
 * return to the first. A link that somebody ended by hand (poff) stays down until somebody brings it up again.
 *
 * @throws PppctlError of a mistake in a peer's file, before anything is dialed
 */
export async function keep(request: KeepRequest, world: World): Promise<void> {
  const lines = await Promise.all(
    request.peers.map((peer) => loadProviders(peer, { extraWords: [], fallbacks: true }, world)),
  );
  request.onReady();
  await Promise.all(lines.map((providers) => keepLine(providers, request, world)));
}

async function keepLine(atFirst: Providers, request: KeepRequest, world: World): Promise<void> {
  const { signal } = request;
  const [{ peer }] = atFirst;
  let providers = atFirst;
  let brought: Provider | undefined;
  /** Why it stays down; undefined: it is wanted up. */
  let down: string | undefined;
  const pauses = notePauses("keep", world);
  while (!signal.aborted) {
    const found = await findUp(providers, request, world);
    if (found !== undefined || down !== undefined) pauses.over();
    if (found === "busy" || found === "pppd-waits") {
      if (found === "pppd-waits")
        request.onState(peer, { kind: "waiting", why: "pppd waits for traffic, or for its next try" });
      await rest(lookMs, signal, world);
    } else if (found !== undefined) {
      brought = found.provider;
      const end = await watchLink(found, providers, request, world);
      if (end === "stopped") break;
      down = staysDown[end];
    } else if (down !== undefined) {
      request.onState(peer, { kind: "waiting", why: `${down}; \`pon\` has it kept again` });
      await rest(lookMs, signal, world);
    } else {
      providers = await reloadProviders(providers, world);
      brought = (await dialNext(providers, request, pauses, world)) ?? brought;
    }
  }
  pauses.over();
  if (brought !== undefined) await endLink(brought.peer, world);
}

type LinkEnd = "ended" | "by-hand" | "idle" | "stopped";

/** What nobody brings up again but who wants it. */
const staysDown: Partial<Readonly<Record<LinkEnd, string>>> = {
  "by-hand": "it was ended by hand",
  idle: "nobody used it, and its billing unit was over",
};

const overText: Readonly<Record<CallOver, string>> = {
  unit: "nobody uses the link, and its billing unit is over",
  time: "the link's time is used up",
  bytes: "the link's bytes are used up",
};

interface UpLink {
  readonly provider: Provider;
  readonly status: PeerStatus;
}

/** The provider that is up; `busy`: somebody is at it; `pppd-waits`: `demand`, `persist`. What dangles or passes nothing is ended. */
async function findUp(
  providers: Providers,
  { signal, onEvent }: KeepRequest,
  world: World,
): Promise<UpLink | "busy" | "pppd-waits" | undefined> {
  for (const provider of providers) {
    const health = await examineLink(provider, signal, world);
    if (health.kind === "up") return { provider, status: health.status };
    if (health.kind === "busy") return health.status.state === "waiting" ? "pppd-waits" : "busy";
    if (health.kind === "down" || signal.aborted) continue;
    const { peer } = provider;
    const what = health.kind === "silent" ? "is up but passes nothing" : "is stuck";
    onEvent(peer, { type: "warning", text: `pppd (pid ${health.status.pid}) ${what}: ending it` });
    if (health.kind === "silent") noteProbeFailed(health.status, provider.loaded.settings.PON_PROBE, world);
    await endSilent(provider, health.status, world);
  }
  return undefined;
}

/** One try of whoever may be dialed, or a rest; who has been brought up, or waits for traffic (`demand`). */
async function dialNext(
  providers: Providers,
  request: KeepRequest,
  pauses: PauseNotes,
  world: World,
): Promise<Provider | undefined> {
  const { signal, onEvent, onState } = request;
  const [{ peer: kept }] = providers;
  const choice = chooseProvider(providers, { respectBlocks: true }, world);
  const { decision, peer: provider } = choice;
  const { peer } = provider;
  if (choice.kind !== "dial") {
    const until = "at" in decision ? decision.at : decision.action === "refuse" ? decision.until : undefined;
    const why = "at" in decision ? decision.reason : whyNot(provider, decision, world).message;
    // A peer that is blocked waits for nothing.
    if (until === undefined) pauses.over();
    else pauses.until(peer, until);
    onState(kept, { kind: "waiting", why, ...(until === undefined ? {} : { until }) });
    const left = until === undefined ? idleLookMs : until - world.clock.wallTime();
    await rest(Math.min(Math.max(left, 10), idleLookMs), signal, world);
    return undefined;
  }
  onState(kept, { kind: "dialing", by: peer });
  try {
    const terms = termsOf(choice.decision, 1);
    const onOne = (event: ConnectEvent): void => onEvent(peer, event);
    const call = {
      extraWords: wordsOf(provider),
      wait: true,
      quick: false,
      signal,
      onEvent: onOne,
      terms,
      asksAgain: true,
      isWatched: true,
    };
    await dialProvider(provider, call, world);
    return provider;
  } catch (error) {
    if (!(error instanceof PppctlError)) throw error;
    if (signal.aborted) return undefined;
    onEvent(peer, { type: "attempt-failed", sentence: error.message.replace(`${peer}: `, "") });
    // What has failed for good is blocked here.
    chooseProvider(providers, { failed: provider, respectBlocks: true }, world);
    // Another dialer's lock, a mistake in a file that has changed: nothing that the policy has a pause for.
    if (causeOfError(error) === undefined) await rest(idleLookMs, signal, world);
    return undefined;
  }
}

/** Who redials is `keep`, by the policy and also by other providers; a pppd that persists would do so by itself. */
function wordsOf({ loaded: { plan } }: Provider): readonly string[] {
  return plan.persist && !plan.demand ? ["nopersist"] : [];
}

/** Watch a link until it has ended. `by-hand`: somebody wanted it down; `idle`: its unit was over; `stopped`: we are to go. */
async function watchLink(
  { provider, status }: UpLink,
  providers: Providers,
  { onState, onEvent, signal }: KeepRequest,
  world: World,
): Promise<LinkEnd> {
  const [first] = providers;
  const { settings } = provider.loaded;
  onState(first.peer, { kind: "up", by: provider.peer, iface: status.iface });
  const since = world.clock.now();
  const sinceWall = world.clock.wallTime();
  const watch = watchCall(status, provider.loaded, provider.memory, world);
  for (let probeAt = since + settings.PON_PROBE_PERIOD; ; ) {
    await rest(lookMs, signal, world);
    if (signal.aborted) return "stopped";
    if (!watch.isUp()) break;
    const over = watch.isOver();
    if (over !== undefined) {
      onEvent(provider.peer, { type: "warning", text: `${overText[over]}: hanging up` });
      if ((await watch.hangUp(over)) === "ended") return over === "unit" ? "idle" : "ended";
    }
    if (settings.PON_PROBE !== "none" && world.clock.now() >= probeAt) {
      if (!(await passesProbe(status, settings, signal, world)) && !signal.aborted) {
        onEvent(provider.peer, { type: "warning", text: "the link is up but passes nothing: dialing again" });
        noteProbeFailed(status, settings.PON_PROBE, world);
        await endSilent(provider, status, world);
        return "ended";
      }
      watch.passOver();
      probeAt = world.clock.now() + settings.PON_PROBE_PERIOD;
    }
    if (provider !== first && mayReturn(first, world.clock.now() - since, world)) {
      onEvent(provider.peer, { type: "warning", text: `going back to ${first.peer}` });
      await endLink(provider.peer, world);
      return "ended";
    }
  }
  const end = endOf(provider, sinceWall, world);
  onEvent(provider.peer, { type: "attempt-failed", sentence: `the link is down: ${end.cause}` });
  if (endedIdle(settings, end)) return "idle";
  return end.cause === "user-request" ? "by-hand" : "ended";
}

/** The first provider has its turn again: it has had its rest, and the policy would let it be dialed. */
function mayReturn(first: Provider, onOtherMs: number, world: World): boolean {
  const { PON_RETURN } = first.loaded.settings;
  if (PON_RETURN === 0 || onOtherMs < PON_RETURN) return false;
  return chooseProvider([first], { respectBlocks: true }, world).kind === "dial";
}

/** A link that passes nothing is ended by us, and failed all the same. */
async function endSilent(provider: Provider, { upSince }: PeerStatus, world: World): Promise<void> {
  const startedAt = Math.min(upSince ?? Infinity, world.clock.wallTime());
  await endLink(provider.peer, world);
  const endedAt = world.clock.wallTime();
  const ms = Math.max(0, endedAt - startedAt);
  // It is in the history already, unless that cannot be written.
  const call = { peer: provider.peer, startedAt, endedAt, onlineMs: ms, upMs: ms, bytes: 0 };
  provider.memory.add({ ...call, cause: "probe-failed" });
}

/** How a link ended that was up since then: as the history says; nobody knows where it cannot be written. */
function endOf(provider: Provider, since: number, world: World): PastCall {
  try {
    settleEnded(provider.peer, world);
  } catch {
    // A full disk.
  }
  const last = world.history.readNewest().findLast(({ peer }) => peer === provider.peer);
  if (last !== undefined && last.endedAt >= since) return pastCallOf(last);
  const endedAt = world.clock.wallTime();
  const lost: PastCall = {
    peer: provider.peer,
    startedAt: since,
    endedAt,
    onlineMs: endedAt - since,
    upMs: endedAt - since,
    bytes: 0,
    cause: "line-lost",
  };
  provider.memory.add(lost);
  return lost;
}

/** Sleep; an abort is not an error here. */
async function rest(ms: number, signal: AbortSignal, world: World): Promise<void> {
  try {
    await world.clock.sleep(ms, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
