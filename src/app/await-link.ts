import type { PppctlError } from "../core/errors.ts";
import { ExitCode } from "../core/exit-codes.ts";
import { errorOfJudgement, type Judgement, judge } from "../link/judge.ts";
import type { LinkRecord } from "../link/link-record.ts";
import { type LinkState, startLink, stepLink } from "../pppd/link-machine.ts";
import { describePeerText, describePppdEnd } from "../pppd/parse-own-line.ts";
import { parsePppdLine } from "../pppd/parse-pppd-line.ts";
import type { PppdEvent } from "../pppd/pppd-event.ts";
import { type CallContext, reasonOf } from "./call-context.ts";
import type { FollowedFile, PreparedPppd } from "./deps.ts";
import { examineTunnel } from "./examine-tunnel.ts";
import type { LinkEnd, LinkStart } from "./link-start.ts";
import { daemonPid, lookAtInterface, stopDaemon, stopLimitMs } from "./pppd-daemon.ts";
import { judgeAttempt, readDialFailure, tellPhase } from "./tell-phase.ts";

/** A `demand` pppd has made its interface long before; then what is known is told. */
const demandReadyMs = 10_000;

/** How pppd ends on our signal; 0: it was just going to the background. */
const askedToEnd: ReadonlySet<number | undefined> = new Set([ExitCode.ok, ExitCode.interrupted, undefined]);

/** From the interface's address to the log's line about it: pppd runs no script in between. */
const logDelayMs = 3000;

/**
 * Let the prepared pppd go, follow its log, and wait as `until` says.
 *
 * @param options.logFrom what its log holds before this place is not looked at: the size before pppd could write
 * @param options.more an option that was not known before
 * @param options.onStarted is called when pppd is on its way
 * @param options.listen hears what the other end says when PPP gets no answer (app/listen-to-peer.ts)
 * @throws PppctlError with the judgement on a link that failed, exit status pppd's own.
 */
