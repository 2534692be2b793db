/** The packets of a tunnel, as a firewall tells them from others. */
export type TunnelTraffic = "gre" | "l2tp";

/** As rules name it: `protocol 47` by IANA's numbers; L2TP's port (RFC 2661). */
const traffic = {
  gre: { protocol: ["gre", 47], port: undefined },
  l2tp: { protocol: ["udp", 17], port: 1701 },
} as const;

/** A rule that drops them. */
export interface FirewallDrop {
  /** `nft: table inet filter, chain input`, for a sentence. */
  readonly where: string;
  /** How many packets it has dropped; undefined: the rule does not count. */
  readonly packets: number | undefined;
}

interface NftChain {
  readonly family: string;
  readonly table: string;
  readonly name: string;
  readonly hook?: string;
}

interface NftRule {
  readonly family: string;
  readonly table: string;
  readonly chain: string;
  readonly expr: readonly Readonly<Record<string, unknown>>[];
}

/**
 * Rules of `nft -j list ruleset` (libnftables-json(5)) that drop or reject these packets by their protocol or port. One that counts
 * and has counted nothing is none: what it is for does not come that way. Those for another address than the server's are none, nor
 * those for what this machine forwards for others.
 *
 * @param addresses the server's
 */
export function findNftDrops(json: string, kind: TunnelTraffic, addresses: readonly string[]): readonly FirewallDrop[] {
  let objects: readonly { readonly rule?: NftRule; readonly chain?: NftChain }[];
  let rules: readonly NftRule[];
  try {
    ({ nftables: objects } = JSON.parse(json) as { readonly nftables: typeof objects });
    rules = objects.flatMap(({ rule }) => (rule === undefined ? [] : [rule]));
  } catch {
    return [];
  }
  const forwards = ({ family, table, chain }: NftRule): boolean =>
    objects.some(
      ({ chain: one }) => one?.hook === "forward" && one.name === chain && one.table === table && one.family === family,
    );
  return rules.flatMap((rule) => {
    const { family, table, chain, expr } = rule;
    if (forwards(rule) || !expr.some((part) => "drop" in part || "reject" in part)) return [];
    const matches = expr.flatMap(({ match }) => (match === undefined ? [] : [match as NftMatch]));
    if (!matches.some((match) => isAbout(match, kind)) || matches.some((match) => excludes(match, kind, addresses)))
      return [];
    const counter = expr.find((part) => "counter" in part)?.["counter"] as { readonly packets?: number } | undefined;
    return counter?.packets === 0
      ? []
      : { where: `nft: table ${family} ${table}, chain ${chain}`, packets: counter?.packets };
  });
}

interface NftMatch {
  readonly op: string;
  readonly left: {
    readonly meta?: { readonly key?: string };
    readonly payload?: { readonly protocol?: string; readonly field?: string };
  };
  readonly right: unknown;
}

/** What a match looks at: `protocol`, `port`, `address`, or something else. */
function subjectOf({ left }: NftMatch): "protocol" | "port" | "address" | undefined {
  const { meta, payload } = left;
  if (meta?.key === "l4proto") return "protocol";
  switch (payload?.field) {
    case "protocol":
    case "nexthdr":
      return "protocol";
    case "dport":
    case "sport":
      return "port";
    case "saddr":
    case "daddr":
      return payload.protocol === "ip" || payload.protocol === "ip6" ? "address" : undefined;
    default:
      return undefined;
  }
}

/** The match names the traffic itself: GRE by its protocol, L2TP by its port. */
function isAbout(match: NftMatch, kind: TunnelTraffic): boolean {
  const { protocol, port } = traffic[kind];
  if (!isPositive(match)) return false;
  return port === undefined
    ? subjectOf(match) === "protocol" && protocol.some((value) => holds(match.right, value))
    : subjectOf(match) === "port" && holds(match.right, port);
}

/** The match leaves these packets out. Addresses in sets are not looked into. */
function excludes(match: NftMatch, kind: TunnelTraffic, addresses: readonly string[]): boolean {
  const { left, right } = match;
  const subject = subjectOf(match);
  if (subject === "protocol") return !traffic[kind].protocol.some((value) => holds(right, value)) && isPositive(match);
  if (left.payload?.protocol === "tcp") return true;
  const isPlain = typeof right === "string" && /^[0-9A-Fa-f.:]+$/.test(right);
  return subject === "address" && isPositive(match) && isPlain && !addresses.includes(right);
}

function isPositive({ op }: NftMatch): boolean {
  return op === "==" || op === "in";
}

/** A value, a set of values, or a range of ports. */
function holds(right: unknown, value: string | number): boolean {
  if (right === value) return true;
  const { set, range } = (typeof right === "object" && right !== null ? right : {}) as {
    readonly set?: readonly unknown[];
    readonly range?: readonly [unknown, unknown];
  };
  if (set !== undefined) return set.some((one) => holds(one, value));
  if (range === undefined || typeof value !== "number") return false;
  const [from, to] = range.map(Number);
  return from !== undefined && to !== undefined && from <= value && value <= to;
}

/**
 * The same of `iptables-save -c` (iptables-save(8)): `[7:504] -A INPUT -p gre -j DROP`. Rules of the nft kind of iptables are in nft's
 * ruleset, too.
 */
export function findIptablesDrops(
  saved: string,
  kind: TunnelTraffic,
  addresses: readonly string[],
): readonly FirewallDrop[] {
  const { protocol, port } = traffic[kind];
  let table = "";
  return saved.split("\n").flatMap((line): FirewallDrop[] => {
    table = /^\*(\S+)/.exec(line)?.[1] ?? table;
    const [, packets, chain = "", rule = ""] = /^\[(\d+):\d+\] -A (\S+) (.*)$/.exec(line) ?? [];
    if (Number(packets ?? 0) === 0 || chain === "FORWARD" || !/-j (DROP|REJECT)\b/.test(rule) || rule.includes("!"))
      return [];
    const value = (option: string): string | undefined => new RegExp(`(?:^| )${option} (\\S+)`).exec(rule)?.[1];
    if (!protocol.some((one) => value("-p") === String(one))) return [];
    const ports = [value("--dport"), value("--sport"), value("--dports"), value("--sports")];
    if (port !== undefined && !ports.some((one) => one?.split(",").includes(String(port)))) return [];
    const others = [value("-s"), value("-d")].filter((one) => one?.endsWith("/32") === true);
    if (others.some((one) => !addresses.includes(one?.replace("/32", "") ?? ""))) return [];
    return [{ where: `iptables: table ${table}, chain ${chain}`, packets: Number(packets) }];
  });
}

/** `nft: table inet filter, chain input (7 packets)`; the one that has dropped most, for it is the one. */
export function describeDrops(drops: readonly FirewallDrop[]): string | undefined {
  const [first] = drops.toSorted((a, b) => (b.packets ?? 0) - (a.packets ?? 0));
  if (first === undefined) return undefined;
  const { where, packets } = first;
  return packets === undefined ? where : `${where} (${packets} packet${packets === 1 ? "" : "s"})`;
}
