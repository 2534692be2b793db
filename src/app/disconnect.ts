import { PppctlError } from "../core/errors.ts";
import { ExitCode } from "../core/exit-codes.ts";
import type { PeerName } from "../core/peer-name.ts";
import { dialRecordName } from "../link/dial-record.ts";
import { parseLinkRecord, recordName } from "../link/link-record.ts";
import { textFromWord } from "../peer/word-text.ts";
import { reasonOf } from "./call-context.ts";
import type { LineSettings, ProcessInfo, World } from "./deps.ts";
import {
  countLinks,
  findAllLinks,
  findLinksOf,
  findPausing,
  findWatchers,
  headsOf,
  type LinkProcess,
} from "./find-links.ts";
import { hangUp } from "./hang-up.ts";
import { hostPlanName, hostUpName } from "./host-plan.ts";
import { lineSettings, loadPlan } from "./load-plan.ts";
import { repairHost } from "./repair-host.ts";
import { settleEnded } from "./settle-calls.ts";
import { endLac, findLac, hangUpLac } from "./xl2tpd-link.ts";
import { awaitsRedial, findXl2tpdLink, xl2tpdLinkName } from "./xl2tpd-record.ts";

export interface DisconnectRequest {
  /** Undefined: the only link there is. */
  readonly peer: PeerName | undefined;
  /** Every pppd; `peer` does not count then. */
  readonly all: boolean;
  /** TERM ends a link and is waited for; the others are only sent. */
  readonly signal: "SIGTERM" | "SIGHUP" | "SIGUSR1" | "SIGUSR2";
  /** Wait until the links have gone. */
  readonly wait: boolean;
}

export interface DisconnectResult {
  /** How many links were signalled. */
  readonly links: number;
  readonly peers: readonly string[];
  /** What is known of each modem line afterwards. */
  readonly lines: readonly LineEnd[];
  /** Processes that had to be killed. */
  readonly killed: readonly number[];
  /** What went wrong beside it (a full disk). */
  readonly warnings: readonly string[];
}

export interface LineEnd {
  readonly peer: string;
  readonly device: string;
  /** `unknown`: the line shows no carrier and the modem was not asked (a pty: its last close was the hang-up). */
  readonly state: "on-hook" | "off-hook" | "unknown";
  /** What showed or did it. */
  readonly by: string;
}

/** pppd needs up to two LCP Terminate-Requests of 3 s, a disconnect script and a second of DTR low. */
const killAfterMs = 30_000;
const pollMs = 20;

/**
 * End links, or signal them (Debian's poff), and wait until they have gone and the modem is on-hook.
 *
 * @throws PppctlError poff.none, poff.no-such-peer, poff.ambiguous, poff.kill; exit status 1 as Debian's.
 */
