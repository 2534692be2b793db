import { describeDrops, findIptablesDrops, findNftDrops, type TunnelTraffic } from "../link/firewall-drops.ts";
import { judge, type LogFact } from "../link/judge.ts";
import { hasStood, type TunnelOfLink } from "../link/judge-tunnel.ts";
import { lastAttempt } from "../link/log-fact.ts";
import type { DialPlan } from "../peer/dial-plan.ts";
import type { LinkState } from "../pppd/link-machine.ts";
import type { World } from "./deps.ts";

/** The port on which a PPTP server takes calls (RFC 2637). */
export const pptpPort = 1723;

/** A server that does not even refuse is given up after this time. */
const knockLimitMs = 3000;

/** An end that is given LCP's first request answers it at once, and asks again after 3 s (pppd's lcp-restart). */
const unansweredMs = 5000;

/** What pppd says, with `debug`, once LCP has been agreed upon. */
const answers: ReadonlySet<string> = new Set(["auth-started", "network-started"]);

/** What is known of a link that did not come about; times of one clock, milliseconds. */
export type FailedLink = Pick<LinkState, "connectedAt" | "endedAt"> & { readonly events: readonly LogFact[] };

/** What a judgement says of the line behind a peer; undefined for a serial one. */
export function tunnelOfPlan({ tunnel }: Pick<DialPlan, "tunnel">): TunnelOfLink | undefined {
  switch (tunnel?.kind) {
    case undefined:
      return undefined;
    case "pptp":
      return { kind: "pptp", server: tunnel.server, port: String(pptpPort) };
    case "socket":
      return { kind: "socket", server: tunnel.server, port: tunnel.port };
    case "pppoe": {
      const wanted = [
        tunnel.service === undefined ? undefined : `for service ${tunnel.service}`,
        tunnel.concentrator === undefined ? undefined : `as ${tunnel.concentrator}`,
      ].filter((part) => part !== undefined);
      return { kind: "pppoe", iface: tunnel.iface, ...(wanted.length === 0 ? {} : { wanted: wanted.join(", ") }) };
    }
    case "ssh":
      return { kind: "ssh", server: tunnel.server };
    case "l2tp":
    case "program":
      return { kind: tunnel.kind };
    default:
      return tunnel satisfies never;
  }
}

/**
 * Look where the packets of a tunnel may be lost that nobody answered through, after it has failed. The line for the call's log,
 * which `parsePppdLine` reads; undefined: nothing to ask, or nothing found.
 */
export async function examineTunnel(
  tunnel: TunnelOfLink | undefined,
  link: FailedLink,
  world: Pick<World, "network" | "root">,
): Promise<string | undefined> {
  const { events } = link;
  const { server } = tunnel ?? {};
  if (tunnel === undefined || server === undefined) return undefined;
  const { cause } = judge({ events, tunnel });
  if (tunnel.kind === "pptp" && cause === "lcp-timeout") return examinePptp(server, world);
  if (tunnel.kind === "pptp" && cause === "line-lost" && !hasStood(lastAttempt(events))) {
    return examineClosedPptp(server, link, world);
  }
  if (tunnel.kind === "l2tp" && cause === "l2tp-silent") return examineL2tp(server, world);
  return undefined;
}

/**
 * Nobody spoke PPP: does the server take calls at all? If so its control connection stood, and the packets of the call itself (GRE)
 * are lost: by this machine's own firewall, or on the way.
 */
async function examinePptp(server: string, world: Pick<World, "network" | "root">): Promise<string> {
  const refusal = await world.network.knock(server, pptpPort, knockLimitMs);
  if (refusal !== undefined) return `${server} does not answer on TCP port ${pptpPort}: ${refusal}`;
  const rule = await findRule("gre", server, world);
  return rule === undefined ? greLost(server) : greDropped(rule);
}

/**
 * The server has closed the call before us. A rule that has counted packets is evidence all the same; and of a call that stood for
 * so long that each end has asked again, and of which pppd has nothing to tell, the server has heard as little as we have.
 */
async function examineClosedPptp(
  server: string,
  { events, connectedAt, endedAt }: FailedLink,
  world: Pick<World, "network" | "root">,
): Promise<string | undefined> {
  const rule = await findRule("gre", server, world);
  if (rule !== undefined) return greDropped(rule);
  const stoodMs = connectedAt === undefined || endedAt === undefined ? 0 : endedAt - connectedAt;
  if (stoodMs < unansweredMs || lastAttempt(events).some(({ kind }) => answers.has(kind))) return undefined;
  // One that is gone has closed the call for another reason.
  const refusal = await world.network.knock(server, pptpPort, knockLimitMs);
  return refusal === undefined ? greLost(server) : undefined;
}

const greLost = (server: string): string =>
  `${server} answers on TCP port ${pptpPort}, and nothing came back through GRE`;

const greDropped = (rule: string): string => `this machine's firewall drops GRE (protocol 47): ${rule}`;

/** Nobody answered L2TP: by this machine's own firewall, or because the server wants IPsec, and there is none. */
async function examineL2tp(server: string, world: Pick<World, "network" | "root">): Promise<string | undefined> {
  const rule = await findRule("l2tp", server, world);
  if (rule !== undefined) return `this machine's firewall drops UDP port 1701: ${rule}`;
  const addresses = await addressesOf(server, world);
  for (const address of addresses) if (await world.network.hasSecurityAssociation(address)) return undefined;
  return (await world.network.answersIke(server, knockLimitMs))
    ? `${server} answers key exchange for IPsec (UDP port 500), and no security association is there`
    : undefined;
}

/** Only root may read the rules. */
async function findRule(
  traffic: TunnelTraffic,
  server: string,
  world: Pick<World, "network" | "root">,
): Promise<string | undefined> {
  if (!world.root) return undefined;
  const { nft = "", iptables = "" } = await world.network.firewall();
  const addresses = await addressesOf(server, world);
  return (
    describeDrops(findNftDrops(nft, traffic, addresses)) ??
    describeDrops(findIptablesDrops(iptables, traffic, addresses))
  );
}

async function addressesOf(server: string, { network }: Pick<World, "network">): Promise<readonly string[]> {
  const found = await network.resolve(server);
  return found.kind === "addresses" ? found.addresses : [];
}
