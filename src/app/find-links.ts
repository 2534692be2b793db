import { linkPidFileName, parsePppdPidFile } from "../pppd/pid-file.ts";
import { pppdCallOf } from "../pppd/pppd-call-of.ts";
import type { ProcessInfo, World } from "./deps.ts";
import { readWait } from "./note-wait.ts";
import { findXl2tpdLink, lacOptionsName } from "./xl2tpd-record.ts";

/** A process that carries or dials a link. */
export interface LinkProcess {
  /** `dialer`: one of ours that has no pppd yet. */
  readonly kind: "pppd" | "dialer";
  readonly process: ProcessInfo;
  /** As in `pppd call PEER`; undefined for a pppd that was started without `call`. */
  readonly peer: string | undefined;
}

/** Where pppd writes `ppp-<linkname>.pid` and `<ifname>.pid` (2.4.x, and Debian's 2.5.x). */
export const pidFileDirectory = "/run";

/** The world as one look at the processes shows it, for all that is asked of it now. */
export function atOneLook(world: World): World {
  const processes = world.processes.list();
  return { ...world, processes: { ...world.processes, list: () => processes } };
}

/** Every pppd that runs, ours or not, and every dialer of ours. */
export function findAllLinks(world: World): LinkProcess[] {
  const pppds = world.processes.list().flatMap((process): LinkProcess[] => {
    const call = pppdCallOf(process.argv);
    return call !== undefined || process.name === "pppd" ? [{ kind: "pppd", process, peer: call?.peer }] : [];
  });
  const dialers = world.stores.peers().flatMap((peer): LinkProcess[] => {
    const process = world.stores.of(peer).dialer();
    return process === undefined ? [] : [{ kind: "dialer", process, peer }];
  });
  return [...pppds, ...dialers];
}

/**
 * The processes of one peer: `pppd call PEER` by whomever it was started (the name
 * compared exactly), the pppd whose linkname is the peer's, the one that xl2tpd started
 * for it, and our own dialer.
 */
export function findLinksOf(peer: string, linknames: readonly string[], world: World): LinkProcess[] {
  const byPidFile = new Set(
    [peer, ...linknames].flatMap((linkname) => {
      const text = linkname.includes("/")
        ? undefined
        : world.files.readText(`${pidFileDirectory}/${linkPidFileName(linkname)}`);
      const pid = text === undefined ? undefined : parsePppdPidFile(text)?.pid;
      return pid === undefined ? [] : [pid];
    }),
  );
  const ofXl2tpd = findXl2tpdLink(world.stores.of(peer), world)?.process?.pid;
  if (ofXl2tpd !== undefined) byPidFile.add(ofXl2tpd);
  // xl2tpd's has no `call PEER`, and pon may have died before it noted its pid.
  const lacOptions = `${world.stores.of(peer).directory}/${lacOptionsName}`;
  return findAllLinks(world).filter(
    ({ kind, process, peer: called }) =>
      called === peer ||
      (kind === "pppd" && process.name === "pppd" && (byPidFile.has(process.pid) || process.argv.includes(lacOptions))),
  );
}

/**
 * Each pon that pauses between two dials: of one peer, or of all. It has no link then, and would dial again. A pon that was called
 * for this peer and dials another in its place (`PON_FALLBACK`) is one of this peer's, too.
 */
export function findPausing(peer: string | undefined, world: World): LinkProcess[] {
  return [...new Set([...(peer === undefined ? [] : [peer]), ...world.stores.peers()])].flatMap(
    (name): LinkProcess[] => {
      const wait = readWait(name, world);
      const isMeant = peer === undefined || name === peer || wait?.insteadOf === peer;
      const process = isMeant && wait?.who === "pon" ? world.processes.read(wait.by.pid) : undefined;
      return process === undefined ? [] : [{ kind: "dialer", process, peer: name }];
    },
  );
}

/** Who watches a peer's pppd after pon has gone (cli/watch-main); not ourselves. */
export function findWatchers(peer: string, world: World): readonly ProcessInfo[] {
  return world.processes
    .list()
    .filter(({ pid, argv }) => argv[1]?.endsWith("/watch-main.js") && argv[2] === peer && pid !== world.self.pid);
}

/**
 * Those to signal: not what a pppd of the list has started. A hook or connect program that is just being
 * started still has pppd's name and arguments, and would be ended instead of run; pppd ends its own.
 */
export function headsOf(links: readonly LinkProcess[]): LinkProcess[] {
  const pppds = new Set(links.filter(({ kind }) => kind === "pppd").map((link) => link.process.pid));
  return links.filter((link) => !pppds.has(link.process.parent));
}

/** Links as users count them: a pppd that another of the list started (its charshunt, a fork) is no link of its own. */
export function countLinks(links: readonly LinkProcess[]): number {
  const pids = new Set(links.map((link) => link.process.pid));
  return links.filter((link) => !pids.has(link.process.parent)).length;
}
