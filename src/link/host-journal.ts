import type { Family, HostRoute } from "./host-route.ts";
import type { ProcessMark } from "./link-record.ts";

/** One thing that a link has changed on this machine, and how it was. Written before it is done. */
export type HostChange =
  /** A route of ours that was not there: the way to a tunnel's server, or to a DHCP server. */
  | { readonly kind: "route"; readonly family: Family; readonly route: HostRoute }
  /**
   * A route through the link's interface: the default one, or of PON_ROUTES. IPv6 only: `before`, the one in whose place it is
   * (same metric), which stays as `aside`, of a metric so high that it only counts when nothing else is left.
   */
  | {
      readonly kind: "link-route";
      readonly family: Family;
      readonly route: HostRoute;
      readonly before?: HostRoute;
      readonly aside?: HostRoute;
    }
  /**
   * The name servers of a link in a resolv.conf that is a plain file. `before`: what was in it before the first link;
   * absent: there was none. `wrote`: what this link has put there. One character a byte.
   */
  | {
      readonly kind: "resolv";
      readonly iface: string;
      /** Where the file really is, links followed. */
      readonly path: string;
      readonly before?: string;
      readonly wrote: string;
    }
  /** The name servers of a link where they are kept by interface. */
  | { readonly kind: "name-servers"; readonly iface: string; readonly way: "resolved" | "resolvconf" }
  /** A lac that xl2tpd was told of for this link (app/xl2tpd-lac.ts). */
  | { readonly kind: "lac"; readonly name: string }
  /** The scripts that a link has to run when it ends (app/missed-hooks.ts), with what pppd said of it. */
  | {
      readonly kind: "hooks";
      readonly event: "ip-down" | "ipv6-down";
      readonly iface: string;
      readonly args: readonly string[];
      readonly env: Readonly<Record<string, string>>;
      /** Is at work for the link, and looks itself whether pppd has gone. */
      readonly runner?: ProcessMark;
    }
  /** pppd may have run scripts of ip-pre-up without our runner, before 2.5.1; `redials`: and will again, when it calls again. */
  | { readonly kind: "pre-up"; readonly ipparam: string; readonly redials: boolean };

/** A change of the routing table. */
export type RouteChange = Extract<HostChange, { readonly kind: "route" | "link-route" }>;

export interface JournalEntry {
  /** Whose it is: alive as long as a pppd or a dialer of this link is. */
  readonly peer: string;
  readonly linkname: string;
  readonly change: HostChange;
}

/** The journal's text: a line an entry. */
export function formatJournal(entries: readonly JournalEntry[]): string {
  return entries.map((entry) => `${JSON.stringify(entry)}\n`).join("");
}

/** What has to be there for a change to be undone; text, where it is not said otherwise. */
const parts: Readonly<Record<HostChange["kind"], readonly string[]>> = {
  route: ["route.dst"],
  "link-route": ["route.dst"],
  resolv: ["iface", "path", "wrote"],
  "name-servers": ["iface", "way"],
  lac: ["name"],
  hooks: ["event", "iface"],
  "pre-up": ["ipparam"],
};

/** Lines that are none, or of another version, are passed over: nothing must keep the others from being undone. */
export function parseJournal(text: string): readonly JournalEntry[] {
  return text.split("\n").flatMap((line): JournalEntry[] => {
    try {
      const entry = JSON.parse(line) as JournalEntry;
      return isWhole(entry) ? [entry] : [];
    } catch {
      return [];
    }
  });
}

function isWhole({ peer, linkname, change }: JournalEntry): boolean {
  const partOf = (path: string): unknown =>
    path.split(".").reduce<unknown>((value, name) => (value as Readonly<Record<string, unknown>>)[name], change);
  if (typeof peer !== "string" || typeof linkname !== "string" || !Object.hasOwn(parts, change.kind)) return false;
  if (change.kind === "hooks" && !(Array.isArray(change.args) && typeof change.env === "object")) return false;
  return parts[change.kind].every((path) => typeof partOf(path) === "string");
}

/** One call of `ip route`. What is to be deleted may be gone already, or never have come. */
export interface RouteStep {
  /** `prepend`: before those of its destination and metric that there are. `del`: any metric, where the route names none. */
  readonly verb: "replace" | "prepend" | "del";
  readonly family: Family;
  readonly route: HostRoute;
}

