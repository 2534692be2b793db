import type { Clock } from "../core/clock.ts";
import type { HookArguments } from "../hooks/hook-arguments.ts";
import { type HookVariables, hookEnvironment } from "../hooks/hook-environment.ts";
import type { HookEvent } from "../hooks/hook-event.ts";
import type { HookFiles } from "../hooks/hook-files.ts";
import { isDirectoryName, planHooks } from "../hooks/plan-hooks.ts";
import { dialRecordName, parseDialRecord } from "../link/dial-record.ts";
import { quickHangUp } from "../pppd/parse-own-line.ts";
import { type HookHost, isNameServerScript, lowerHost, raiseHost, replacesScript } from "./hook-host.ts";
import { beginHooks, downOf, endHooks, type HookRun } from "./missed-hooks.ts";
import { noteHook } from "./note-hook.ts";
import type { SettleWorld } from "./settle-calls.ts";

/**
 * Time limits in milliseconds. pppd waits for ip-pre-up before it brings the interface
 * up, and runs ip-down only after ip-up has ended, so a script that hangs would block
 * the link for ever. Work that takes longer belongs in the background of its script:
 * the limit looks at the script itself, not at what it left behind.
 */
export const hookLimits = { script: 60_000, event: 300_000 } as const;

/** One call by pppd. */
export interface HookRequest {
  readonly event: HookEvent;
  readonly args: HookArguments;
  /** The environment as pppd gave it. */
  readonly env: HookVariables;
}

/** How a script ended. `failed`: it could not be started. */
export type ScriptEnd =
  | { readonly kind: "exit"; readonly status: number }
  | { readonly kind: "signal"; readonly signal: string }
  | { readonly kind: "timeout" }
  | { readonly kind: "failed"; readonly reason: string };

/** What became of one script. `late`: the event's own time was up before its turn. */
export type HookResult = { readonly path: string } & (
  | { readonly end: ScriptEnd /** Milliseconds. */; readonly took: number }
  | { readonly end: { readonly kind: "late" } }
  | { readonly end: { readonly kind: "refused" | "ignored"; readonly reason: string } }
);

/** /var/log/ppp-ipupdown.log, open. */
export interface HookLog {
  /** The scripts' standard output and error. */
  readonly descriptor: number;
  readonly write: (text: string) => void;
  readonly close: () => void;
}

/** A script to run, in a process group of its own, in the directory `/`. */
export interface ScriptRun {
  readonly path: string;
  readonly args: readonly string[];
  readonly env: HookVariables;
  /** Undefined: the output goes where ours goes (pppd gives /dev/null). */
  readonly log: HookLog | undefined;
  /** Undefined: as inherited from pppd. */
  readonly umask: number | undefined;
  /** Milliseconds until its process group gets SIGTERM, and soon after SIGKILL. */
  readonly limit: number;
}

/**
 * Words of our pon in the environment of the pppd that it starts. They end with that pppd,
 * whatever its end is: nothing is left behind that the next call could take for its own.
 */
export interface HookCaller {
  /** PPPCTL_PEER */
  readonly peer: string | undefined;
  /** PPPCTL_QUICK=1: `pon -q`, hang up after the scripts. */
  readonly quick: boolean;
  /** PPPCTL_CALL: the call's name in records. */
  readonly call: string | undefined;
}

