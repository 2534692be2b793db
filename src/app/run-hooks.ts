import type { Clock } from "../core/clock.ts";
import type { HookArguments } from "../hooks/hook-arguments.ts";
import { type HookVariables, hookEnvironment } from "../hooks/hook-environment.ts";
import type { HookEvent } from "../hooks/hook-event.ts";
import type { HookFiles } from "../hooks/hook-files.ts";
import { isDirectoryName, planHooks } from "../hooks/plan-hooks.ts";

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

export interface HookDeps {
  readonly clock: Pick<Clock, "now">;
  /** @param linkname names a directory, or is undefined. */
  readonly listFiles: (event: HookEvent, linkname: string | undefined) => HookFiles;
  /** bit/s that the modem reported for this link, from our record of the call. */
  readonly readConnectRate: (linkname: string) => number | undefined;
  /** Undefined when the administrator has not made that file, or it cannot be opened. */
  readonly openLog: (truncate: boolean) => HookLog | undefined;
  readonly run: (script: ScriptRun) => Promise<ScriptEnd>;
  /** Takes away the mark of our `pon -q` on this link: its text, the pid of a pppd. */
  readonly takeQuickMark: (linkname: string) => string | undefined;
  /** Takes away the mark that Debian's `pon -q` leaves; true when it was there. */
  readonly takeStockQuickMark: () => boolean;
  readonly terminate: (pid: number) => void;
  /** One line for syslog: a script that failed, hung or was refused. */
  readonly report: (line: string) => void;
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
  const env = hookEnvironment(event, args, request.env, link === undefined ? undefined : deps.readConnectRate(link));
  // ip-pre-up comes first in a call: Debian starts the log afresh there.
  const log = deps.openLog(event === "ip-pre-up");
  const started = deps.clock.now();
  const results: HookResult[] = [];
  try {
    log?.write(`/etc/ppp/${event} ${args.join(" ")}\n\n`);
    const plan = planHooks(deps.listFiles(event, link));
    for (const step of plan.steps) {
      const result = step.run
        ? await runOne(step.path, started + hookLimits.event)
        : { path: step.path, end: { kind: step.refused ? "refused" : "ignored", reason: step.reason } as const };
      results.push(result);
      deps.onResult?.(result);
      const complaint = complain(result);
      if (complaint === undefined) continue;
      log?.write(`pppctl: ${event}: ${complaint}\n`);
      deps.report(`${event} ${args[0]}: ${complaint}`);
    }
    return { results, terminated: hangUpQuickly(request, link, plan.override, deps) };
  } finally {
    log?.close();
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

/**
 * `pon -q`: hang up after the scripts. Our mark names the pppd it was made for, so that one
 * that was left behind does nothing to the next call; it counts beside EVENT.local too,
 * where Debian's does not.
 */
function hangUpQuickly(
  { event, env }: HookRequest,
  link: string | undefined,
  override: boolean,
  deps: HookDeps,
): number | undefined {
  if (event !== "ip-up" && event !== "ipv6-up") return undefined;
  const pid = env["PPPD_PID"] ?? "";
  const ours = link !== undefined && deps.takeQuickMark(link)?.trim() === pid;
  const stock = !override && deps.takeStockQuickMark();
  if (!(ours || stock) || !/^[1-9][0-9]*$/.test(pid) || pid === "1") return undefined;
  deps.terminate(Number(pid));
  return Number(pid);
}
