/** A route as `ip -j route` prints it (iproute2, ip/iproute.c); what is not needed here is not named. */
export interface HostRoute {
  /** `default`, an address or a network. */
  readonly dst: string;
  readonly type?: string;
  readonly gateway?: string;
  readonly via?: { readonly family: string; readonly host: string };
  readonly dev?: string;
  readonly protocol?: string;
  readonly scope?: string;
  readonly prefsrc?: string;
  readonly metric?: number;
  /** IPv6 (RFC 4191). */
  readonly pref?: string;
  readonly flags?: readonly string[];
  readonly metrics?: readonly Readonly<Record<string, unknown>>[];
  readonly nexthops?: readonly {
    readonly gateway?: string;
    readonly dev?: string;
    readonly weight?: number;
    readonly flags?: readonly string[];
  }[];
}

export type Family = 4 | 6;

export function familyOf(address: string): Family {
  return address.includes(":") ? 6 : 4;
}

/** Those of its answers that name a destination; an answer that is none of ip's gives none. */
export function parseHostRoutes(json: string): readonly HostRoute[] {
  try {
    const parsed: unknown = JSON.parse(json === "" ? "[]" : json);
    return Array.isArray(parsed) ? parsed.filter((route) => typeof (route as HostRoute).dst === "string") : [];
  } catch {
    return [];
  }
}

/** A route as words for `ip route add`, `replace` or `del`: the same route again, its metric and all. */
export function routeWords(route: HostRoute): readonly string[] {
  const words: string[] = [];
  if (route.type !== undefined && route.type !== "unicast") words.push(route.type);
  words.push(route.dst);
  const add = (name: string, value: string | number | undefined): void => {
    if (value !== undefined) words.push(name, String(value));
  };
  add("via", route.gateway);
  if (route.via !== undefined) words.push("via", route.via.family, route.via.host);
  add("dev", route.dev);
  add("proto", route.protocol);
  add("scope", route.scope);
  add("src", route.prefsrc);
  add("metric", route.metric);
  add("pref", route.pref);
  for (const metrics of route.metrics ?? []) {
    for (const [name, value] of Object.entries(metrics)) words.push(...metricWords(name, value));
  }
  if (route.flags?.includes("onlink") === true) words.push("onlink");
  for (const hop of route.nexthops ?? []) {
    words.push("nexthop");
    add("via", hop.gateway);
    add("dev", hop.dev);
    add("weight", hop.weight);
    if (hop.flags?.includes("onlink") === true) words.push("onlink");
  }
  return words;
}

/** As ip(8) reads what it prints (iproute2, print_rta_metrics). */
function metricWords(name: string, value: unknown): readonly string[] {
  if (value === null) return ["features", name];
  if (name === "congestion") return ["congctl", String(value)];
  return [name, /^(rtt|rttvar|rto_min)$/.test(name) ? `${value}ms` : String(value)];
}