export async function disconnect(request: DisconnectRequest, world: World): Promise<DisconnectResult> {
  const { peer, all, signal } = request;
  const linknames = peer === undefined ? [] : await linknamesOf(peer, world);
  const withPausing = (links: readonly LinkProcess[], of: PeerName | undefined): LinkProcess[] => {
    const pausing = findPausing(of, world).filter(
      (one) => !links.some(({ process }) => process.pid === one.process.pid),
    );
    return [...links, ...pausing];
  };
  const find = (): LinkProcess[] =>
    all || peer === undefined
      ? withPausing(findAllLinks(world), undefined)
      : withPausing(findLinksOf(peer, linknames, world), peer);

  // What crashed links have left, whatever comes of this one.
  if (world.root && !world.journal.isEmpty()) await repairHost(world);
  const links = find();
  const everything = withPausing(findAllLinks(world), undefined);
  const waits = peer !== undefined && awaitsRedial(world.stores.of(peer), world);
  if (everything.length === 0 && !waits) throw nothingRuns();
  if (!all && peer === undefined && countLinks(everything) > 1) throw ambiguous();
  if (links.length === 0) {
    const ended = peer !== undefined && signal === "SIGTERM" && (await disconnectLac(peer, world));
    if (!ended) throw noSuchPeer(peer ?? "");
    return { links: 1, peers: [peer], lines: [], killed: [], warnings: [] };
  }
  const ofXl2tpd = signal === "SIGTERM" ? peersOfXl2tpd(all ? undefined : peer, world) : [];
  const peers = [...new Set([...links.flatMap((link) => (link.peer === undefined ? [] : [link.peer])), ...ofXl2tpd])];
  const modems = (await Promise.all(peers.map((name) => modemOf(name as PeerName, world)))).flat();

  const signalled = new Map<number, LinkProcess>();
  const send = (targets: readonly LinkProcess[], which: NodeJS.Signals): number =>
    targets.filter((target) => {
      const { pid } = target.process;
      if (signalled.has(pid) && which !== "SIGKILL") return false;
      signalled.set(pid, target);
      return world.processes.kill(pid, which);
    }).length;
  // A pppd that is ending has no arguments any more by which `find` would know it, and its record still counts as alive. (A dialer
  // of ours has ended its call when it gives up its lock; `keep` has more to do then.)
  const left = (): LinkProcess[] => {
    const found = find();
    const ending = [...signalled.values()].filter(
      ({ kind, process: { pid, startTime } }) =>
        kind === "pppd" &&
        !found.some(({ process }) => process.pid === pid) &&
        world.processes.read(pid)?.startTime === startTime,
    );
    return [...found, ...ending];
  };
  // Or it would call again where its lac says so.
  for (const name of ofXl2tpd) await hangUpLac(world.stores.of(name), world);
  if (send(headsOf(links), signal) === 0 && ofXl2tpd.length === 0) throw killFailed();

  const killed = new Set<number>();
  if (signal === "SIGTERM" && request.wait) {
    const killAt = world.clock.now() + killAfterMs;
    for (let links = left(); links.length > 0; links = left()) {
      if (world.clock.now() < killAt) send(headsOf(links), signal);
      else {
        send(links, "SIGKILL");
        for (const link of links) killed.add(link.process.pid);
      }
      await world.clock.sleep(pollMs);
    }
  }
  if (signal === "SIGTERM" && request.wait) for (const name of peers) await endWatchers(name, world);
  const warnings: string[] = [];
  if (signal === "SIGTERM" && request.wait)
    for (const name of peers) forget(name, world, (text) => warnings.push(text));
  if (request.wait) for (const name of ofXl2tpd) world.stores.of(name).remove(xl2tpdLinkName);
  const lines: LineEnd[] = [];
  if (signal === "SIGTERM" && request.wait && world.root) {
    for (const modem of modems) lines.push(await confirmOnHook(modem, world));
  }
  // What a killed pppd could not, or what stays while one calls again.
  if (signal === "SIGTERM" && request.wait && world.root && !world.journal.isEmpty()) await repairHost(world);
  return { links: countLinks(links), peers, lines, killed: [...killed], warnings };
}

/** They would see within a second that their pppd has gone; they have nothing to tidy up. */
async function endWatchers(peer: string, world: World): Promise<void> {
  const watchers = findWatchers(peer, world).filter(({ pid }) => world.processes.kill(pid, "SIGKILL"));
  const lives = ({ pid, startTime }: ProcessInfo): boolean => world.processes.read(pid)?.startTime === startTime;
  while (watchers.some(lives)) await world.clock.sleep(pollMs);
}

/** The peers whose links pon had xl2tpd make: of all, or of one. */
function peersOfXl2tpd(peer: PeerName | undefined, world: World): readonly string[] {
  const names = peer === undefined ? world.stores.peers() : [peer];
  return names.filter((name) => findXl2tpdLink(world.stores.of(name), world) !== undefined);
}

/**
 * A lac of which no pppd is seen: xl2tpd means to call it again, or somebody else had xl2tpd call it, and its pppd does not tell
 * whose it is. True when xl2tpd has ended it.
 */
