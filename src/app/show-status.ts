import type { PeerName } from "../core/peer-name.ts";
import { dialRecordName, parseDialRecord } from "../link/dial-record.ts";
import { type LinkRecord, parseLinkRecord, recordName } from "../link/link-record.ts";
import { linkPidFileName, parsePppdPidFile } from "../pppd/pid-file.ts";
import type { ProcessInfo, World } from "./deps.ts";
import { findAllLinks, findLinksOf, pidFileDirectory } from "./find-links.ts";
import { loadPlan } from "./load-plan.ts";
import { linknameOf } from "./plan-call.ts";

/** What is true of a peer now. */
export interface PeerStatus {
  readonly peer: string;
  /** `connecting`: pppd runs, and the network is not up. */
  readonly state: "down" | "dialing" | "connecting" | "up";
  readonly pid?: number;
  readonly iface?: string;
  readonly local?: string;
  readonly remote?: string;
  readonly dns?: readonly string[];
  readonly device?: string;
  readonly number?: string;
  /** As the modem reported it, bits per second. */
  readonly connectRate?: number;
  /** Milliseconds since 1970. */
  readonly upSince?: number;
}

/** The state of the named peers, or of every peer that has a link or a record. Nothing is believed that /proc does not confirm. */
export async function showStatus(peers: readonly PeerName[], world: World): Promise<PeerStatus[]> {
  const names =
    peers.length > 0
      ? peers
      : [...new Set([...findAllLinks(world).flatMap(({ peer }) => peer ?? []), ...world.stores.peers()])].sort();
  return Promise.all(names.map((peer) => statusOf(peer as PeerName, world)));
}

async function statusOf(peer: PeerName, world: World): Promise<PeerStatus> {
  const linkname = linknameOf(peer, (await loadPlan({ peer, extraWords: [] }, world)).plan);
  const links = findLinksOf(peer, [linkname], world);
  const pppd = links.find(({ kind }) => kind === "pppd")?.process;
  const store = world.stores.of(peer);
  const recorded = parseLinkRecord(store.read(recordName) ?? "");
  // pppd waits in its options while our pon dials.
  const waits = recorded?.phase === "dialing" && links.some(({ kind }) => kind === "dialer");
  if (pppd === undefined || waits) return { peer, state: links.length > 0 ? "dialing" : "down" };

  const dialed = parseDialRecord(store.read(dialRecordName) ?? "");
  const record = recordOf(pppd, recorded);
  const pidFile = parsePppdPidFile(world.files.readText(`${pidFileDirectory}/${linkPidFileName(linkname)}`) ?? "");
  const iface = (pidFile?.pid === pppd.pid ? pidFile.iface : undefined) ?? record?.iface;
  const addresses = iface === undefined ? [] : world.interfaceAddresses(iface);
  const up = addresses.length > 0 && iface !== undefined;
  const local = record?.local ?? addresses[0];
  return {
    peer,
    state: up ? "up" : "connecting",
    pid: pppd.pid,
    ...(iface === undefined ? {} : { iface }),
    ...(up && local !== undefined ? { local } : {}),
    ...(up && record?.remote !== undefined ? { remote: record.remote } : {}),
    ...(up && record?.dns !== undefined ? { dns: record.dns } : {}),
    ...(dialed === undefined ? {} : { device: dialed.device }),
    ...(dialed?.number === undefined ? {} : { number: dialed.number }),
    ...(dialed?.connectRate === undefined ? {} : { connectRate: dialed.connectRate }),
    ...(up && record?.upAt !== undefined ? { upSince: record.upAt } : {}),
  };
}

/** The record, when it is this process's and not that of an earlier call. */
function recordOf(pppd: ProcessInfo, record: LinkRecord | undefined): LinkRecord | undefined {
  return record?.pppd?.pid === pppd.pid && record.pppd.startTime === pppd.startTime ? record : undefined;
}
