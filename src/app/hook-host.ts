import type { HookArguments } from "../hooks/hook-arguments.ts";
import type { HookVariables } from "../hooks/hook-environment.ts";
import type { HookEvent } from "../hooks/hook-event.ts";
import type { JournalEntry } from "../link/host-journal.ts";
import { type Family, familyOf, type HostRoute } from "../link/host-route.ts";
import {
  belongsToInterface,
  type HostTools,
  pinServer,
  raiseNameServers,
  raiseRoutes,
  undoChanges,
} from "./host-changes.ts";
import { type HostPlan, hostPlanName, hostUpName, parseHostPlan } from "./host-plan.ts";

/** What the hook runner needs to change this machine for a link. */
export interface HookHost extends HostTools {
  readonly readRecord: (peer: string, name: string) => string | undefined;
  readonly writeRecord: (peer: string, name: string, text: string) => void;
  readonly removeRecord: (peer: string, name: string) => void;
}

/** Whose hooks run, and the variables that pppd gave them. */
export interface HookedLink {
  readonly peer: string;
  readonly env: HookVariables;
  /** The pppd that runs the hook lives: after a kill nothing is to be changed any more. */
  readonly isAlive: () => boolean;
}

function isOfIpv6({ change }: JournalEntry): boolean {
  return (change.kind === "route" || change.kind === "link-route") && change.family === 6;
}

/** Debian's own scripts for `usepeerdns`: that of package ppp, and that of resolvconf and openresolv. */
export function isNameServerScript(path: string): boolean {
  return /\/(0000usepeerdns|000resolvconf)$/.test(path);
}

/** What such a script does is done already for a link whose name servers are ours to set. */
export function replacesScript(path: string, peer: string, host: HookHost): boolean {
  if (!isNameServerScript(path)) return false;
  return parseHostPlan(host.readRecord(peer, hostPlanName) ?? "")?.nameServers === true;
}

/** An address as pppd gives it: nothing else gets into a resolv.conf. */
function isAddress(text: string): boolean {
  return /^[0-9A-Fa-f.:]+$/.test(text);
}

/** The families whose routes a link gets, or loses, at an event. */
function familiesAt(event: HookEvent, { sixAt }: HostPlan): readonly Family[] {
  const isSix = event.replace(/down$/, "up") === sixAt;
  if (event === "ip-up" || event === "ip-down") return isSix ? [4, 6] : [4];
  return isSix ? [6] : [];
}

/** The event brings, or takes away, all that the link has but for routes of IPv6. */
function isWhole(event: HookEvent, { noip }: HostPlan): boolean {
  return event === (noip ? "ipv6-up" : "ip-up") || event === (noip ? "ipv6-down" : "ip-down");
}

/** Before any script of ip-up, or ipv6-up: the routes that pon has planned. Returns what went wrong, a line each. */
export async function raiseHost(
  event: HookEvent,
  [iface]: HookArguments,
  { peer, env, isAlive }: HookedLink,
  host: HookHost,
): Promise<readonly string[]> {
  const plan =
    event === "ip-up" || event === "ipv6-up" ? parseHostPlan(host.readRecord(peer, hostPlanName) ?? "") : undefined;
  if (plan === undefined) return [];
  const { linkname } = plan;
  const link = { peer, linkname };
  const complaints: string[] = [];
  // The first time pon has done it. A way through the link itself is none.
  const isWanted = ({ dev }: HostRoute): boolean => dev !== iface && isAlive();
  if (isWhole(event, plan)) for (const server of plan.servers ?? []) await pinServer(link, server, host, isWanted);
  const families = familiesAt(event, plan);
  const networks = plan.networks.filter((network) => families.includes(familyOf(network)));
  const defaults = families.filter((family) => (family === 4 ? plan.takesDefault : plan.takesDefault6));
  if (networks.length > 0 || defaults.length > 0) {
    complaints.push(...(await raiseRoutes(link, { iface, networks, defaults, isAlive }, host)));
  }
  if (!isWhole(event, plan)) return complaints;
  const servers = [env["DNS1"], env["DNS2"]].filter((server) => server !== undefined && isAddress(server));
  if (plan.nameServers && servers.length > 0) {
    const given = { iface, servers: [...new Set(servers)] as string[], before: plan.resolvBefore, isAlive };
    const refusal = await raiseNameServers(link, given, host);
    if (refusal !== undefined) complaints.push(`the name servers: ${refusal}`);
  }
  host.writeRecord(peer, hostUpName, iface);
  return complaints;
}

/**
 * At ip-down, after the scripts: as it was before; the way to the server stays for a pppd that calls again where it could go astray. At ipv6-down what
 * ipv6-up has done.
 */
export async function lowerHost(
  event: HookEvent,
  [iface]: HookArguments,
  { peer }: HookedLink,
  host: HookHost,
): Promise<void> {
  const isDown = event === "ip-down" || event === "ipv6-down";
  const plan = isDown ? parseHostPlan(host.readRecord(peer, hostPlanName) ?? "") : undefined;
  if (plan === undefined) return;
  if (!isWhole(event, plan)) {
    if (plan.sixAt !== "ipv6-up" || host.journal.isEmpty()) return;
    await undoChanges(
      (entry) => entry.linkname === plan.linkname && belongsToInterface(entry, iface) && isOfIpv6(entry),
      host,
    );
    return;
  }
  host.removeRecord(peer, hostUpName);
  if (!plan.redials) host.removeRecord(peer, hostPlanName);
  if (host.journal.isEmpty()) return;
  const goes = !plan.redials || (plan.servers !== undefined && (await isOnlyLink(plan.linkname, host)));
  await undoChanges(
    (entry) =>
      entry.linkname === plan.linkname &&
      // xl2tpd is about to see that its pppd has gone: its lac is left to whoever comes next.
      entry.change.kind !== "lac" &&
      (goes || belongsToInterface(entry, iface)),
    host,
  );
}

/** No other link has a route, into which this one's next call could go. */
async function isOnlyLink(linkname: string, { journal }: HookHost): Promise<boolean> {
  return journal.change(
    async ({ entries }) => !entries.some((entry) => entry.linkname !== linkname && entry.change.kind === "link-route"),
  );
}
