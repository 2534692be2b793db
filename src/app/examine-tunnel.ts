import { describeDrops, findIptablesDrops, findNftDrops, type TunnelTraffic } from "../link/firewall-drops.ts";
import { judge, type LogFact } from "../link/judge.ts";
import { hasStood, type TunnelOfLink } from "../link/judge-tunnel.ts";
import { lastAttempt } from "../link/log-fact.ts";
import type { DialPlan } from "../peer/dial-plan.ts";
import type { World } from "./deps.ts";

/** The port on which a PPTP server takes calls (RFC 2637). */
export const pptpPort = 1723;

/** A server that does not even refuse is given up after this time. */
const knockLimitMs = 3000;

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
  events: readonly LogFact[],
  world: Pick<World, "network" | "root">,
): Promise<string | undefined> {
  const { server } = tunnel ?? {};
  if (tunnel === undefined || server === undefined) return undefined;
  const { cause } = judge({ events, tunnel });
  if (tunnel.kind === "pptp" && cause === "lcp-timeout") return examinePptp(server, world);
  // The server has given up first, and closed the call: a rule that has counted packets is evidence all the same.
  if (tunnel.kind === "pptp" && cause === "line-lost" && !hasStood(lastAttempt(events))) {
    const rule = await findRule("gre", server, world);
    return rule === undefined ? undefined : greDropped(rule);
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
  return rule === undefined
    ? `${server} answers on TCP port ${pptpPort}, and nothing came back through GRE`
    : greDropped(rule);
}

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