export interface HookDeps {
  readonly clock: Pick<Clock, "now">;
  /** @param linkname names a directory, or is undefined. */
  readonly listFiles: (event: HookEvent, linkname: string | undefined) => HookFiles;
  /** What our pon told this pppd, when it was ours. */
  readonly readCaller: (pppd: number) => HookCaller;
  /** The text of one of the peer's records, or undefined when it has none. */
  readonly readRecord: (peer: string, name: string) => string | undefined;
  /** The log of a call that our pon began: the folder is the peer's. Its lines have the time. */
  readonly openCallLog: (peer: string) => { readonly say: (text: string) => void } | undefined;
  /** Undefined when the administrator has not made that file, or it cannot be opened. */
  readonly openLog: (truncate: boolean) => HookLog | undefined;
  readonly run: (script: ScriptRun) => Promise<ScriptEnd>;
  /** Takes away the mark that Debian's `pon -q` leaves; true when it was there. */
  readonly takeStockQuickMark: () => boolean;
  readonly terminate: (pid: number) => void;
  /** One line for syslog: a script that failed, hung or was refused. */
  readonly report: (line: string) => void;
  /** Where calls are recorded; undefined: nowhere (a hook that somebody runs by hand). */
  readonly calls?: SettleWorld;
  /** What pon has planned to change on this machine is done here; undefined: nothing is. */
  readonly host?: HookHost;
  /** Every script's result, as soon as it is known. */
  readonly onResult?: (result: HookResult) => void;
}

export interface HookOutcome {
  readonly results: readonly HookResult[];
  /** The pppd that was told to hang up because of `pon -q`. */
  readonly terminated: number | undefined;
}

/**
 * Run the scripts of one event, one after the other, as Debian's /etc/ppp/EVENT does:
 * none of them stops the next. Then hang up if `pon -q` asked for it.
 */
