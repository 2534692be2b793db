import { PppctlError } from "../core/errors.ts";
import { causeRow } from "../link/causes.ts";
import type { Settings } from "../link/setting-table.ts";
import type { DialPlan } from "../peer/dial-plan.ts";
import { findXl2tpdLac, type XlLac } from "../peer/xl2tpd-config.ts";
import { parseTunnelText } from "../pppd/parse-tunnel-line.ts";
import { linkPidFileName, parsePppdPidFile } from "../pppd/pid-file.ts";
import type { CallContext } from "./call-context.ts";
import type { PeerStore, PreparedPppd, ProcessInfo, World } from "./deps.ts";
import { pidFileDirectory } from "./find-links.ts";
import { hostPlanName } from "./host-plan.ts";
import { addOwnLac } from "./xl2tpd-lac.ts";
import { findXl2tpdLink, formatXl2tpdLink, lacOptionsName, type Xl2tpdLink, xl2tpdLinkName } from "./xl2tpd-record.ts";

/** xl2tpd gives a server up after five tries, each twice as long as the last: 31 s. Without its log we wait a little longer. */
const tunnelLimitMs = 45_000;
/** Each look goes through all processes. */
const pollMs = 200;
/** The interface has its address a moment before the system's log has pppd's word of it. */
const logGraceMs = 5_000;

/**
 * The lac of a link that belongs to xl2tpd: the one that the peer names (`set PON_L2TP_LAC=NAME`; xl2tpd may have been told
 * of it at run time), or the one of the peer's own name in xl2tpd.conf, where the peer file itself names no line.
 */
export function findLac(
  peer: string,
  plan: Pick<DialPlan, "kind" | "tunnel">,
  settings: Settings,
  { xl2tpd }: Pick<World, "xl2tpd">,
): XlLac | undefined {
  const [named] = settings.PON_L2TP_LAC ?? [];
  // `plugin pppol2tp.so` alone names no tunnel: a socket comes from who makes one, and xl2tpd does.
  const isOpen = plan.tunnel?.kind === "l2tp" || (plan.kind === "stdin" && plan.tunnel === undefined);
  if (named === undefined && !isOpen) return undefined;
  const wanted = named ?? peer;
  const known = findXl2tpdLac(xl2tpd.config() ?? "", wanted);
  return known ?? (named === undefined ? undefined : { name: named, server: undefined });
}

/** A lac that xl2tpd is told of for this call. */
export interface OwnLac {
  readonly name: string;
  /** pppd's, after `call PEER`. */
  readonly words: readonly string[];
  readonly quick: boolean;
}

/**
 * Have xl2tpd make the link, and see how its pppd fares. Through a lac of ours that pppd has pon's options, and its log is the
 * call's; through the lac itself (`own` undefined, or refused) it has those of the lac's `pppoptfile` and nothing of ours: it is
 * known by being xl2tpd's new child, its words by the system's log.
 *
 * @returns what `awaitLink` takes: it ends with status 0 when the network is up, else with 8 (no tunnel) or 16 (no network)
 */
export function prepareXl2tpdLink(call: CallContext, lac: XlLac, own: OwnLac | undefined): PreparedPppd {
  const stopped = new AbortController();
  let go: () => void = () => undefined;
  const exited = new Promise<void>((resolve) => {
    go = resolve;
  }).then(async () => {
    const status = await makeLink(call, lac, own, stopped.signal);
    if (status !== 0) await endLac(call.store, call.world);
    return { status, signal: undefined };
  });
  // Whoever asks for the end is told; nobody asks when the start itself failed.
  exited.catch(() => undefined);
  const stop = (): void => stopped.abort();
  return { pid: 0, exited, start: () => go(), cancel: async () => stop(), kill: stop };
}

