import { PppctlError } from "../core/errors.ts";
import { ExitCode } from "../core/exit-codes.ts";
import type { PeerName } from "../core/peer-name.ts";
import { type Cause, type CauseDetails, causeRow } from "../link/causes.ts";
import { dialRecordName } from "../link/dial-record.ts";
import { errorOfJudgement, judge } from "../link/judge.ts";
import type { DialPlan } from "../peer/dial-plan.ts";
import { describeTunnelLine, serverOf } from "../peer/tunnel-line.ts";
import { textFromWord } from "../peer/word-text.ts";
import type { XlLac } from "../peer/xl2tpd-config.ts";
import { buildPppdArgv, type HookPrograms } from "../pppd/build-pppd-argv.ts";
import { parsePppdLine } from "../pppd/parse-pppd-line.ts";
import type { PppdVersion } from "../pppd/pppd-version.ts";
import { loadWhenPluggedIn } from "./await-device.ts";
import { awaitLink, type LinkEnd, type LinkStart, logSize } from "./await-link.ts";
import { type CallContext, makeCallContext, reasonOf } from "./call-context.ts";
import { type CallMode, chooseMode } from "./choose-mode.ts";
import { connectDirect } from "./connect-direct.ts";
import type { ConnectEvent } from "./connect-events.ts";
import type { PppdStart, World } from "./deps.ts";
import { tunnelOfPlan } from "./examine-tunnel.ts";
import { findLinksOf } from "./find-links.ts";
import { hostPlanName } from "./host-plan.ts";
import { type LoadedPlan, mistakeOf, settingFindings } from "./load-plan.ts";
import { type CallRequest, hookPrograms, linknameOf, pppdCall } from "./plan-call.ts";
import { awaitHost, prepareHost, repairHost } from "./prepare-host.ts";
import { refuseUnprovable } from "./refuse-unprovable.ts";
import { settleEnded } from "./settle-calls.ts";
import { findLac, prepareXl2tpdLink } from "./xl2tpd-link.ts";

export interface ConnectRequest extends CallRequest {
  /** The peer, when it was read just now. */
  readonly loaded?: LoadedPlan;
  /** Aborted by SIGINT, SIGTERM or SIGHUP, with the signal's name as reason. */
  readonly signal: AbortSignal;
  readonly onEvent: (event: ConnectEvent) => void;
}

