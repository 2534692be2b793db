import type { PppctlError } from "../core/errors.ts";
import type { DialFailure } from "../link/dial-failure.ts";
import { dialRecordName, parseDialRecord } from "../link/dial-record.ts";
import { errorOfJudgement, judge } from "../link/judge.ts";
import type { LinkRecord } from "../link/link-record.ts";
import { type LinkState, startLink, stepLink } from "../pppd/link-machine.ts";
import { parsePppdLine } from "../pppd/parse-pppd-line.ts";
import { linkPidFileName, parsePppdPidFile } from "../pppd/pid-file.ts";
import { type CallContext, interruptedError, reasonOf } from "./call-context.ts";
import type { FollowedFile, PppdStart, PreparedPppd } from "./deps.ts";
import { findLinksOf, headsOf, pidFileDirectory } from "./find-links.ts";

/** How the wait for pppd ended. A failure is thrown. */
export type LinkEnd =
  | { readonly kind: "up"; readonly link: LinkState }
  /** pppd runs in the background; the network is not up yet. */
  | { readonly kind: "background"; readonly link: LinkState }
  /** pppd ran in the foreground (`nodetach`) until the link ended. */
  | { readonly kind: "ended"; readonly exitStatus: number };

/** A start of pppd, and what to wait for. */
export interface LinkStart {
  /** Made while the modem works, of a call that we dial. */
  readonly pppd: () => PppdStart;
  /** The file in which pppd's log appears; undefined: it cannot be read. */
  readonly logFile: string | undefined;
  /** `up`: wait for the network. `started`: until pppd has gone to the background. `end`: it stays in the foreground. */
  readonly until: "up" | "started" | "end";
  readonly network: "ip" | "ipv6";
  readonly redials: boolean;
  /** `demand`: the addresses in the log are the waiting interface's, not those of a link that is up. */
  readonly onDemand: boolean;
  /** `pon -q`: a link that was up and has ended again is what was wanted. */
  readonly quick: boolean;
}

/** A `demand` pppd has made its interface long before; then what is known is told. */
const demandReadyMs = 10_000;

/** pppd after SIGTERM: two Terminate-Requests of 3 s, a disconnect script, a second of DTR low. */
const stopLimitMs = 20_000;

/** From the interface's address to the log's line about it: pppd runs no script in between. */
const logDelayMs = 3000;

/**
 * Let the prepared pppd go, follow its log, and wait as `until` says.
 *
 * @param options.logFrom what its log holds before this place is not looked at: the size before pppd could write
 * @param options.more an option that was not known before
 * @param options.onStarted is called when pppd is on its way
 * @throws PppctlError with the judgement on a link that failed, exit status pppd's own.
 */