async function makeLink(call: CallContext, lac: XlLac, own: OwnLac | undefined, stopped: AbortSignal): Promise<number> {
  const { world, store } = call;
  const { xl2tpd, clock } = world;
  const older = new Set(pppdsOfXl2tpd(world).map(({ pid }) => pid));
  const mark = xl2tpd.markLog();
  const absent = await xl2tpd.ensureRunning();
  if (absent !== undefined) throw refusalError(call.peer, absent);
  const link = await chooseLac(call, lac, own);
  const isOwn = link.lac !== lac.name;
  // The hooks of a pppd of ours look there for whose it is.
  store.write(xl2tpdLinkName, formatXl2tpdLink(link));
  const refusal = await xl2tpd.control("connect-lac", link.lac);
  if (refusal !== undefined) {
    store.remove(xl2tpdLinkName);
    throw refusalError(call.peer, refusal);
  }
  const optionFile = `${store.directory}/${lacOptionsName}`;
  const isOurs = await makeFilter(lac, world);
  const limit = clock.now() + tunnelLimitMs;
  let told = 0;
  let pppd: ProcessInfo | undefined;
  let upUntold: number | undefined;
  for (; !stopped.aborted; await clock.sleep(pollMs)) {
    if (pppd === undefined) {
      pppd = pppdsOfXl2tpd(world).find(({ pid, argv }) => !older.has(pid) && (!isOwn || argv.includes(optionFile)));
      if (pppd !== undefined) {
        const { pid, startTime } = pppd;
        store.write(xl2tpdLinkName, formatXl2tpdLink({ ...link, pppd: { pid, startTime } }));
      }
    }
    // First the process, then the log: what it said last is there when it has gone.
    const isAlive = pppd !== undefined && world.processes.read(pppd.pid)?.startTime === pppd.startTime;
    const lines = await xl2tpd.logSince(mark);
    let failed = false;
    for (const { program, pid, text } of lines.slice(told)) {
      // Where xl2tpd's own answer came too late for xl2tpd-control.
      if (program === "xl2tpd" && text === `No such tunnel '${link.lac}'`) throw refusalError(call.peer, text);
      if (program === "xl2tpd" && isOurs(text) && parseTunnelText(text) !== undefined) {
        failed = true;
        call.say(`xl2tpd: ${text}`);
      } else if (!isOwn && program === "pppd" && pid === pppd?.pid) store.appendLog("pppd", text);
    }
    // A pppd that is not known yet may have spoken already.
    if (pppd !== undefined || failed) told = lines.length;
    if (pppd === undefined) {
      if (!failed && clock.now() < limit) continue;
      if (!failed) call.say("xl2tpd: no answer from the server");
      return 8;
    }
    if (!isAlive) return 16;
    const iface = isOwn ? ifaceOf(pppd, call) : findXl2tpdLink(store, world)?.iface;
    if (iface === undefined || world.interfaceAddresses(iface).every((address) => address.includes(":"))) continue;
    // Its own log tells the rest.
    if (isOwn) return 0;
    upUntold ??= clock.now();
    const spoke = lines.filter(({ program, pid }) => program === "pppd" && pid === pppd?.pid);
    const isTold = spoke.length === 0 || spoke.some(({ text }) => text.startsWith("remote IP address"));
    if (isTold || clock.now() >= upUntold + logGraceMs) return 0;
  }
  return 5;
}

/** By the pid file of its linkname, which a pppd of ours has. */
function ifaceOf(pppd: ProcessInfo, { linkname, world }: CallContext): string | undefined {
  const text = world.files.readText(`${pidFileDirectory}/${linkPidFileName(linkname)}`);
  const file = text === undefined ? undefined : parsePppdPidFile(text);
  return file?.pid === pppd.pid ? file.iface : undefined;
}

/** The lac to call: ours, when there is to be one and xl2tpd takes it. */
async function chooseLac(call: CallContext, lac: XlLac, own: OwnLac | undefined): Promise<Xl2tpdLink> {
  const redials = lac.redial === true;
  if (own === undefined) return { lac: lac.name, redials };
  const refusal = await addOwnLac(call, lac, own);
  if (refusal === undefined) return { lac: own.name, redials, call: call.call, quick: own.quick };
  const text = `xl2tpd takes no lac of pon's, so this link has Debian's hooks and not the peer's options: ${refusal}`;
  call.onEvent({ type: "warning", text });
  call.store.remove(hostPlanName);
  return { lac: lac.name, redials };
}

/** xl2tpd may speak of several tunnels at a time: a line is ours when it names our server. */
async function makeFilter({ server }: XlLac, { network }: Pick<World, "network">): Promise<(text: string) => boolean> {
  if (server === undefined) return () => false;
  const found = await network.resolve(server);
  const names = [server, ...(found.kind === "addresses" ? found.addresses : [])];
  return (text) => text.split(/[\s,]+/).some((word) => names.includes(word.replace(/\.$/, "")));
}

/** The pppds that xl2tpd has started to call, not those that answer. */
function pppdsOfXl2tpd({ processes }: Pick<World, "processes">): readonly ProcessInfo[] {
  const all = processes.list();
  const daemons = new Set(all.filter(({ name }) => name === "xl2tpd").map(({ pid }) => pid));
  return all.filter(
    ({ name, parent, argv }) => name === "pppd" && daemons.has(parent) && !argv.includes("pppol2tp_lns_mode"),
  );
}

/** Have xl2tpd end the peer's link. True when there was one that pon had it make. */
export async function hangUpLac(
  store: PeerStore,
  world: Pick<World, "xl2tpd" | "processes" | "files">,
): Promise<boolean> {
  const link = findXl2tpdLink(store, world);
  if (link === undefined) return false;
  await world.xl2tpd.control("disconnect-lac", link.lac);
  return true;
}

/** The link has ended for good: xl2tpd does not call again, and nothing says that it would. */
export async function endLac(store: PeerStore, world: Pick<World, "xl2tpd" | "processes" | "files">): Promise<void> {
  await hangUpLac(store, world);
  store.remove(xl2tpdLinkName);
}

function refusalError(peer: string, reason: string): PppctlError {
  const row = causeRow("l2tp-daemon");
  const message = `${peer}: ${row.sentence({ message: reason })}`;
  return new PppctlError({ code: row.code, message, exitCode: row.exitStatus, hint: row.hint });
}
