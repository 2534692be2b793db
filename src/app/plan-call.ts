import { describeSteps } from "../chat/describe-steps.ts";
import type { PeerName } from "../core/peer-name.ts";
import type { DialPlan } from "../peer/dial-plan.ts";
import type { Finding } from "../peer/finding.ts";
import { textFromWord } from "../peer/word-text.ts";
import { buildPppdArgv, directConnectDelay, type HookPrograms, type PppdCall } from "../pppd/build-pppd-argv.ts";
import type { PppdVersion } from "../pppd/pppd-version.ts";
import { loadPeersChatCall } from "./chat-call.ts";
import { type CallMode, chooseMode } from "./choose-mode.ts";
import type { World } from "./deps.ts";
import { holdCommand, listenCommand, ownDisconnect } from "./disconnect-commands.ts";
import { linknameOf } from "./linkname-of.ts";
import { loadPlan, mistakeOf, settingFindings } from "./load-plan.ts";
import { findLac } from "./xl2tpd-link.ts";

export interface CallRequest {
  readonly peer: PeerName;
  /** Words after the peer, for pppd. */
  readonly extraWords: readonly string[];
  /** Wait until the network is up. */
  readonly wait: boolean;
  /** Hang up after the ip-up scripts. */
  readonly quick: boolean;
  /** What the policy says of this call (app/connect-again.ts). */
  readonly terms?: CallTerms | undefined;
}

/** The policy's word for one call. */
export interface CallTerms {
  /** What `\T` of the script dials; undefined: what the script says. */
  readonly number: string | undefined;
  /** How long it may last from CONNECT on, milliseconds, and how many bytes it may carry; Infinity: no limit. */
  readonly onlineMs: number;
  readonly bytes: number;
  /** Which try in a row, from 1. */
  readonly attempt: number;
}

/** How a call would be made, for `--dry-run`. */
export interface CallPlan extends CallMode {
  readonly peer: PeerName;
  readonly file: string;
  readonly device: string | undefined;
  readonly speed: number | undefined;
  readonly flowControl: string;
  readonly linkname: string;
  /** What chat would do, when we dial; sends with `\q` hidden. */
  readonly chat: readonly string[];
  /** Empty when another program starts it. */
  readonly pppd: readonly string[];
  readonly findings: readonly Finding[];
}

/** The shell command that pppd runs to dial; constant, its data are in the environment. */
export const dialCommand = 'exec "$PPPCTL" dial';

/** The file in which pppd's lines about a call appear; undefined: none that can be read. */
export function logOfPppd({ logfile, logfd }: DialPlan, callLog: string | undefined): string | undefined {
  if (logfd !== undefined) return undefined;
  return logfile === undefined ? callLog : textFromWord(logfile.value);
}

/**
 * pppd's `disconnect`, in which the peer's own follows ours, can have somebody hear what the other end speaks instead of PPP: pon, of a call that
 * it dials, or `pppctl dial`, whose words go to our log of the call.
 */
export function listensAtEnd(plan: DialPlan, mode: CallMode["mode"], callLog: string | undefined): boolean {
  if (ownDisconnect(plan) === undefined || mode === "as-is") return false;
  return logOfPppd(plan, callLog) !== undefined && (mode === "direct" || plan.logfile === undefined);
}

/**
 * Plan a call without touching anything.
 *
 * @throws PppctlError of a peer file that pppd would refuse, or a broken chat script.
 */
