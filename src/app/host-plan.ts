/** What the hook runner has to do for a link, beside the scripts: written by pon, read at ip-up and ip-down. */
export interface HostPlan {
  readonly linkname: string;
  /** `set PON_ROUTES`: networks behind the link. */
  readonly networks: readonly string[];
  /** The link's default route comes in front of the one that there is. */
  readonly takesDefault: boolean;
  /** `usepeerdns`: the name servers that the other end gives come into effect. */
  readonly nameServers: boolean;
  /** pppd calls again by itself: the way to the server stays when a call ends. */
  readonly redials: boolean;
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
