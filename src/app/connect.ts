import { FileSyntaxError, type PppctlError } from "../core/errors.ts";
import { dialRecordName } from "../link/dial-record.ts";
import { errorOfJudgement, judge } from "../link/judge.ts";
import { allowanceFor, needsWatcher } from "../link/limits.ts";
import { parseLinkRecord, recordName } from "../link/link-record.ts";
import type { DialPlan } from "../peer/dial-plan.ts";
import { PeerUnreadableError } from "../peer/peer-error.ts";
import { commandLine } from "../peer/read-source.ts";
import { describeTunnelLine, serverOf } from "../peer/tunnel-line.ts";
import { textFromWord } from "../peer/word-text.ts";
import type { XlLac } from "../peer/xl2tpd-config.ts";
import { parsePppdLine } from "../pppd/parse-pppd-line.ts";
import { loadWhenPluggedIn } from "./await-device.ts";
import { awaitLink, logSize } from "./await-link.ts";
import { type CallContext, makeCallContext, reasonOf } from "./call-context.ts";
import { rememberCalls } from "./call-policy.ts";
import { chooseMode, dialsUnasked } from "./choose-mode.ts";
import { connectDirect } from "./connect-direct.ts";
import type { ConnectEvent } from "./connect-events.ts";
import { type ConnectResult, describeEnd } from "./connect-result.ts";
import type { World } from "./deps.ts";
import { listenToTunnel, tunnelOfPlan } from "./examine-tunnel.ts";
import { atOneLook, findLinksOf } from "./find-links.ts";
import { hostPlanName } from "./host-plan.ts";
import type { LinkEnd, LinkStart } from "./link-start.ts";
import { linknameOf } from "./linkname-of.ts";
import { type LoadedPlan, mistakeOf, settingFindings } from "./load-plan.ts";
import { refuseNextCall } from "./next-call.ts";
import { type CallRequest, type CallTerms, hookPrograms, listensAtEnd, logOfPppd } from "./plan-call.ts";
import { pppdStart, untilWhen, wordsOfLac } from "./pppd-start.ts";
import { awaitHost, prepareHost } from "./prepare-host.ts";
import { lockDialing, refuseCall, refuseSecondLink } from "./refuse-call.ts";
import { repairHost } from "./repair-host.ts";
import { settleEnded } from "./settle-calls.ts";
import { nameOfOwnLac } from "./xl2tpd-lac.ts";
import { endLac, findLac, type OwnLac, prepareXl2tpdLink } from "./xl2tpd-link.ts";

export interface ConnectRequest extends CallRequest {
  /** The peer, when it was read just now. */
  readonly loaded?: LoadedPlan;
  /** What stops this call is in the file of a peer that it falls back to. */
  readonly mistake?: PppctlError;
  /** Whoever asks reads the files again until they are mended (`ensure`, `keep`): that makes no attempts, and no pauses after them. */
  readonly asksAgain?: boolean;
  /** Whoever asks watches the link himself (`keep`): its billing units and its limits. */
  readonly isWatched?: boolean;
  /** Aborted by SIGINT, SIGTERM or SIGHUP, with the signal's name as reason. */
  readonly signal: AbortSignal;
  readonly onEvent: (event: ConnectEvent) => void;
}

/**
 * Bring a peer's link up (pon), and return when that is true.
 *
 * @throws PppctlError; exit status as pppd's. Nothing is left behind then: no lock, no modem
 *   off-hook, no process.
 */
