import {
  type HostChange,
  type JournalEntry,
  pinnedRoutes,
  planLinkRoute,
  planUndo,
  type RouteChange,
  type RouteStep,
} from "../link/host-journal.ts";
import { type Family, familyOf, type HostRoute } from "../link/host-route.ts";
import { baseOfResolv, isResolvEntry, planResolvUndo, withNameServers } from "../link/resolv-conf.ts";
import type { HostJournal, NameServers, RouteTable, Xl2tpd } from "./host-deps.ts";

/** What a change of this machine needs. */
export interface HostTools {
  readonly routes: RouteTable;
  readonly journal: HostJournal;
  readonly nameServers: NameServers;
  /** Absent: whoever works here leaves lacs alone. */
  readonly xl2tpd?: Pick<Xl2tpd, "control">;
}

export interface LinkName {
  readonly peer: string;
  readonly linkname: string;
}

/**
 * Have packets to a tunnel's server go on as they go now, whatever default route comes: else the tunnel's own would go into it.
 * A route to just this address that somebody else has made stays theirs.
 *
 * @param isWanted of a later call, whose program may have made a route itself; asked where nobody else undoes
 * @returns the way to the server, or why there is none, as the kernel says it; `refusal`: why it does not stay.
 */
export async function pinServer(
  link: LinkName,
  address: string,
  { routes, journal }: HostTools,
  isWanted?: (way: HostRoute) => boolean,
): Promise<{ readonly way: HostRoute; readonly refusal?: string } | string> {
  const way = await routes.wayTo(address);
  if (typeof way === "string") return way;
  // Our own address: nothing that a default route could take away.
  if (way.type === "local" || way.dev === undefined || way.dev === "lo") return { way };
  const family = familyOf(address);
  const route: HostRoute = {
    dst: address,
    dev: way.dev,
    ...(way.gateway === undefined ? {} : { gateway: way.gateway }),
    ...(way.via === undefined ? {} : { via: way.via }),
  };
  return journal.change(async ({ entries, write }) => {
    const ours = entries.filter(({ change }) => change.kind === "route" && change.route.dst === address);
    if (ours.some(({ linkname }) => linkname === link.linkname) || isWanted?.(way) === false) return { way };
    if (ours.length === 0 && isWanted === undefined && (await routes.list(family, address)).length > 0) return { way };
    write([...entries, { ...link, change: { kind: "route", family, route } }]);
    const refusal = await apply(route);
    // A gateway that no network of the interface has in it (`onlink`): that is not in the kernel's answer about the way.
    if (refusal === undefined || (await apply({ ...route, flags: ["onlink"] })) === undefined) return { way };
    write(entries);
    return { way, refusal };
  });

  async function apply(pinned: HostRoute): Promise<string | undefined> {
    for (const one of pinnedRoutes(familyOf(address), pinned)) {
      const refusal = await routes.apply({ verb: "replace", family: familyOf(address), route: one });
      if (refusal !== undefined) return refusal;
    }
    return undefined;
  }
}

/** Networks behind a link that has come up, and the default routes that are to be the link's. */
export async function raiseRoutes(
  link: LinkName,
  up: {
    readonly iface: string;
    readonly networks: readonly string[];
    readonly defaults: readonly Family[];
    readonly isAlive: () => boolean;
  },
  { routes, journal }: HostTools,
): Promise<readonly string[]> {
  const complaints: string[] = [];
  await journal.change(async ({ entries, write }) => {
    // Asked here, where nobody else undoes: what comes after a `repair` would stay.
    if (!up.isAlive()) return;
    const all: JournalEntry[] = [...entries];
    const add = async (change: HostChange, steps: readonly RouteStep[]): Promise<void> => {
      all.push({ ...link, change });
      write(all);
      for (const step of steps) {
        const reason = await routes.apply(step);
        if (reason !== undefined) complaints.push(`the route ${step.route.dst}: ${reason}`);
      }
    };
    const ways = [
      ...up.networks.map((dst) => ({ dst, dev: up.iface, family: familyOf(dst) })),
      ...up.defaults.map((family) => ({ dst: "default", dev: up.iface, family })),
    ];
    for (const way of ways) {
      if (entries.some(({ change }) => change.kind === "route" && change.route.dst === way.dst)) {
        complaints.push(`the route ${way.dst}: the tunnel itself goes there`);
        continue;
      }
      const { change, steps } = planLinkRoute(way, way.family === 4 ? [] : await routes.list(6, way.dst));
      await add(change, steps);
    }
  });
  return complaints;
}

