import { describeDrops, findIptablesDrops, findNftDrops, type TunnelTraffic } from "../link/firewall-drops.ts";
import { judge, type LogFact } from "../link/judge.ts";
import { hasAnswered, type TunnelOfLink } from "../link/judge-tunnel.ts";
import { lastAttempt } from "../link/log-fact.ts";
import type { DialPlan } from "../peer/dial-plan.ts";
import type { LinkState } from "../pppd/link-machine.ts";
import type { World } from "./deps.ts";
import type { GreEar, HeardGre } from "./host-deps.ts";

/** The port on which a PPTP server takes calls (RFC 2637). */
export const pptpPort = 1723;

/** A server that does not even refuse is given up after this time. */
const knockLimitMs = 3000;

/** An end that takes a call asks at once, and again after 3 s (pppd's lcp-restart). */
const unheardMs = 5000;

/** What is known of a link that did not come about; times of one clock, milliseconds. */
export interface FailedLink extends Pick<LinkState, "connectedAt" | "endedAt"> {
  readonly events: readonly LogFact[];
  /** What GRE has come from the server, of PPTP; undefined: nobody has listened. */
  readonly heardGre?: HeardGre | undefined;
}

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

/** From before pppd starts, of a tunnel whose packets can be told from others: PPTP's by the usual way. Close it. */
export async function listenToTunnel(
  { tunnel }: Pick<DialPlan, "tunnel">,
  world: Pick<World, "network" | "root">,
): Promise<GreEar | undefined> {
  if (tunnel?.kind !== "pptp" || tunnel.ownWay === true || !world.root) return undefined;
  return world.network.listenForGre(await addressesOf(tunnel.server, world));
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
  const events = lastAttempt(link.events);
  const { server } = tunnel ?? {};
  if (tunnel === undefined || server === undefined) return undefined;
  const { cause } = judge({ events, tunnel });
  if (tunnel.kind === "pptp" && cause === "lcp-timeout") return examinePptp(server, { ...link, events }, world);
  if (tunnel.kind === "pptp" && cause === "line-lost") return examineClosedPptp(server, { ...link, events }, world);
  if (tunnel.kind === "l2tp" && cause === "l2tp-silent") return examineL2tp(server, world);
  return undefined;
}

/**
 * PPP got no answer: does the server take calls at all? If so its control connection stood, and the packets of the call itself (GRE)
 * may be lost: by this machine's own firewall, or on the way.
 */
async function examinePptp(
  server: string,
  { events, heardGre }: FailedLink,
  world: Pick<World, "network" | "root">,
): Promise<string | undefined> {
  const refusal = await world.network.knock(server, pptpPort, knockLimitMs);
  if (refusal !== undefined) return `${server} does not answer on TCP port ${pptpPort}: ${refusal}`;
  const rule = await findRule("gre", server, world);
  if (rule !== undefined) return greDropped(rule);
  return greLost(server, events, heardGre);
}

/** The server has closed the call before us, as it does when it has heard nothing of us; it has other reasons, too, mostly sooner. */
async function examineClosedPptp(
  server: string,
  { events, heardGre, connectedAt, endedAt }: FailedLink,
  world: Pick<World, "network" | "root">,
): Promise<string | undefined> {
  if (hasAnswered(events)) return undefined;
  const rule = await findRule("gre", server, world);
  if (rule !== undefined) return greDropped(rule);
  const stoodMs = connectedAt === undefined || endedAt === undefined ? 0 : endedAt - connectedAt;
  if (heardGre === undefined || stoodMs < unheardMs) return undefined;
  // One that is gone has closed the call for another reason.
  const refusal = await world.network.knock(server, pptpPort, knockLimitMs);
  return refusal === undefined ? greLost(server, events, heardGre) : undefined;
}

/** What is known, or guessed where nobody has listened, of a call that stood; a word of PPP comes through GRE, too. */
function greLost(server: string, events: readonly LogFact[], heardGre: HeardGre | undefined): string | undefined {
  if (heardGre === "acknowledged" || hasAnswered(events)) return undefined;
  const stands = `${server} answers on TCP port ${pptpPort}, and`;
  if (heardGre === "unacknowledged") return `${stands} has acknowledged nothing of ours through GRE`;
  if (events.some(({ kind }) => kind === "lcp-received")) return undefined;
  return `${stands} ${heardGre === "nothing" ? "nothing came back" : "PPP got no answer"} through GRE`;
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
