import type { PeerName } from "../core/peer-name.ts";
import { causeRow } from "../link/causes.ts";
import { dialRecordName, parseDialRecord } from "../link/dial-record.ts";
import type { HistoryEntry } from "../link/history-entry.ts";
import { type LinkRecord, parseLinkRecord, recordName } from "../link/link-record.ts";
import { type LinkStateName, stateOfLink } from "../link/link-state.ts";
import type { WaitRecord } from "../link/wait-record.ts";
import type { PeerStore, ProcessInfo, World } from "./deps.ts";
import { atOneLook, findAllLinks, findLinksOf, headsOf } from "./find-links.ts";
import { knowPeer, type PeerKnowledge } from "./know-peer.ts";
import { lookAtPppd } from "./look-at-pppd.ts";
import { readWait } from "./note-wait.ts";
import { markLives, settleEnded } from "./settle-calls.ts";

/** What is true of a peer now; `docs/json.md`. Times are milliseconds since 1970. */
export interface PeerStatus {
  readonly peer: string;
  readonly state: LinkStateName;
  /** It is down, and there is no such peer file. */
  readonly missing?: true;
  readonly pid?: number;
  readonly iface?: string;
  readonly local?: string;
  readonly remote?: string;
  readonly dns?: readonly string[];
  readonly device?: string;
  readonly number?: string;
  /** As the modem reported it, bits per second. */
  readonly connectRate?: number;
  readonly attempt?: number;
  readonly upSince?: number;
  /** Of the interface. */
  readonly bytesSent?: number;
  readonly bytesReceived?: number;
  /** Since when it waits, and when it dials again, where that is known. */
  readonly waitsSince?: number;
  readonly nextAt?: number;
  readonly blocked?: { readonly since: number; readonly cause: string; readonly sentence: string };
  readonly lastFailure?: { readonly at: number; readonly cause: string; readonly sentence: string };
}

export interface StatusOptions {
  /** What was found out about peers' files before; filled here. For who looks every second. */
  readonly known?: Map<string, PeerKnowledge>;
  /** Last failures of long ago are wanted too: what was looked up in the whole history, a peer each; filled here. */
  readonly failures?: Map<string, HistoryEntry | undefined>;
  /** A call that has ended could not be entered into the history (a full disk). */
  readonly warn?: (text: string) => void;
}

/**
 * The state of the named peers, or of every peer that has a link or a record, or is blocked. Nothing is believed that the machine does not
 * confirm. What has ended unseen is entered into the history, where we may write.
 */
