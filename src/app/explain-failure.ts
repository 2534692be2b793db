import { PppctlError } from "../core/errors.ts";
import { ExitCode } from "../core/exit-codes.ts";
import { type PeerName, parsePeerName } from "../core/peer-name.ts";
import { causeRow } from "../link/causes.ts";
import { dialRecordName, parseDialRecord } from "../link/dial-record.ts";
import type { HistoryEntry } from "../link/history-entry.ts";
import { type Judgement, judge } from "../link/judge.ts";
import { endings, lastAttempt } from "../link/log-fact.ts";
import type { DialPlan } from "../peer/dial-plan.ts";
import { textFromWord } from "../peer/word-text.ts";
import { parsePppdLine } from "../pppd/parse-pppd-line.ts";
import type { PppdEvent } from "../pppd/pppd-event.ts";
import { splitLogLine } from "../pppd/split-log-line.ts";
import type { World } from "./deps.ts";
import { tunnelOfPlan } from "./examine-tunnel.ts";
import { findLinksOf } from "./find-links.ts";
import { linknameOf } from "./linkname-of.ts";
import { loadPlan } from "./load-plan.ts";
import { settleEnded } from "./settle-calls.ts";
import { showStatus } from "./show-status.ts";

/** What is to be explained: the last failure of any peer, the last call of one, pppd's exit status (0 to 255), or the log in a file. */
export type ExplainRequest =
  | { readonly kind: "last" }
  | { readonly kind: "peer"; readonly peer: PeerName }
  | { readonly kind: "status"; readonly status: number }
  | { readonly kind: "log"; readonly path: string };

/** `peer`: whose call it was. */
export type Explanation = Judgement & { readonly peer?: string };

/**
 * Say why a call failed or ended, by the same judgement as pon's. Of a log that holds several calls, the last one counts.
 *
 * @throws PppctlError explain.nothing (there is no log, or no line of pppd's in it; no call has failed) or explain.alive
 *   (the peer's link is up or being brought up), exit status 1.
 */
export async function explainFailure(request: ExplainRequest, world: World): Promise<Explanation> {
  switch (request.kind) {
    case "status":
      return judge({ events: [], exitStatus: request.status });
    case "log":
      return explainLog(request.path, world);
    case "peer":
      return { peer: request.peer, ...(await explainPeer(request.peer, world)) };
    case "last":
      return explainLast(world);
    default:
      return request satisfies never;
  }
}

/** Of all calls the one that failed last; one that ended as it was meant to is no failure. */
async function explainLast(world: World): Promise<Explanation> {
  for (const peer of world.stores.peers()) settle(peer, world);
  const entry = findLastCall(isFailure, world);
  if (entry === undefined) {
    throw new PppctlError({
      code: "explain.nothing",
      message: `${world.history.path}: no call that failed`,
      exitCode: ExitCode.fatal,
      hint: "name a peer, an exit status, or a log: `pppctl explain --help` has examples",
    });
  }
  const peer = parsePeerName(entry.peer);
  const isNewest = findLastCall((call) => call.peer === peer, world)?.id === entry.id;
  const { plan } = await loadPlan({ peer, extraWords: [] }, world);
  return { peer, ...agreeWith(entry, isNewest ? judgeRecords(peer, plan, entry, world).judged : undefined) };
}

/** The whole history is only read where the newest calls do not have it. */
function findLastCall(
  isMeant: (entry: HistoryEntry) => boolean,
  { history }: Pick<World, "history">,
): HistoryEntry | undefined {
  return history.readNewest().findLast(isMeant) ?? history.read().findLast(isMeant);
}

function isFailure({ cause }: HistoryEntry): boolean {
  return causeRow(cause).retry !== "stop";
}

/** What ended unseen is in the history then; it stays for root where we may not write. */
function settle(peer: string, world: World): void {
  try {
    settleEnded(peer, world);
  } catch {
    // A full disk: the log is still there to be judged.
  }
}

async function explainPeer(peer: PeerName, world: World): Promise<Judgement> {
  const { plan } = await loadPlan({ peer, extraWords: [] }, world);
  settle(peer, world);
  const entry = findLastCall((call) => call.peer === peer, world);
  await refuseAlive(peer, plan, entry, world);
  const { judged, isKnown } = judgeRecords(peer, plan, entry, world);
  if (entry !== undefined) return agreeWith(entry, judged);
  if (!isKnown) throw nothingIn(world.stores.of(peer).logFile, world);
  return judged;
}