export async function awaitLink(
  call: CallContext,
  request: LinkStart,
  pppd: PreparedPppd,
  options: {
    readonly logFrom: number;
    readonly more?: "local" | undefined;
    readonly onStarted?: () => void;
    readonly listen?: (signal: AbortSignal) => Promise<string | undefined>;
  },
): Promise<LinkEnd> {
  const { world } = call;
  let link = startLink({ network: request.network, redials: request.redials });
  let wasUp = false;
  /** An attempt has ended, and its `disconnect` may yet say why. */
  let awaitsText = false;
  /** What pppd must not call again after. */
  let last: Judgement | undefined;
  const judgeEnd = (exit: PppdExit, examined: readonly PppdEvent[] = []): Judgement => {
    const { status: exitStatus } = exit;
    // What nobody but the parent knows; a daemon that went has none.
    if (exitStatus !== undefined || exit.signal !== undefined) call.say(describePppdEnd(exit));
    const { device, bytes } = link;
    const events = [...link.events, ...examined];
    // The daemon that went without a last word was killed.
    const signal = exit.signal ?? (exitStatus === undefined && !hasLastWord(link) ? "a signal" : undefined);
    const judged = judge({
      events,
      dialFailure: readDialFailure(call),
      exitStatus,
      signal,
      device,
      tunnel: request.tunnel,
    });
    call.end({ cause: judged.cause, sentence: judged.sentence, exitStatus, bytes });
    return judged;
  };
  const failure = async (exit: PppdExit): Promise<PppctlError> => {
    // Dialed for pppd, by another process.
    const { sent, received } = readDialFailure(call) ?? {};
    if (sent !== undefined) call.onEvent({ type: "dial-failed", lines: [], sent, received: received ?? [] });
    const text = await heard;
    const found =
      text === undefined
        ? await examineTunnel(request.tunnel, { ...link, heardGre: request.heardGre?.() }, world)
        : describePeerText(text);
    if (found !== undefined) call.say(found);
    return errorOfJudgement(call.peer, judgeEnd(exit, found === undefined ? [] : [parsePppdLine(`pppctl: ${found}`)]));
  };

  let heard: Promise<string | undefined> | undefined;
  const over = new AbortController();
  const onAbort = (): void => pppd.kill("SIGTERM");
  call.signal.addEventListener("abort", onAbort, { once: true });
  pppd.start(options.more);
  let log: FollowedFile | undefined;
  try {
    options.onStarted?.();
    recordPppd(call, pppd.pid);
    let read = options.logFrom;
    log = followLog(call, request.logFile, options.logFrom, (line) => {
      const before = link;
      read += line.length + 1;
      if (request.logFile === call.store.logFile) call.stampLog(read);
      const event = parsePppdLine(line);
      if (event.kind === "negotiation-timeout" && event.protocol === "LCP") heard ??= options.listen?.(over.signal);
      link = stepLink(link, { type: "log", event, at: world.clock.wallTime() });
      wasUp ||= link.phase === "up";
      if (awaitsText && (disconnected.has(event.kind) || link.attempt > before.attempt)) {
        tellPhase(call, before, request);
        awaitsText = false;
      }
      if (link.attempt > before.attempt) {
        call.beginAttempt(read - line.length - 1);
        call.onEvent({ type: "attempt", attempt: link.attempt, of: undefined });
      }
      if (link.phase === before.phase || request.onDemand) return;
      if (link.phase === "waiting" && request.listens && isUnanswered(link)) awaitsText = true;
      else if (tellPhase(call, link, request) === "last") {
        last = judgeAttempt(call, link, request);
        pppd.kill("SIGTERM");
      }
    });
    if (call.signal.aborted) onAbort();
    if (request.until === "end") await request.watch?.();
    const exit = await exitOrKill(pppd, call);
    log?.drain();
    // One that has ended by itself (`maxfail`) has a status to pass on.
    if (last !== undefined && askedToEnd.has(exit.status)) throw await endedByUs(last);
    if (request.until === "end") {
      const judgement = judgeEnd(exit);
      if (exit.status !== 0 && judgement.retry !== "stop") throw errorOfJudgement(call.peer, judgement);
      return { kind: "ended", exitStatus: exit.status ?? judgement.exitStatus, judgement };
    }
    // It may have gone to the background just before the signal reached it.
    if (call.signal.aborted) throw await stopDaemon(call);
    if (exit.status !== 0) throw await failure(exit);
    if (request.until === "started") {
      await leaveDaemon(request.onDemand ? { phase: "waiting", attempt: 0, settled: true } : {});
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
        if (!isUp()) throw await failure({ status: undefined, signal: undefined });
      } else if (lacksIpv4(link)) {
        // pppd keeps the link for IPv6, and nothing more will come.
        call.onEvent({ type: "warning", text: judge({ events: link.events }).sentence });
        link = { ...link, phase: "up", upAt: world.clock.wallTime() };
        tellPhase(call, link, request);
      } else if (call.signal.aborted) {
        throw await stopDaemon(call);
      } else if (last !== undefined) {
        throw await endedByUs(last);
      } else {
        // A full disk takes the log, whole or from some line on; pppd says its addresses right after it has set them.
        const logSpeaks = link.phase !== "starting";
        const seen = lookAtInterface(call, link);
        if (seen === undefined && !logSpeaks) {
          await leaveDaemon({});
          return { kind: "background", link: { ...link, phase: "up" } };
        }
        if (seen?.phase === "up") addressSince ??= world.clock.now();
        if (seen !== undefined && (!logSpeaks || world.clock.now() - (addressSince ?? Infinity) > logDelayMs))
          link = seen;
        if (!isUp()) await world.clock.sleep(20);
      }
    }
    const { iface } = link;
    const local = link.local ?? link.localLink;
    await leaveDaemon({
      phase: "up",
      ...(iface === undefined ? {} : { iface }),
      ...(local === undefined ? {} : { local }),
      ...(link.upAt === undefined ? { upAt: world.clock.wallTime() } : {}),
    });
    return { kind: "up", link };
  } finally {
    call.signal.removeEventListener("abort", onAbort);
    over.abort();
    log?.stop();
  }

  /** Also where it was just going to the background. */
  async function endedByUs(judgement: Judgement): Promise<PppctlError> {
    await stopDaemon(call);
    return errorOfJudgement(call.peer, judgement);
  }

  /** `demand`: pppd goes to the background before it has made the interface that packets are to wake. */
  async function interfaceReady(): Promise<void> {
    const limit = world.clock.now() + demandReadyMs;
    while (log !== undefined && link.remote === undefined && world.clock.now() < limit) {
      const daemon = daemonPid(call);
      if (daemon === undefined || world.processes.read(daemon) === undefined) {
        log.drain();
        if (link.remote === undefined) throw await failure({ status: undefined, signal: undefined });
      }
      if (call.signal.aborted) throw await stopDaemon(call);
      await world.clock.sleep(20);
    }
  }

  /** The pppd that went to the background is on its own from now on. */
  async function leaveDaemon(change: Partial<LinkRecord>): Promise<void> {
    const pid = daemonPid(call);
    const startTime = pid === undefined ? undefined : world.processes.read(pid)?.startTime;
    call.leave({ ...change, ...(pid === undefined || startTime === undefined ? {} : { pppd: { pid, startTime } }) });
    await request.watch?.();
  }
}

type PppdExit = { readonly status: number | undefined; readonly signal: string | undefined };

/** IPCP has failed, and IPv6 is there. */
function lacksIpv4({ network, local, localLink, events }: LinkState): boolean {
  const failed = (event: PppdEvent): boolean =>
    event.kind === "address-missing" ||
    event.kind === "address-refused" ||
    event.kind === "address-unauthorized" ||
    ((event.kind === "negotiation-timeout" || event.kind === "terminated-by-peer") && event.protocol === "IPCP");
  return network === "ip" && local === undefined && localLink !== undefined && events.some(failed);
}

/** What pppd says after its `disconnect`. */
const disconnected: ReadonlySet<string> = new Set(["serial-disconnected", "disconnect-script-failed"]);

function isUnanswered({ events }: LinkState): boolean {
  return events.some((event) => event.kind === "negotiation-timeout" && event.protocol === "LCP");
}

/** Every end but a kill has one of these in the log. */
function hasLastWord({ events, phase }: LinkState): boolean {
  return phase === "starting" || events.some(({ kind }) => kind === "terminated" || kind === "exit");
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

function recordPppd(call: CallContext, pid: number): void {
  const startTime = call.world.processes.read(pid)?.startTime;
  if (startTime !== undefined) call.record({ pppd: { pid, startTime } });
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