export async function awaitLink(
  call: CallContext,
  request: LinkStart,
  pppd: PreparedPppd,
  options: { readonly logFrom: number; readonly more?: "local" | undefined; readonly onStarted?: () => void },
): Promise<LinkEnd> {
  const { world } = call;
  let link = startLink({ network: request.network, redials: request.redials });
  let wasUp = false;
  const judgeEnd = (exit: { readonly status?: number | undefined; readonly signal?: string | undefined }) => {
    const { events, device, bytes } = link;
    const dialFailure = readDialFailure(call);
    const judged = judge({ events, dialFailure, exitStatus: exit.status, signal: exit.signal, device });
    call.end({ cause: judged.cause, sentence: judged.sentence, exitStatus: exit.status, bytes });
    return judged;
  };
  const failure = (exit: Parameters<typeof judgeEnd>[0]) => errorOfJudgement(call.peer, judgeEnd(exit));

  const onAbort = (): void => pppd.kill("SIGTERM");
  call.signal.addEventListener("abort", onAbort, { once: true });
  pppd.start(options.more);
  let log: FollowedFile | undefined;
  try {
    options.onStarted?.();
    recordPppd(call, pppd.pid);
    log = followLog(call, request.logFile, options.logFrom, (line) => {
      const before = link;
      link = stepLink(link, { type: "log", event: parsePppdLine(line), at: world.clock.wallTime() });
      wasUp ||= link.phase === "up";
      if (link.attempt > before.attempt) call.beginAttempt();
      if (link.phase !== before.phase && !request.onDemand) tellPhase(call, link, request.until);
    });
    if (call.signal.aborted) onAbort();
    const exit = await exitOrKill(pppd, call);
    log?.drain();
    if (request.until === "end") {
      judgeEnd(exit);
      return { kind: "ended", exitStatus: exit.status ?? 1 };
    }
    // It may have gone to the background just before the signal reached it.
    if (call.signal.aborted) throw await stopDaemon(call);
    if (exit.status !== 0) throw failure(exit);
    if (request.until === "started") {
      leaveDaemon(request.onDemand ? { phase: "waiting", attempt: 0, settled: true } : {});
      if (request.onDemand) await interfaceReady();
      return { kind: "background", link };
    }

    // pppd detaches at the first network protocol: that may be IPv6, and IPCP follows.
    const isUp = (): boolean => link.phase === "up";
    let addressSince: number | undefined;
    while (!isUp()) {
      const daemon = daemonPid(call);
      if (daemon === undefined || world.processes.read(daemon) === undefined) {
        log?.drain();
        if (wasUp && request.quick) break;
        if (!isUp()) throw failure({});
      } else if (call.signal.aborted) {
        throw await stopDaemon(call);
      } else {
        // A full disk takes the log, whole or from some line on; pppd says its addresses right after it has set them.
        const logSpeaks = link.phase !== "starting";
        const seen = lookAtInterface(call, link);
        if (seen === undefined && !logSpeaks) {
          leaveDaemon({});
          return { kind: "background", link };
        }
        if (seen?.phase === "up") addressSince ??= world.clock.now();
        if (seen !== undefined && (!logSpeaks || world.clock.now() - (addressSince ?? Infinity) > logDelayMs))
          link = seen;
        if (!isUp()) await world.clock.sleep(20);
      }
    }
    const { iface, local } = link;
    leaveDaemon({
      phase: "up",
      ...(iface === undefined ? {} : { iface }),
      ...(local === undefined ? {} : { local }),
      ...(link.upAt === undefined ? { upAt: world.clock.wallTime() } : {}),
    });
    return { kind: "up", link };
  } finally {
    call.signal.removeEventListener("abort", onAbort);
    log?.stop();
  }

  /** `demand`: pppd goes to the background before it has made the interface that packets are to wake. */
  async function interfaceReady(): Promise<void> {
    const limit = world.clock.now() + demandReadyMs;
    while (log !== undefined && link.remote === undefined && world.clock.now() < limit) {
      const daemon = daemonPid(call);
      if (daemon === undefined || world.processes.read(daemon) === undefined) {
        log.drain();
        if (link.remote === undefined) throw failure({});
      }
      if (call.signal.aborted) throw await stopDaemon(call);
      await world.clock.sleep(20);
    }
  }

  /** The pppd that went to the background is on its own from now on. */
  function leaveDaemon(change: Partial<LinkRecord>): void {
    const pid = daemonPid(call);
    const startTime = pid === undefined ? undefined : world.processes.read(pid)?.startTime;
    call.leave({ ...change, ...(pid === undefined || startTime === undefined ? {} : { pppd: { pid, startTime } }) });
  }
}

/** How much there is in the log that `awaitLink` will read. */
export function logSize(call: CallContext, start: LinkStart): number {
  return start.logFile === undefined ? 0 : call.world.files.size(start.logFile);
}

/** pppd's end; after an abort it has `stopLimitMs` to end by itself. */
async function exitOrKill(pppd: PreparedPppd, call: CallContext): Promise<Awaited<PreparedPppd["exited"]>> {
  const ended = new AbortController();
  const kill = async (): Promise<void> => {
    await call.world.clock.sleep(stopLimitMs, ended.signal);
    pppd.kill("SIGKILL");
  };
  const onAbort = (): void => {
    kill().catch(() => undefined);
  };
  if (call.signal.aborted) onAbort();
  else call.signal.addEventListener("abort", onAbort, { once: true, signal: ended.signal });
  try {
    return await pppd.exited;
  } finally {
    ended.abort();
  }
}