/** Nothing has ended of a link that is up. One that is being tried again has failed before, which is what there is to explain. */
async function refuseAlive(
  peer: PeerName,
  plan: DialPlan,
  entry: HistoryEntry | undefined,
  world: World,
): Promise<void> {
  const link = findLinksOf(peer, [linknameOf(peer, plan)], world)[0];
  if (link === undefined) return;
  const hasFailed = entry !== undefined && isFailure(entry);
  if (hasFailed && (await showStatus([peer], world)).every(({ state }) => state !== "up")) return;
  throw new PppctlError({
    code: "explain.alive",
    message: `${peer}: nothing has ended: ${link.process.name} (pid ${link.process.pid}) is at work`,
    exitCode: ExitCode.fatal,
    hint: `\`pppctl status ${peer}\` shows where it is`,
  });
}

/** What is left of a peer's last call. `isKnown`: something is; a dial of ours that failed has no line of pppd's. */
function judgeRecords(
  peer: PeerName,
  plan: DialPlan,
  entry: HistoryEntry | undefined,
  world: World,
): { readonly judged: Judgement; readonly isKnown: boolean } {
  const store = world.stores.of(peer);
  const dialFailure = parseDialRecord(store.read(dialRecordName) ?? "")?.failure;
  const own = plan.logfile === undefined ? [] : factsOf(textFromWord(plan.logfile.value), world);
  const events = [...own, ...factsOf(store.logFile, world)];
  const { exitStatus } = entry ?? {};
  const judged = judge({ events, dialFailure, exitStatus, device: plan.device?.value, tunnel: tunnelOfPlan(plan) });
  return { judged, isKnown: dialFailure !== undefined || events.some(isKnown) };
}

/** What whoever saw the end has found; the log has the lines for it, unless it is of another call. */
function agreeWith(entry: HistoryEntry, judged: Judgement | undefined): Judgement {
  const { code, retry, hint, exitStatus } = causeRow(entry.cause);
  const { cause, sentence } = entry;
  const evidence = judged?.cause === cause ? judged.evidence : [];
  return { cause, sentence, hint, retry, code, evidence, exitStatus: entry.exitStatus ?? exitStatus };
}

function explainLog(path: string, world: Pick<World, "files">): Judgement {
  const events = readLog(path, world);
  const judged = judge({ events });
  if (judged.cause !== "ended" || lastAttempt(events).some(({ kind }) => endings.has(kind))) return judged;
  throw new PppctlError({
    code: "explain.alive",
    message: `${path}: the last call in it has not ended: it is up, or pppd was killed`,
    exitCode: ExitCode.fatal,
    hint: "`pppctl status` shows what is up",
  });
}

function readLog(path: string, world: Pick<World, "files">): readonly PppdEvent[] {
  const facts = factsOf(path, world);
  if (facts.some(isKnown)) return facts;
  throw nothingIn(path, world);
}

const isKnown = ({ kind }: PppdEvent): boolean => kind !== "other";

function nothingIn(path: string, world: Pick<World, "files">): PppctlError {
  return new PppctlError({
    code: "explain.nothing",
    message: `${path}: ${world.files.readText(path) === undefined ? "there is no such log" : "no line of pppd's that is known"}`,
    exitCode: ExitCode.fatal,
    hint: "give the log in which pppd's lines are: `journalctl -t pppd -t chat | pppctl explain --log -`",
  });
}

/** Of a syslog in which several pppds write at a time, the one that spoke last. */
function factsOf(path: string, world: Pick<World, "files">): readonly PppdEvent[] {
  const lines = (world.files.readText(path) ?? "").split("\n").map((line) => {
    const { program, pid } = splitLogLine(line);
    return { event: parsePppdLine(line), pppd: program === "pppd" ? pid : undefined };
  });
  const last = lines.findLast(({ event, pppd }) => pppd !== undefined && isKnown(event))?.pppd;
  return lines.filter(({ pppd }) => pppd === undefined || pppd === last).map(({ event }) => event);
}