export async function connect(request: ConnectRequest, world: World): Promise<ConnectResult> {
  const { peer } = request;
  const started = world.clock.now();
  const loaded = await loadWhenPluggedIn(request, world);
  const { plan, version } = loaded;
  const linkname = linknameOf(peer, plan);
  const mode = chooseMode(plan, { root: world.root, wait: request.wait });
  const call = makeCallContext({
    ...request,
    linkname,
    world,
    origin: mode.mode,
    redials: mode.mode !== "direct" && (plan.persist || plan.demand),
    device: plan.device?.value,
  });
  const mistake = mistakeOf(loaded) ?? request.mistake;
  if (mistake !== undefined) {
    if (request.asksAgain !== true && !isUsageError(mistake, request)) enterRefused(call, mistake, world);
    throw mistake;
  }
  try {
    refuseCall(loaded, peer, world);
  } catch (error) {
    enterRefused(call, error, world);
    throw error;
  }
  for (const { severity, position, message } of settingFindings(loaded)) {
    if (severity === "warning")
      call.onEvent({ type: "warning", text: `${position.file}:${position.line}: ${message}` });
  }
  const dialing = lockDialing(call, plan);
  let begun = false;
  try {
    // Nobody else dials this peer now: one look at the processes is enough for both.
    const seen = atOneLook(world);
    refuseSecondLink(call, seen);
    begun = true;
    settleOthers(call, seen);
    call.store.remove(dialRecordName);
    const callLog = call.startLog();
    call.record({ phase: "starting" });
    if (plan.logfile !== undefined)
      call.record({
        logFile: textFromWord(plan.logfile.value),
        logFrom: world.files.size(textFromWord(plan.logfile.value)),
      });
    const lac = findLac(peer, plan, loaded.settings, world);
    const hooks = hookPrograms(plan, world);
    const server = serverOfCall(plan, lac);
    const ownLac = lac === undefined || !world.root ? undefined : nameOfOwnLac(linkname, lac);
    const isOurs = lac === undefined || ownLac !== undefined;
    const ownHook = hooks.ipUp !== undefined && isOurs;
    const host = await prepareHost(call, {
      plan,
      settings: loaded.settings,
      version,
      server,
      ownHook,
      ownDownHook: hooks.ipDown !== undefined && isOurs && !plan.noip,
      redials: lac === undefined ? plan.persist || plan.demand : lac.redial === true,
    });
    const facts = { linkname, version, hooks, logfile: callLog, call: call.call, routes: host.pppdWords };
    const isUnasked = lac === undefined && dialsUnasked(plan, mode);
    const isWatched =
      request.quick ||
      request.isWatched === true ||
      !needsWatcher(loaded.settings, loaded.givenSettings, { redials: call.redials, asks: !isUnasked });
    const pppdRequest = { ...request, terms: termsForPppd(call, loaded) };
    const start: LinkStart = {
      pppd: () => pppdStart(pppdRequest, plan, mode, facts, world),
      logFile: logOfPppd(plan, callLog),
      until: lac === undefined ? untilWhen(request, plan) : request.wait ? "up" : "started",
      network: plan.noip ? "ipv6" : "ip",
      onDemand: plan.demand,
      redials: call.redials,
      listens: mode.mode === "on-call" && listensAtEnd(plan, mode.mode, callLog),
      quick: request.quick,
      refuseNext: isUnasked ? refuserOf(call, loaded) : undefined,
      watch: isWatched ? undefined : () => startWatcher(call),
      tunnel: lac === undefined ? tunnelOfPlan(plan) : { kind: "l2tp", server: lac.server ?? lac.name },
    };
    const direct = mode.mode === "direct" ? await connectDirect(plan, call, start) : undefined;
    const end =
      direct?.end ??
      (lac === undefined
        ? await startAsItIs(plan, call, start)
        : await startByXl2tpd(
            call,
            start,
            lac,
            ownLac === undefined
              ? undefined
              : { name: ownLac, words: wordsOfLac(pppdRequest, plan, facts, world), quick: request.quick },
          ));
    if (request.quick && end.kind === "up") {
      await endQuickly(call, ownHook);
      if (lac !== undefined) await endLac(call.store, world);
      refuseFailedHook(call);
    } else if (end.kind === "up") await awaitHost(call, host);
    const elapsedMs = world.clock.now() - started;
    return { peer, elapsedMs, ...describeEnd(end, request, plan, mode, direct?.rate) };
  } catch (error) {
    // A link that was there before is not ours to speak of.
    if (begun) {
      call.fail(error);
      call.store.remove(hostPlanName);
    }
    throw error;
  } finally {
    dialing?.release();
    if (begun) settleOthers(call, world);
    if (world.root && !world.journal.isEmpty()) await repairHost(world);
  }
}

/** Words of pon's own command line, a peer that there is not: no call was meant, unless the policy or another peer's settings led here. */
function isUsageError(error: PppctlError, { terms, mistake }: ConnectRequest): boolean {
  if (terms !== undefined || mistake !== undefined) return false;
  return error instanceof PeerUnreadableError || (error instanceof FileSyntaxError && error.file === commandLine);
}

