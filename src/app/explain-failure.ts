import { PppctlError } from "../core/errors.ts";
import { ExitCode } from "../core/exit-codes.ts";
import type { PeerName } from "../core/peer-name.ts";
import { dialRecordName, parseDialRecord } from "../link/dial-record.ts";
import { type Judgement, judge } from "../link/judge.ts";
import { parsePppdLine } from "../pppd/parse-pppd-line.ts";
import type { World } from "./deps.ts";
import { tunnelOfPlan } from "./examine-tunnel.ts";
import { findLinksOf } from "./find-links.ts";
import { loadPlan } from "./load-plan.ts";
import { linknameOf } from "./plan-call.ts";

/** What is to be explained: the last call of a peer, pppd's exit status (0 to 255), or the log in a file. */
export type ExplainRequest =
  | { readonly kind: "peer"; readonly peer: PeerName }
  | { readonly kind: "status"; readonly status: number }
  | { readonly kind: "log"; readonly path: string };

/**
 * Say why a call failed or ended, by the same judgement as pon's. Of a log that holds several calls, the last one counts.
 *
 * @throws PppctlError explain.nothing (there is no log, or no line of pppd's in it) or explain.alive
 *   (the peer's link is up or being brought up), exit status 1.
 */
export async function explainFailure(request: ExplainRequest, world: World): Promise<Judgement> {
  switch (request.kind) {
    case "status":
      return judge({ events: [], exitStatus: request.status });
    case "log":
      return judge({ events: readLog(request.path, world) });
    case "peer":
      return explainPeer(request.peer, world);
    default:
      return request satisfies never;
  }
}

async function explainPeer(peer: PeerName, world: World): Promise<Judgement> {
  const { plan } = await loadPlan({ peer, extraWords: [] }, world);
  const link = findLinksOf(peer, [linknameOf(peer, plan)], world)[0];
  if (link !== undefined) {
    throw new PppctlError({
      code: "explain.alive",
      message: `${peer}: nothing has ended: ${link.process.name} (pid ${link.process.pid}) is at work`,
      exitCode: ExitCode.fatal,
      hint: `\`pppctl status ${peer}\` shows where it is`,
    });
  }
  const store = world.stores.of(peer);
  const dialFailure = parseDialRecord(store.read(dialRecordName) ?? "")?.failure;
  // A dial of ours that failed has no line of pppd's.
  const events = dialFailure === undefined ? readLog(store.logFile, world) : factsOf(store.logFile, world);
  return judge({ events, dialFailure, device: plan.device?.value, tunnel: tunnelOfPlan(plan) });
}

function readLog(path: string, world: Pick<World, "files">): ReturnType<typeof factsOf> {
  const facts = factsOf(path, world);
  if (facts.some(({ kind }) => kind !== "other")) return facts;
  throw new PppctlError({
    code: "explain.nothing",
    message: `${path}: ${world.files.readText(path) === undefined ? "there is no such log" : "no line of pppd's that is known"}`,
    exitCode: ExitCode.fatal,
    hint: "give the log in which pppd's lines are: `journalctl -t pppd -t chat | pppctl explain --log -`",
  });
}

function factsOf(path: string, world: Pick<World, "files">): ReturnType<typeof parsePppdLine>[] {
  return (world.files.readText(path) ?? "").split("\n").map(parsePppdLine);
}
