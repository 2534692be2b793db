import type { DialPlan } from "../peer/dial-plan.ts";
import { buildPppdArgv, type HookPrograms } from "../pppd/build-pppd-argv.ts";
import type { PppdVersion } from "../pppd/pppd-version.ts";
import type { CallMode } from "./choose-mode.ts";
import type { PppdStart, World } from "./deps.ts";
import { ownDisconnect } from "./disconnect-commands.ts";
import type { LinkStart } from "./link-start.ts";
import { type CallRequest, logOfPppd, pppdCall } from "./plan-call.ts";

/** What is known of a call when its pppd is to start. */
export interface StartFacts {
  readonly linkname: string;
  readonly version: PppdVersion;
  readonly hooks: HookPrograms;
  readonly logfile: string | undefined;
  readonly call: string;
  readonly routes: readonly string[];
}

/** pppd's arguments and environment for this call. */
export function pppdStart(
  request: CallRequest,
  plan: DialPlan,
  { mode }: CallMode,
  facts: StartFacts,
  world: World,
): PppdStart {
  const log = logOfPppd(plan, facts.logfile);
  return {
    args: buildPppdArgv(pppdCall(request, plan, mode, { ...facts, root: world.root })),
    // For the connect and disconnect programs, and for the hook runner, which reads pppd's own environment.
    env: {
      PPPCTL: world.ownPrograms.pppctl,
      PPPCTL_PEER: request.peer,
      PPPCTL_CALL: facts.call,
      ...(mode !== "as-is" && log !== undefined
        ? { PPPCTL_LOG: log, PPPCTL_DISCONNECT: ownDisconnect(plan) ?? "" }
        : {}),
      PPPCTL_QUICK: request.quick && facts.hooks.ipUp !== undefined ? "1" : "",
    },
    output: outputOf(untilWhen(request, plan), facts.logfile),
    waits: mode === "direct",
  };
}

/** pppd's words after `call PEER` where xl2tpd starts it: in the foreground, for xl2tpd knows its children by their pids. */
export function wordsOfLac(
  request: CallRequest,
  plan: DialPlan,
  facts: StartFacts,
  { root }: Pick<World, "root">,
): readonly string[] {
  const call = pppdCall({ ...request, wait: false }, plan, "as-is", { ...facts, root });
  return [...buildPppdArgv(call).slice(2), "nodetach"];
}

/** pppd's own standard output and error: mistakes in options are said there. */
function outputOf(until: LinkStart["until"], callLog: string | undefined): PppdStart["output"] {
  return until === "end" ? "inherit" : callLog === undefined ? "ignore" : { file: callLog };
}

/** What pon waits for, by the peer's words and its own. */
export function untilWhen(request: CallRequest, plan: DialPlan): LinkStart["until"] {
  if (plan.detach === "nodetach" || plan.detach === "up_sdnotify") return "end";
  return plan.demand || (!request.wait && plan.detach !== "updetach") ? "started" : "up";
}