export async function runHooks(request: HookRequest, deps: HookDeps): Promise<HookOutcome> {
  const { event, args } = request;
  const linkname = request.env["LINKNAME"] ?? "";
  const link = isDirectoryName(linkname) ? linkname : undefined;
  const pppd = parsePid(request.env["PPPD_PID"]);
  const caller = pppd === undefined ? undefined : deps.readCaller(pppd);
  const peer = caller?.peer ?? request.env["CALL_FILE"] ?? "";
  const dialed = parseDialRecord((peer === "" ? undefined : deps.readRecord(peer, dialRecordName)) ?? "");
  if (deps.calls !== undefined && pppd !== undefined) {
    noteHook({ event, args, env: request.env, peer, call: caller?.call, pppd }, deps.calls, (text) => {
      deps.report(`${event} ${args[0]}: ${text}`);
    });
  }
  const env = hookEnvironment(event, args, request.env, dialed?.connectRate);
  // ip-pre-up comes first in a call: Debian starts the log afresh there.
  const log = deps.openLog(event === "ip-pre-up");
  const callLog = caller?.peer === undefined ? undefined : deps.openCallLog(caller.peer);
  const started = deps.clock.now();
  const results: HookResult[] = [];
  const isAlive = (): boolean => {
    if (pppd === undefined || deps.calls === undefined) return true;
    // One that is ending has no arguments any more, and runs nothing more.
    return (deps.calls.processes.read(pppd)?.argv.length ?? 0) > 0;
  };
  const { host } = deps;
  // Of a pppd of ours only: a link of somebody who runs an event by hand would be taken for one that has died.
  const isNoted = pppd !== undefined && peer !== "" && linkname !== "";
  const noted: HookRun | undefined =
    isNoted && host !== undefined && deps.calls !== undefined
      ? { event, args, env: request.env, peer, linkname, runner: deps.calls.self, journal: host.journal }
      : undefined;
  try {
    log?.write(`/etc/ppp/${event} ${args.join(" ")}\n\n`);
    if (noted !== undefined) await tryTo("the journal", () => beginHooks(noted, hasDownScripts));
    await changeHost(raiseHost);
    const plan = planHooks(deps.listFiles(event, link));
    for (const step of plan.steps) {
      const isDone = step.run && deps.host !== undefined && replacesScript(step.path, peer, deps.host);
      const result = isDone
        ? { path: step.path, end: { kind: "ignored", reason: "pppctl has done what it does" } as const }
        : step.run
          ? await runOne(step.path, started + hookLimits.event)
          : { path: step.path, end: { kind: step.refused ? "refused" : "ignored", reason: step.reason } as const };
      results.push(result);
      deps.onResult?.(result);
      const complaint = complain(result);
      const said = complaint ?? describeSuccess(result);
      if (said !== undefined) callLog?.say(`${event}: ${said}`);
      if (complaint === undefined) continue;
      log?.write(`pppctl: ${event}: ${complaint}\n`);
      deps.report(`${event} ${args[0]}: ${complaint}`);
    }
    await changeHost(lowerHost);
    if (noted !== undefined && (await tryTo("the journal", () => endHooks(noted, isAlive))) === true) {
      const { PPPD_PID: _gone, ...said } = request.env;
      await runHooks({ event: downOf(event), args, env: { ...said, CALL_FILE: peer } }, deps);
    }
    const quick = (event === "ip-up" || event === "ipv6-up") && isQuick(plan.override);
    if (quick && pppd !== undefined) {
      callLog?.say(`${event}: ${quickHangUp}`);
      deps.terminate(pppd);
    }
    return { results, terminated: quick ? pppd : undefined };
  } finally {
    log?.close();
  }

  async function changeHost(change: typeof raiseHost | typeof lowerHost): Promise<void> {
    if (host === undefined || peer === "") return;
    const link = { peer, env: request.env, isAlive };
    const complaints = await tryTo("this machine's routes", async () => change(event, args, link, host));
    for (const complaint of complaints ?? []) say(complaint);
  }

  /** Whatever comes of it, the scripts run. */
  async function tryTo<T>(what: string, work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      say(`${what}: ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    }
  }

  function say(complaint: string): void {
    callLog?.say(`${event}: ${complaint}`);
    deps.report(`${event} ${args[0]}: ${complaint}`);
  }

  /** The link's end has scripts to run, other than for name servers that are ours to set, or that it does not set. */
  function hasDownScripts(): boolean {
    return planHooks(deps.listFiles(downOf(event), link)).steps.some(
      (step) =>
        step.run &&
        (!isNameServerScript(step.path) ||
          (request.env["USEPEERDNS"] === "1" && host !== undefined && !replacesScript(step.path, peer, host))),
    );
  }

  /** Ours counts beside EVENT.local too, where Debian's script ends before it looks for its mark. */
  function isQuick(override: boolean): boolean {
    const stock = !override && deps.takeStockQuickMark();
    return stock || caller?.quick === true;
  }

  async function runOne(path: string, deadline: number): Promise<HookResult> {
    const now = deps.clock.now();
    const limit = Math.min(hookLimits.script, deadline - now);
    if (limit <= 0) return { path, end: { kind: "late" } };
    // run-parts(8) sets umask 022; EVENT.local is run with pppd's.
    const umask = path.endsWith(".local") ? undefined : 0o022;
    const end = await deps.run({ path, args, env, log, umask, limit });
    return { path, end, took: deps.clock.now() - now };
  }
}

/** The line of the call's log about a script that ran. */
function describeSuccess(result: HookResult): string | undefined {
  if (result.end.kind !== "exit" || !("took" in result)) return undefined;
  return `${result.path} ran (${(result.took / 1000).toFixed(1)} s)`;
}

/** The line about a script that did not do its work, or undefined. */
function complain(result: HookResult): string | undefined {
  const { path, end } = result;
  switch (end.kind) {
    case "exit":
      return end.status === 0 ? undefined : `${path} failed with exit status ${end.status}`;
    case "signal":
      return `${path} was ended by ${end.signal}`;
    case "timeout":
      return `${path} hangs: it was killed at its time limit`;
    case "failed":
      return `${path} could not be run: ${end.reason}`;
    case "late":
      return `${path} was not run: the scripts before it took ${hookLimits.event / 1000} s`;
    case "refused":
      return `${path} was not run: ${end.reason}`;
    case "ignored":
      return undefined;
    default:
      return end satisfies never;
  }
}

function parsePid(text: string | undefined): number | undefined {
  const pid = /^[1-9][0-9]{0,9}$/.test(text ?? "") ? Number(text) : 1;
  return pid > 1 ? pid : undefined;
}