export async function planCall(request: CallRequest, world: World): Promise<CallPlan> {
  const loaded = await loadPlan(request, world);
  const mistake = mistakeOf(loaded);
  if (mistake !== undefined) throw mistake;
  const { reading, plan, version } = loaded;
  const mode = chooseMode(plan, { root: world.root, wait: request.wait });
  const taken =
    mode.mode !== "as-is" && plan.connect.kind === "chat" ? loadPeersChatCall(plan.connect, plan, world) : undefined;
  const linkname = linknameOf(request.peer, plan);
  const lac = findLac(request.peer, plan, loaded.settings, world);
  return {
    ...mode,
    ...(lac === undefined ? {} : { why: `xl2tpd makes the link and runs pppd (lac ${lac.name})` }),
    peer: request.peer,
    file: reading.path,
    device: plan.device?.value,
    speed: plan.speed?.value,
    flowControl: plan.flowControl,
    linkname,
    chat: taken === undefined ? [] : describeSteps(taken.config.script),
    pppd: lac === undefined ? pppdWords() : [],
    findings: [...reading.findings, ...settingFindings(loaded)],
  };

  function pppdWords(): readonly string[] {
    const { root } = world;
    const facts = { linkname, version, logfile: world.stores.of(request.peer).logFile, root };
    return [
      "pppd",
      ...buildPppdArgv(pppdCall(request, plan, mode.mode, { ...facts, hooks: hookPrograms(plan, world) })),
    ];
  }
}

/** Our hook programs for the events whose script the peer does not name itself. */
export function hookPrograms(plan: DialPlan, world: World): HookPrograms {
  if (!world.root) return {};
  const program = (event: string): string | undefined =>
    plan.hookScripts.has(`${event}-script`) ? undefined : world.ownPrograms.hook(event);
  return {
    ipUp: program("ip-up"),
    ipDown: program("ip-down"),
    ipPreUp: program("ip-pre-up"),
    ipv6Up: program("ipv6-up"),
    ipv6Down: program("ipv6-down"),
  };
}

/** pppd ends the call itself when its time or its bytes are used up; a smaller limit of the peer's own stays. */
function limitWords(terms: CallTerms | undefined, { maxconnect, maxoctets }: DialPlan): readonly string[] {
  const word = (name: string, value: number, own: number | undefined): readonly string[] =>
    value < Infinity && (own === undefined || own === 0 || value < own) ? [name, String(Math.floor(value))] : [];
  if (terms === undefined) return [];
  // pppd has 31 bits for bytes.
  const bytes = terms.bytes === Infinity ? Infinity : Math.max(1, Math.min(terms.bytes, 0x7fff_ffff));
  return [
    ...word("maxconnect", Math.max(1, terms.onlineMs / 1000), maxconnect?.value),
    ...word("maxoctets", bytes, maxoctets?.value),
  ];
}

/** pppd's arguments for a call of each kind. */
export function pppdCall(
  request: CallRequest,
  plan: DialPlan,
  mode: CallMode["mode"],
  facts: {
    readonly linkname: string;
    readonly version: PppdVersion;
    readonly logfile: string | undefined;
    readonly hooks: HookPrograms;
    readonly root: boolean;
    readonly routes?: readonly string[];
  },
): PppdCall {
  const waits = request.wait && !plan.demand && plan.detach === "background";
  const common = {
    peer: request.peer,
    version: facts.version,
    linkname: plan.linkname === undefined ? facts.linkname : undefined,
    detach: waits ? ("updetach" as const) : undefined,
    // A log that the user has asked for stays where the user wants it.
    logfile: plan.logfile === undefined && plan.logfd === undefined ? facts.logfile : undefined,
    hooks: facts.hooks,
    limits: limitWords(request.terms, plan),
    routes: facts.routes ?? [],
    extraWords: request.extraWords,
  };
  switch (mode) {
    case "direct":
      return {
        ...common,
        mode,
        device: plan.device?.value ?? "",
        speed: plan.speed?.value,
        lock: plan.lock,
        noCarrierDetect: false,
        disconnect: waits && listensAtEnd(plan, mode, facts.logfile) ? holdCommand : undefined,
        connectDelay: plan.connectDelay === undefined ? directConnectDelay : undefined,
      };
    case "on-call":
      return {
        ...common,
        mode,
        connect: dialCommand,
        disconnect: listensAtEnd(plan, mode, facts.logfile) ? listenCommand : undefined,
      };
    case "as-is":
      return { ...common, mode, privileged: facts.root };
    default:
      return mode satisfies never;
  }
}