/**
 * What undoes an entry, and how the others are to stand then. A route that another link's has taken the place of
 * is not there to be removed: the one before it becomes the other's.
 */
export function planUndo(
  { change }: { readonly change: RouteChange },
  others: readonly JournalEntry[],
): { readonly steps: readonly RouteStep[]; readonly others: readonly JournalEntry[] } {
  const { family, route } = change;
  if (change.kind === "route") {
    if (others.some(({ change: other }) => other.kind === "route" && isSame(other.route, route)))
      return { steps: [], others };
    // The one of the highest metric first: of any metric is what a pptp(8) that was killed has made in the other's place.
    const doomed = pinnedRoutes(family, route).toReversed();
    return { steps: doomed.map((one) => ({ verb: "del", family, route: one })), others };
  }
  const above = others.findIndex(
    ({ change: other }) => other.kind === "link-route" && other.before !== undefined && isSame(other.before, route),
  );
  const heir = others[above];
  if (heir !== undefined && heir.change.kind === "link-route") {
    const { before: _before, aside, ...rest } = heir.change;
    const inherited: HostChange = {
      ...rest,
      ...(change.before === undefined ? {} : { before: change.before }),
      ...(change.aside === undefined ? {} : { aside: change.aside }),
    };
    return {
      steps: aside === undefined ? [] : [{ verb: "del", family, route: aside }],
      others: others.with(above, { ...heir, change: inherited }),
    };
  }
  return {
    steps: [
      // The old one takes the place of ours in one step; without one ours is removed.
      change.before === undefined ? { verb: "del", family, route } : { verb: "replace", family, route: change.before },
      ...(change.aside === undefined ? [] : [{ verb: "del" as const, family, route: change.aside }]),
    ],
    others,
  };
}

/**
 * A way to a server, as it stands in the table. IPv4's is there twice: pptp(8) makes a route of metric 0 to its server, and takes one away
 * when its call ends, whoever's it is and whoever else needs it. That of metric 0 comes before the kernel's own to a PPP end of the same
 * address, which a higher one would not.
 */
export function pinnedRoutes(family: Family, route: HostRoute): readonly HostRoute[] {
  return family === 4 ? [route, { ...route, metric: 1 }] : [route];
}

/** Far behind any metric that network managers give. */
const asideMetric = 1_000_000;

/**
 * How a route to `dst` through a link comes in front of those that there are. IPv4 has several of one metric, of which the first
 * counts: so none of the others is touched, whatever it is like.
 *
 * @param routes of IPv6, those to the same destination
 */
export function planLinkRoute(
  { dst, dev, family }: { readonly dst: string; readonly dev: string; readonly family: Family },
  routes: readonly HostRoute[],
): { readonly change: HostChange; readonly steps: readonly RouteStep[] } {
  if (family === 4) {
    const route: HostRoute = { dst, dev, scope: "link" };
    return { change: { kind: "link-route", family, route }, steps: [{ verb: "prepend", family, route }] };
  }
  // 0 stands for 1024 in IPv6, which is what others have; routes of a link have no scope there.
  const route: HostRoute = { dst, dev, metric: 1 };
  // The kernel's key is destination and metric: only one of ours is in the way.
  const found = routes.find(({ metric }) => (metric ?? 0) === (route.metric ?? 0));
  if (found === undefined)
    return { change: { kind: "link-route", family, route }, steps: [{ verb: "replace", family, route }] };
  // However ip(8) writes it: two links' routes are compared.
  const before: HostRoute = { ...found, dst };
  const taken = new Set(routes.map(({ metric }) => metric));
  let metric = asideMetric;
  while (taken.has(metric)) metric += 1;
  const aside: HostRoute = { ...before, metric };
  return {
    change: { kind: "link-route", family, route, before, aside },
    steps: [
      { verb: "replace", family, route: aside },
      { verb: "replace", family, route },
    ],
  };
}

function isSame(a: HostRoute, b: HostRoute): boolean {
  return a.dst === b.dst && a.dev === b.dev && a.gateway === b.gateway && (a.metric ?? 0) === (b.metric ?? 0);
}