/** A call that ended before it began is in the history as any other; what was left of an earlier one comes first. */
function enterRefused(call: CallContext, error: unknown, world: World): void {
  settleOthers(call, world);
  // A record that stays is that of a link that lives, which is what there is to speak of.
  if (call.store.read(recordName) === undefined) call.fail(error);
}

/** What has ended of this peer and is not in the history yet: an earlier call, or ours, when its hooks came while we were here. */
function settleOthers({ peer, onEvent }: CallContext, world: World): void {
  try {
    settleEnded(peer, world);
  } catch (error) {
    onEvent({ type: "warning", text: `a call that has ended is not in the history: ${reasonOf(error)}` });
  }
}

/** pppd is told once how long a call may last and what it may carry: of one that calls again, what any call of a fresh day may. */
function termsForPppd({ redials, terms, world }: CallContext, { settings }: LoadedPlan): CallTerms | undefined {
  if (!redials || terms === undefined) return terms;
  const wall = world.clock.wallTime();
  return { ...terms, ...allowanceFor(settings, [], { wall, offset: world.localOffset(wall) }) };
}

/** Its pppd dials again without asking; while pon waits, pon asks for it. */
function refuserOf({ peer, store, world }: CallContext, { settings }: LoadedPlan): LinkStart["refuseNext"] {
  const memory = rememberCalls(peer, world);
  return (ended) => {
    memory.add(ended);
    const pid = parseLinkRecord(store.read(recordName) ?? "")?.pppd?.pid;
    const pppd = pid === undefined ? undefined : world.processes.read(pid);
    return refuseNextCall({ peer, settings, memory, pppd }, world);
  };
}

async function startWatcher({ peer, extraWords, onEvent, world }: CallContext): Promise<void> {
  const refusal = await world.startWatcher(peer, extraWords);
  if (refusal !== undefined)
    onEvent({ type: "warning", text: `nobody watches its billing units and limits: ${refusal}` });
}

function serverOfCall(plan: DialPlan, lac: XlLac | undefined): ReturnType<typeof serverOf> {
  if (lac === undefined) return serverOf(plan.tunnel);
  return lac.server === undefined ? undefined : { name: lac.server, mayBeAlias: false };
}

async function startByXl2tpd(
  call: CallContext,
  start: LinkStart,
  lac: XlLac,
  own: OwnLac | undefined,
): Promise<LinkEnd> {
  call.onEvent({ type: "starting", what: `calling by xl2tpd (L2TP to ${lac.server ?? lac.name})` });
  const logFrom = logSize(call, start);
  return awaitLink(call, start, prepareXl2tpdLink(call, lac, own), { logFrom });
}

async function startAsItIs(plan: DialPlan, call: CallContext, start: LinkStart): Promise<LinkEnd> {
  const where =
    plan.tunnel !== undefined
      ? `(${describeTunnelLine(plan.tunnel)})`
      : plan.kind === "serial"
        ? `on ${plan.device?.value ?? "the line"}`
        : `(${plan.kind})`;
  call.onEvent({ type: "starting", what: `starting pppd ${where}` });
  const logFrom = logSize(call, start);
  const ear = start.until === "started" ? undefined : await listenToTunnel(plan, call.world);
  try {
    const heard = ear === undefined ? start : { ...start, heardGre: ear.heard };
    return await awaitLink(call, heard, await call.world.pppd.prepare(start.pppd()), { logFrom });
  } finally {
    ear?.close();
  }
}

/**
 * `pon -q`: our hook runner ends pppd when the scripts of ip-up have run. Where it is not in
 * charge we do: pppd lets ip-up finish before it runs ip-down.
 */
async function endQuickly(call: CallContext, byHook: boolean): Promise<void> {
  const { world, peer, linkname } = call;
  const pppds = () => findLinksOf(peer, [linkname], world).filter(({ kind }) => kind === "pppd");
  if (!byHook) for (const { process } of pppds()) world.processes.kill(process.pid, "SIGTERM");
  while (!call.signal.aborted && pppds().length > 0) await world.clock.sleep(50);
}

/** `pon -q` is made for its scripts: one that failed is a failure. */
function refuseFailedHook({ peer, store, world }: CallContext): void {
  const judgement = judge({ events: (world.files.readText(store.logFile) ?? "").split("\n").map(parsePppdLine) });
  if (judgement.cause === "hook-failed") throw errorOfJudgement(peer, judgement);
}
