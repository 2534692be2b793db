/** What the hook runner has to do for a link, beside the scripts: written by pon, read at ip-up and ip-down. */
export interface HostPlan {
  readonly linkname: string;
  /** `set PON_ROUTES`: networks behind the link. */
  readonly networks: readonly string[];
  /** The link's default route comes in front of the one that there is; and that for IPv6. */
  readonly takesDefault: boolean;
  readonly takesDefault6: boolean;
  /** The event at which the link has IPv6: pppd before 2.5 has no script option for its own, and then it is ip-up. */
  readonly sixAt: "ip-up" | "ipv6-up";
  /** The link has no IPv4. */
  readonly noip: boolean;
  /** `usepeerdns`: the name servers that the other end gives come into effect. */
  readonly nameServers: boolean;
  /**
   * Where resolv.conf leads to the file that pppd itself writes: what was in it before; null: there was none. Absent: what is in it
   * when the link comes up is somebody else's.
   */
  readonly resolvBefore?: string | null;
  /** pppd calls again by itself. */
  readonly redials: boolean;
  /**
   * Addresses whose way is pinned anew when a later call is up: until then the network may be another. Absent: the way stays from call to
   * call (`demand`: the link's default route is there before its call).
   */
  readonly servers?: readonly string[];
}

/** In the peer's records. */
export const hostPlanName = "host.json";

/** In the peer's records while what the plan says is done: the interface. */
export const hostUpName = "host-up";

export function formatHostPlan(plan: HostPlan): string {
  return `${JSON.stringify(plan)}\n`;
}

/** Undefined for a text that is none. */
export function parseHostPlan(text: string): HostPlan | undefined {
  try {
    const plan = JSON.parse(text) as HostPlan;
    return typeof plan.linkname === "string" && Array.isArray(plan.networks) ? plan : undefined;
  } catch {
    return undefined;
  }
}