/** End the pppd that is in the background, and see it go; the error to end with. */
async function stopDaemon(call: CallContext): Promise<PppctlError> {
  const { clock, processes } = call.world;
  const pppds = () => findLinksOf(call.peer, [call.linkname], call.world).filter(({ kind }) => kind === "pppd");
  const started = clock.now();
  for (const { process } of pppds()) processes.kill(process.pid, "SIGTERM");
  for (let left = pppds(); left.length > 0 && clock.now() < started + 2 * stopLimitMs; left = pppds()) {
    if (clock.now() >= started + stopLimitMs) for (const { process } of left) processes.kill(process.pid, "SIGKILL");
    await clock.sleep(20);
  }
  return interruptedError(call);
}

function tellPhase(call: CallContext, link: LinkState, until: LinkStart["until"]): void {
  const { phase, iface, local, remote, dns } = link;
  if (phase === "negotiating") call.onEvent({ type: "negotiating" });
  if (phase === "authenticating") call.onEvent({ type: "authenticating" });
  if (phase === "waiting") {
    const { cause, sentence } = judge({ events: link.events, dialFailure: readDialFailure(call) });
    if (until === "up") call.onEvent({ type: "attempt-failed", sentence: `${sentence}; pppd will try again` });
    call.end({ cause, sentence, bytes: link.bytes }, "waiting");
    return;
  }
  call.record({
    phase,
    ...(iface === undefined ? {} : { iface }),
    ...(local === undefined ? {} : { local }),
    ...(remote === undefined ? {} : { remote }),
    ...(dns.length === 0 ? {} : { dns }),
    ...(phase === "up" ? { upAt: call.world.clock.wallTime() } : {}),
  });
}

function recordPppd(call: CallContext, pid: number): void {
  const startTime = call.world.processes.read(pid)?.startTime;
  if (startTime !== undefined) call.record({ pppd: { pid, startTime } });
}

function readDialFailure(call: CallContext): DialFailure | undefined {
  const text = call.store.read(dialRecordName);
  return text === undefined ? undefined : parseDialRecord(text)?.failure;
}

/** The pppd that went to the background: by its linkname's pid file, or by its arguments where that could not be written. */
function daemonPid(call: CallContext): number | undefined {
  const pid = readPidFile(call)?.pid;
  if (pid !== undefined) return pid;
  const links = findLinksOf(call.peer, [call.linkname], call.world);
  return headsOf(links).find(({ kind }) => kind === "pppd")?.process.pid;
}

function readPidFile(call: CallContext): ReturnType<typeof parsePppdPidFile> {
  const text = call.world.files.readText(`${pidFileDirectory}/${linkPidFileName(call.linkname)}`);
  return text === undefined ? undefined : parsePppdPidFile(text);
}

/**
 * Without a log the kernel tells: the interface of the link has an address when the network is up.
 * Undefined when no pid file names the interface; pppd has written it before it goes to the background.
 */
function lookAtInterface(call: CallContext, link: LinkState): LinkState | undefined {
  const iface = readPidFile(call)?.iface;
  if (iface === undefined) return undefined;
  const addresses = call.world.interfaceAddresses(iface);
  const local = addresses.find((address) => address.includes(":") === (link.network === "ipv6"));
  return local === undefined ? link : { ...link, phase: "up", iface, local };
}

function followLog(
  call: CallContext,
  path: string | undefined,
  from: number,
  onLine: (line: string) => void,
): FollowedFile | undefined {
  if (path === undefined) return undefined;
  try {
    return call.world.followFile(path, from, onLine);
  } catch (error) {
    call.onEvent({ type: "warning", text: `pppd's log ${path} cannot be read: ${reasonOf(error)}` });
    return undefined;
  }
}