export type ConnectResult = {
  readonly peer: PeerName;
  /** Milliseconds since the call began. */
  readonly elapsedMs: number;
  readonly exitStatus: number;
} & (
  | {
      readonly state: "up";
      readonly iface: string | undefined;
      readonly local: string | undefined;
      readonly remote: string | undefined;
      readonly connectRate: number | undefined;
    }
  | { readonly state: "background" | "ended"; readonly why: string }
);

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
  const mistake = mistakeOf(loaded);
  if (mistake !== undefined) throw mistake;
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
  try {
    refuseCall(loaded, peer, world);
  } catch (error) {
    call.fail(error);
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
    const processes = world.processes.list();
    const seen = { ...world, processes: { ...world.processes, list: () => processes } };
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
    const server = lac === undefined ? serverOf(plan.tunnel) : lac.server;
    const wish = { plan, settings: loaded.settings, version, server, ownHook: hooks.ipUp !== undefined };
    const host = await prepareHost(call, wish);
    const start: LinkStart = {
      pppd: () =>
        pppdStart(
          request,
          plan,
          mode,
          { linkname, version, hooks, logfile: callLog, call: call.call, routes: host.pppdWords },
          world,
        ),
      logFile:
        plan.logfd === undefined
          ? plan.logfile === undefined
            ? callLog
            : textFromWord(plan.logfile.value)
          : undefined,
      until: lac === undefined ? untilWhen(request, plan) : request.wait ? "up" : "started",
      network: plan.noip ? "ipv6" : "ip",
      onDemand: plan.demand,
      redials: call.redials,
      quick: request.quick,
      tunnel: lac === undefined ? tunnelOfPlan(plan) : { kind: "l2tp", server: lac.server ?? lac.name },
    };
    const direct = mode.mode === "direct" ? await connectDirect(plan, call, start) : undefined;
    const end = direct?.end ?? (await startAsItIs(plan, call, start, lac));
    if (request.quick && end.kind === "up") {
      await endQuickly(call, hooks.ipUp !== undefined);
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

/** What has ended of this peer and is not in the history yet: an earlier call, or ours, when its hooks came while we were here. */
function settleOthers({ peer, onEvent }: CallContext, world: World): void {
  try {
    settleEnded(peer, world);
  } catch (error) {
    onEvent({ type: "warning", text: `a call that has ended is not in the history: ${reasonOf(error)}` });
  }
}

/** Everything that pppd would only find out after the dial, before the phone rings. */
function refuseCall({ reading, plan }: LoadedPlan, peer: PeerName, world: World): void {
  if (plan.device?.missing === true) throw noDeviceError(peer, plan.device.value, world);
  world.pppd.program();
  if (!world.pppd.kernelHasPpp()) throw causeError(peer, "no-kernel-ppp", {});
  refuseUnprovable(reading, world);
}

/** pppd's arguments and environment for this call. */
function pppdStart(
  request: CallRequest,
  plan: DialPlan,
  { mode }: CallMode,
  facts: {
    readonly linkname: string;
    readonly version: PppdVersion;
    readonly hooks: HookPrograms;
    readonly logfile: string | undefined;
    readonly call: string;
    readonly routes: readonly string[];
  },
  world: World,
): PppdStart {
  return {
    args: buildPppdArgv(pppdCall(request, plan, mode, { ...facts, root: world.root })),
    // For the connect program, and for the hook runner, which reads pppd's own environment.
    env: {
      PPPCTL: world.ownPrograms.pppctl,
      PPPCTL_PEER: request.peer,
      PPPCTL_CALL: facts.call,
      PPPCTL_QUICK: request.quick && facts.hooks.ipUp !== undefined ? "1" : "",
    },
    output: outputOf(untilWhen(request, plan), facts.logfile),
    waits: mode === "direct",
  };
}

async function startAsItIs(
  plan: DialPlan,
  call: CallContext,
  start: LinkStart,
  lac: XlLac | undefined,
): Promise<LinkEnd> {
  if (lac !== undefined) {
    call.onEvent({ type: "starting", what: `calling by xl2tpd (L2TP to ${lac.server ?? lac.name})` });
    const logFrom = logSize(call, start);
    return awaitLink(call, start, prepareXl2tpdLink(call, lac), { logFrom });
  }
  const where =
    plan.tunnel !== undefined
      ? `(${describeTunnelLine(plan.tunnel)})`
      : plan.kind === "serial"
        ? `on ${plan.device?.value ?? "the line"}`
        : `(${plan.kind})`;
  call.onEvent({ type: "starting", what: `starting pppd ${where}` });
  const logFrom = logSize(call, start);
  return awaitLink(call, start, await call.world.pppd.prepare(start.pppd()), { logFrom });
}

/** pppd's own standard output and error: mistakes in options are said there. */
function outputOf(until: LinkStart["until"], callLog: string | undefined): PppdStart["output"] {
  return until === "end" ? "inherit" : callLog === undefined ? "ignore" : { file: callLog };
}

function noDeviceError(peer: PeerName, device: string, world: World): PppctlError {
  return world.files.deviceKind(device) === "missing"
    ? causeError(peer, "device-missing", { device })
    : causeError(peer, "device-failed", { device, message: "it is a file or a directory, not a serial port" });
}

/**
 * The error of a cause that is known before anything is tried. A missing device is status 7:
 * pppd would take the word for an unknown option and exit 2.
 */
function causeError(peer: PeerName, cause: Cause, details: CauseDetails): PppctlError {
  const row = causeRow(cause);
  return new PppctlError({
    code: row.code,
    message: `${peer}: ${row.sentence(details)}`,
    exitCode: row.exitStatus,
    hint: row.hint,
  });
}

function untilWhen(request: CallRequest, plan: DialPlan): LinkStart["until"] {
  if (plan.detach === "nodetach" || plan.detach === "up_sdnotify") return "end";
  return plan.demand || (!request.wait && plan.detach !== "updetach") ? "started" : "up";
}

/** Never two at a time: the lock is a dialer's, a pppd that lives is seen in /proc. */
function lockDialing(call: CallContext, plan: DialPlan): { readonly release: () => void } | undefined {
  const { store, peer } = call;
  let lock: ReturnType<typeof store.lockDialing>;
  try {
    lock = store.lockDialing();
  } catch {
    // A full or read-only /run: the line's own lock still stands between two dialers.
    return undefined;
  }
  if (lock !== undefined) return lock;
  const dialer = store.dialer();
  throw new PppctlError({
    code: "link.dialing",
    message: `${peer} is being dialed already${dialer === undefined ? "" : ` by ${dialer.name} (pid ${dialer.pid})`}${plan.device === undefined ? "" : ` on ${plan.device.value}`}`,
    exitCode: ExitCode.locked,
    hint: `wait for it, or end it with \`poff ${peer}\``,
  });
}

function refuseSecondLink(call: CallContext, world: World): void {
  const link = findLinksOf(call.peer, [call.linkname], world).find(({ kind }) => kind === "pppd");
  if (link === undefined) return;
  throw new PppctlError({
    code: "link.exists",
    message: `${call.peer}: pppd (pid ${link.process.pid}) runs for this peer already`,
    exitCode: ExitCode.locked,
    hint: `see \`pppctl status ${call.peer}\`, or end it with \`poff ${call.peer}\``,
  });
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

type EndDescription =
  | Omit<Extract<ConnectResult, { state: "up" }>, "peer" | "elapsedMs">
  | Omit<Extract<ConnectResult, { state: "background" | "ended" }>, "peer" | "elapsedMs">;

function describeEnd(
  end: LinkEnd,
  request: ConnectRequest,
  plan: DialPlan,
  mode: CallMode,
  connectRate: number | undefined,
): EndDescription {
  switch (end.kind) {
    case "up":
      if (request.quick) {
        return {
          state: "ended",
          exitStatus: ExitCode.ok,
          why: "was up, the scripts have run, and it is hung up again (-q)",
        };
      }
      return {
        state: "up",
        exitStatus: ExitCode.ok,
        iface: end.link.iface,
        local: end.link.local ?? end.link.localLink,
        remote: end.link.remote ?? end.link.remoteLink,
        connectRate,
      };
    case "background": {
      const why = plan.demand
        ? "pppd waits in the background and dials when there is traffic (demand)"
        : `pppd ${mode.mode === "on-call" ? "dials" : "works"} in the background; the network is not up yet`;
      return { state: "background", exitStatus: ExitCode.ok, why };
    }
    case "ended":
      return {
        state: "ended",
        exitStatus: end.exitStatus,
        why: `${end.judgement.sentence} (exit status ${end.exitStatus})`,
      };
    default:
      return end satisfies never;
  }
}