async function disconnectLac(peer: PeerName, world: World): Promise<boolean> {
  const store = world.stores.of(peer);
  if (awaitsRedial(store, world)) {
    await endLac(store, world);
    forget(peer, world, () => undefined);
    await repairHost(world);
    return true;
  }
  const { plan, settings } = await loadPlan({ peer, extraWords: [] }, world);
  const lac = findLac(peer, plan, settings, world);
  return lac !== undefined && (await world.xl2tpd.control("disconnect-lac", lac.name)) === undefined;
}

/** What was recorded of a link that has ended; its log stays. */
function forget(peer: string, world: World, warn: (text: string) => void): void {
  const store = world.stores.of(peer);
  try {
    // Removes the record, and only with its line in the history.
    settleEnded(peer, world);
    if (parseLinkRecord(store.read(recordName) ?? "") === undefined) store.remove(recordName);
  } catch (error) {
    // The record stays for whoever can write.
    warn(`${peer}: the call is not in the history: ${reasonOf(error)}`);
  }
  store.remove(dialRecordName);
  store.remove(hostPlanName);
  store.remove(hostUpName);
}

/** See that the modem hung up, and make it when it did not. */
async function confirmOnHook({ peer, device, settings }: ModemLine, world: World): Promise<LineEnd> {
  let lock: ReturnType<World["lockLine"]> | undefined;
  try {
    lock = world.lockLine(device);
    const line = await world.openLine(device, settings);
    try {
      if (line.lines === undefined) return { peer, device, state: "unknown", by: "line closed" };
      if (!(await line.lines.get()).dcd) return { peer, device, state: "on-hook", by: "no carrier" };
      const outcome = await hangUp(line, world.clock);
      return { peer, device, state: outcome.onHook ? "on-hook" : "off-hook", by: outcome.by };
    } finally {
      await line.close();
    }
  } catch (error) {
    // The link itself has ended; a line that is locked or unplugged now is nobody's failure.
    return { peer, device, state: "unknown", by: error instanceof PppctlError ? error.message : String(error) };
  } finally {
    lock?.release();
  }
}

/** The device of a peer that dials a modem by a chat script; nothing for other peers and broken files. */
async function modemOf(peer: PeerName, world: World): Promise<ModemLine[]> {
  const { plan } = await loadPlan({ peer, extraWords: [] }, world);
  return plan.kind === "serial" && plan.connect.kind === "chat" && plan.device !== undefined && !plan.device.missing
    ? [{ peer, device: plan.device.value, settings: lineSettings(plan) }]
    : [];
}

interface ModemLine {
  readonly peer: string;
  readonly device: string;
  readonly settings: LineSettings;
}

async function linknamesOf(peer: PeerName, world: World): Promise<string[]> {
  const { linkname } = (await loadPlan({ peer, extraWords: [] }, world)).plan;
  return linkname === undefined ? [] : [textFromWord(linkname.value)];
}

function nothingRuns(): PppctlError {
  return new PppctlError({
    code: "poff.none",
    message: "No pppd is running.  None stopped.",
    exitCode: ExitCode.fatal,
  });
}

function ambiguous(): PppctlError {
  return new PppctlError({
    code: "poff.ambiguous",
    message: "More than one pppd running and no -a option and\nno arguments supplied. Nothing stopped.",
    exitCode: ExitCode.fatal,
  });
}

function noSuchPeer(peer: string): PppctlError {
  return new PppctlError({
    code: "poff.no-such-peer",
    message: `I could not find a pppd process for provider '${peer}'. None stopped.`,
    exitCode: ExitCode.fatal,
  });
}

function killFailed(): PppctlError {
  return new PppctlError({
    code: "poff.kill",
    message: "/usr/bin/kill failed.  None stopped.",
    exitCode: ExitCode.fatal,
    hint: "run as root, or as the user who started the link",
  });
}