/** What a link that is up has been given. */
export interface UpNameServers {
  readonly iface: string;
  readonly servers: readonly string[];
  /** Of a resolv.conf that pppd itself has written by now: what was in it (HostPlan). */
  readonly before?: string | null | undefined;
  /** Its pppd lives. */
  readonly isAlive: () => boolean;
}

/**
 * The name servers that the other end gave, by the way that this machine has: systemd-resolved and resolvconf keep them by
 * interface themselves; a plain resolv.conf is written, and comes back as it was.
 */
export async function raiseNameServers(
  link: LinkName,
  { iface, servers, before: planned, isAlive }: UpNameServers,
  { nameServers, journal }: HostTools,
): Promise<string | undefined> {
  const way = nameServers.way();
  return journal.change(async ({ entries, write }) => {
    if (!isAlive()) return undefined;
    if (way.kind !== "file") {
      write([...entries, { ...link, change: { kind: "name-servers", iface, way: way.kind } }]);
      return nameServers.setLink(way.kind, iface, servers);
    }
    const { path } = way;
    const current = planned === undefined ? nameServers.readFile(path) : (planned ?? undefined);
    const { before, others } = baseOfResolv(path, entries, current);
    const wrote = withNameServers(before ?? "", servers);
    const change: HostChange = { kind: "resolv", iface, path, wrote, ...(before === undefined ? {} : { before }) };
    write([...others, { ...link, change }]);
    return nameServers.writeFile(path, wrote);
  });
}

/**
 * Undo what links have changed, the newest first.
 *
 * @param which those of a link: `all`, or without its way to the server, which a pppd that dials again still needs. Scripts are none
 *   of them (app/missed-hooks.ts).
 * @returns how many entries were undone
 */
export async function undoChanges(
  which: (entry: JournalEntry) => boolean,
  { routes, journal, nameServers, xl2tpd }: HostTools,
): Promise<number> {
  return journal.change(async ({ entries, write }) => {
    let left: readonly JournalEntry[] = entries;
    let undone = 0;
    for (const entry of entries.filter((one) => !isOfScripts(one) && which(one)).toReversed()) {
      // As it stands now: another entry may have been undone before it.
      const at = left.findIndex(
        ({ linkname, change }) => linkname === entry.linkname && sameChange(change, entry.change),
      );
      const now = left[at];
      if (now === undefined) continue;
      if (isResolvEntry(now)) {
        const { path } = now.change;
        const done = planResolvUndo(now, left, nameServers.readFile(path));
        if (done === "remove") nameServers.writeFile(path, undefined);
        else if (done !== "leave") nameServers.writeFile(path, done.write);
        nameServers.clearAway(path);
        left = left.toSpliced(at, 1);
      } else if (now.change.kind === "name-servers") {
        await nameServers.clearLink(now.change.way, now.change.iface);
        left = left.toSpliced(at, 1);
      } else if (now.change.kind === "lac") {
        await xl2tpd?.control("remove-lac", now.change.name);
        left = left.toSpliced(at, 1);
      } else {
        const { steps, others } = planUndo({ change: now.change as RouteChange }, left.toSpliced(at, 1));
        for (const step of steps) await routes.apply(step);
        left = others;
      }
      write(left);
      undone += 1;
    }
    return undone;
  });
}

function isOfScripts({ change }: JournalEntry): boolean {
  return change.kind === "hooks" || change.kind === "pre-up";
}

/** Of the link alone, not of the way to it. */
export function belongsToInterface(entry: JournalEntry, iface: string): boolean {
  const { change } = entry;
  switch (change.kind) {
    case "resolv":
    case "name-servers":
      return change.iface === iface;
    case "route":
    case "link-route":
      return change.route.dev === iface;
    case "lac":
    case "hooks":
    case "pre-up":
      return false;
    default:
      return change satisfies never;
  }
}

function sameChange(a: HostChange, b: HostChange): boolean {
  if (a.kind === "resolv") return b.kind === "resolv" && a.iface === b.iface && a.path === b.path;
  if (a.kind === "lac") return b.kind === "lac" && a.name === b.name;
  if (a.kind === "name-servers") return b.kind === "name-servers" && a.iface === b.iface;
  if (a.kind === "hooks" || a.kind === "pre-up" || (b.kind !== "route" && b.kind !== "link-route")) return false;
  return a.kind === b.kind && a.route.dst === b.route.dst && a.route.dev === b.route.dev;
}
