import type { PeerName } from "../core/peer-name.ts";
import { hookEnvironment } from "../hooks/hook-environment.ts";
import { type HookEvent, hookEvents } from "../hooks/hook-event.ts";
import type { HookFiles } from "../hooks/hook-files.ts";
import { isDirectoryName, planHooks } from "../hooks/plan-hooks.ts";
import type { DialPlan } from "../peer/dial-plan.ts";
import { textFromWord } from "../peer/word-text.ts";
import type { PppdVersion } from "../pppd/pppd-version.ts";
import { pppdCapabilities } from "../pppd/pppd-version.ts";
import type { World } from "./deps.ts";
import { isNameServerScript } from "./hook-host.ts";
import { linknameOf } from "./linkname-of.ts";
import { loadPlan, mistakeOf } from "./load-plan.ts";
import { hookPrograms } from "./plan-call.ts";
import { nameOfOwnLac } from "./xl2tpd-lac.ts";
import { findLac } from "./xl2tpd-link.ts";

/** What one event of a peer's calls would run. */
export interface ListedEvent {
  readonly event: HookEvent;
  /** The program that pppd executes: ours, one that the peer names, or /etc/ppp/EVENT. */
  readonly program: string;
  /** `pppctl`: the scripts below are run by us. `peer`, `system`: by that program, as it likes. */
  readonly by: "pppctl" | "peer" | "system";
  /** /etc/ppp/EVENT.local takes the place of everything else. */
  readonly override: boolean;
  /** In this order. Empty with a program of the peer's. */
  readonly scripts: readonly {
    readonly path: string;
    readonly run: boolean /** Why it is skipped. */;
    readonly reason?: string;
  }[];
}

export interface ListedHooks {
  readonly peer: PeerName;
  readonly linkname: string;
  readonly events: readonly ListedEvent[];
  /** Of every script, by name; undefined: known when the call is made. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export interface ListHooksDeps {
  readonly world: World;
  /** @param linkname names a directory, or is undefined. */
  readonly hookFiles: (event: HookEvent, linkname: string | undefined) => HookFiles;
}

/** What stands for a value that only a call can give. */
const later = "\0";

/**
 * Which scripts a call of this peer would run, in order, with which environment, and which it would pass over.
 *
 * @throws PppctlError of a peer that is missing, or that pppd would refuse
 */
export async function listHooks(peer: PeerName, { world, hookFiles }: ListHooksDeps): Promise<ListedHooks> {
  const loaded = await loadPlan({ peer, extraWords: [] }, world);
  const mistake = mistakeOf(loaded);
  if (mistake !== undefined) throw mistake;
  const { plan, version, settings } = loaded;
  const linkname = linknameOf(peer, plan);
  const lac = findLac(peer, plan, settings, world);
  // Its pppd gets nothing of ours.
  const isTheirs = lac !== undefined && nameOfOwnLac(linkname, lac) === undefined;
  const link = isDirectoryName(linkname) ? linkname : undefined;
  const events = hookEvents.map((event): ListedEvent => {
    const { program, by } = isTheirs ? systemProgram(event) : programOf(event, plan, version, world);
    if (by === "peer") return { event, program, by, override: false, scripts: [] };
    const { override, steps } = planHooks(hookFiles(event, by === "pppctl" ? link : undefined));
    const scripts = steps.map((step) => {
      if (!step.run) return { path: step.path, run: false, reason: step.reason };
      // app/hook-host.ts, replacesScript
      const replaced = by === "pppctl" && plan.usepeerdns && isNameServerScript(step.path);
      return replaced
        ? { path: step.path, run: false, reason: "pppctl sets the name servers of this link itself" }
        : { path: step.path, run: true };
    });
    return { event, program, by, override, scripts };
  });
  return { peer, linkname, events, environment: environmentOf(peer, linkname, plan) };
}

function programOf(
  event: HookEvent,
  plan: DialPlan,
  version: PppdVersion,
  world: World,
): Pick<ListedEvent, "program" | "by"> {
  const own = plan.hookScripts.get(`${event}-script`);
  if (own !== undefined) return { program: textFromWord(own.value), by: "peer" };
  const can = pppdCapabilities(version);
  const ours = hookPrograms(plan, world);
  const program = {
    "ip-pre-up": can.hasIpPreUpScript ? ours.ipPreUp : undefined,
    "ip-up": can.hasIpUpScript ? ours.ipUp : undefined,
    "ip-down": can.hasIpUpScript ? ours.ipDown : undefined,
    "ipv6-up": can.hasIpv6Scripts ? ours.ipv6Up : undefined,
    "ipv6-down": can.hasIpv6Scripts ? ours.ipv6Down : undefined,
  }[event];
  return program === undefined ? systemProgram(event) : { program, by: "pppctl" };
}

function systemProgram(event: HookEvent): Pick<ListedEvent, "program" | "by"> {
  return { program: `/etc/ppp/${event}`, by: "system" };
}

/** All variables of ip-up and ip-down; pppd leaves out what a call does not have (DNS2, CONNECT_SPEED). */
function environmentOf(peer: PeerName, linkname: string, plan: DialPlan): ListedHooks["environment"] {
  const known = (value: { readonly value: string | number } | undefined): string =>
    value === undefined ? later : textFromWord(String(value.value));
  const ipparam = plan.ipparam === undefined ? "" : textFromWord(plan.ipparam.value);
  const variables = hookEnvironment(
    "ip-up",
    [
      plan.ifname === undefined ? later : known(plan.ifname),
      known(plan.device),
      known(plan.speed),
      later,
      later,
      ipparam,
    ],
    {
      ...Object.fromEntries(
        ["PPPD_PID", "PPPLOGNAME", "DNS1", "DNS2", "CONNECT_SPEED", "CONNECT_TIME", "BYTES_SENT", "BYTES_RCVD"].map(
          (name) => [name, later],
        ),
      ),
      LINKNAME: linkname,
      CALL_FILE: peer,
      ...(plan.usepeerdns ? { USEPEERDNS: "1" } : {}),
    },
    undefined,
  );
  const rows = Object.entries(variables).map(([name, value]) => [name, value === later ? undefined : value] as const);
  return Object.fromEntries(rows.sort(([a], [b]) => (a < b ? -1 : 1)));
}