export async function showStatus(
  peers: readonly PeerName[],
  machine: World,
  options: StatusOptions = {},
): Promise<PeerStatus[]> {
  // One look at the processes for all: who watches pays for it every second.
  const world = atOneLook(machine);
  const stores = [world.stores, ...world.foreignStores];
  const all = findAllLinks(world);
  const names =
    peers.length > 0
      ? peers
      : [
          ...new Set([
            ...all.flatMap(({ peer }) => peer ?? []),
            ...stores.flatMap((one) => one.peers()),
            ...world.blocks.peers(),
          ]),
        ].sort();
  for (const peer of names) {
    try {
      settleEnded(peer, world);
    } catch (error) {
      options.warn?.(`${peer}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  const failureOf = findFailures(names, options.failures, world);
  return Promise.all(
    names.map(async (peer) => {
      const knowledge = options.known?.get(peer) ?? (await knowPeer(peer as PeerName, world));
      options.known?.set(peer, knowledge);
      const seen = statusOf(peer, knowledge, world);
      const status = isTorn(seen, world) ? statusOf(peer, knowledge, atOneLook(machine)) : seen;
      return { ...status, ...lastFailure(failureOf(peer)) };
    }),
  );
}

/**
 * pppd goes to the background just now, so that one look at the processes may have missed both: the one was not there yet, the other not any
 * more. The record has a pppd from the moment on at which the modem's work is done.
 */
function isTorn({ peer, state, pid }: Pick<PeerStatus, "peer" | "state" | "pid">, world: World): boolean {
  if (state !== "dialing" || pid !== undefined) return false;
  return [world.stores, ...world.foreignStores].some((stores) => {
    const record = parseLinkRecord(stores.of(peer).read(recordName) ?? "");
    return record?.pppd !== undefined && markLives(record.dialer, world);
  });
}

/** Each peer's last failure: among the newest calls or, of those of `old`, in the whole history, which is read once. */
function findFailures(
  names: readonly string[],
  old: StatusOptions["failures"],
  world: World,
): (peer: string) => HistoryEntry | undefined {
  const isFailureOf = (peer: string) => (entry: HistoryEntry) =>
    entry.peer === peer && causeRow(entry.cause).retry !== "stop";
  const newest = world.history.readNewest();
  const found = new Map(old);
  for (const peer of names) {
    const failure = newest.findLast(isFailureOf(peer));
    if (failure !== undefined) found.set(peer, failure);
  }
  const missing = old === undefined ? [] : names.filter((peer) => !found.has(peer));
  const calls = missing.length === 0 ? [] : world.history.read();
  for (const peer of missing) found.set(peer, calls.findLast(isFailureOf(peer)));
  for (const [peer, failure] of found) old?.set(peer, failure);
  return (peer) => found.get(peer);
}

function statusOf(peer: string, known: PeerKnowledge, world: World): Omit<PeerStatus, "lastFailure"> {
  const links = findLinksOf(peer, [known.linkname], world);
  const pppd = headsOf(links).find(({ kind }) => kind === "pppd")?.process;
  const block = world.blocks.read(peer);
  const { store, record } = currentRecord(peer, pppd, world);
  const dialer = markLives(record?.dialer, world) || links.some(({ kind }) => kind === "dialer");
  const wait = readWait(peer, world);
  const seen =
    pppd === undefined ? undefined : lookAtPppd(pppd, { known, record, children: childrenOf(pppd, world) }, world);
  const state = stateOfLink({
    blocked: block !== undefined,
    pppd: pppd !== undefined,
    dialer,
    pauses: wait?.who,
    record,
    serial: known.serial,
    demand: known.demand,
    redials: record?.redials ?? known.redials,
    interfaceExists: seen?.interfaceExists ?? false,
    addressed: seen?.addresses.length !== undefined && seen.addresses.length > 0,
    childDials: seen?.childDials ?? false,
    lineInUse: seen?.lineInUse,
    variables: seen?.variables,
  });
  const at = { peer, state, ...(pppd === undefined ? {} : { pid: pppd.pid }) };
  return {
    ...at,
    ...(state === "down" && known.missing ? { missing: true as const } : {}),
    ...describeLine(state, record, store, seen?.device ?? known.device),
    ...(state === "up" && seen !== undefined ? { ...seen.network, ...upTimes(record, seen.since) } : {}),
    ...(state === "waiting" ? describeWait(record, known, wait) : {}),
    ...(block === undefined ? {} : { blocked: { since: block.since, cause: block.cause, sentence: block.sentence } }),
  };
}

/** The record, when it is this process's and not that of an earlier call; root's for those who are not root. */
function currentRecord(
  peer: string,
  pppd: ProcessInfo | undefined,
  world: World,
): { readonly store: PeerStore; readonly record: LinkRecord | undefined } {
  const own = world.stores.of(peer);
  for (const store of [own, ...world.foreignStores.map((stores) => stores.of(peer))]) {
    const record = parseLinkRecord(store.read(recordName) ?? "");
    if (record === undefined) continue;
    const call = pppd === undefined ? undefined : world.processes.variable(pppd.pid, "PPPCTL_CALL");
    const ofPppd =
      pppd !== undefined &&
      ((record.pppd?.pid === pppd.pid && record.pppd.startTime === pppd.startTime) ||
        (call !== undefined && call === record.call));
    if (ofPppd || markLives(record.dialer, world)) return { store, record };
  }
  return { store: own, record: undefined };
}

function childrenOf(pppd: ProcessInfo, world: World): readonly ProcessInfo[] {
  return world.processes.list().filter(({ parent }) => parent === pppd.pid);
}

function describeLine(
  state: LinkStateName,
  record: LinkRecord | undefined,
  store: PeerStore,
  device: string | undefined,
): Partial<PeerStatus> {
  if (state === "down" || state === "blocked") return {};
  const dialed = parseDialRecord(store.read(dialRecordName) ?? "");
  // One of an earlier call says nothing of this one.
  const own = dialed !== undefined && record !== undefined && dialed.at >= record.startedAt ? dialed : undefined;
  const number = record?.number ?? own?.number;
  const connectRate = record?.connectRate ?? own?.connectRate;
  const path = record?.device ?? own?.device ?? device;
  return {
    ...(path === undefined ? {} : { device: path }),
    ...(number === undefined ? {} : { number }),
    ...(connectRate === undefined || state === "waiting" ? {} : { connectRate }),
    ...(record === undefined || record.attempt < 1 ? {} : { attempt: record.attempt }),
  };
}

function upTimes(record: LinkRecord | undefined, since: number | undefined): Partial<PeerStatus> {
  const upSince = record?.settled === true ? since : (record?.upAt ?? since);
  return upSince === undefined ? {} : { upSince };
}

/** pppd's default holdoff is 30 s; a `demand` link waits for a packet. */
function describeWait(
  record: LinkRecord | undefined,
  { demand, holdoffMs }: PeerKnowledge,
  wait: WaitRecord | undefined,
): Partial<PeerStatus> {
  if (wait !== undefined) {
    const { since, nextAt, attempt } = wait;
    return { waitsSince: record?.endedAt ?? since, nextAt, ...(attempt === undefined ? {} : { attempt }) };
  }
  const since = record?.endedAt;
  if (since === undefined) return {};
  const nextAt = record?.nextAt ?? (demand ? undefined : since + holdoffMs);
  return { waitsSince: since, ...(nextAt === undefined ? {} : { nextAt }) };
}

function lastFailure(failure: HistoryEntry | undefined): Partial<PeerStatus> {
  if (failure === undefined) return {};
  return { lastFailure: { at: failure.endedAt, cause: failure.cause, sentence: failure.sentence } };
}
