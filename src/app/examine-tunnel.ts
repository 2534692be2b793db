import { judge, type LogFact } from "../link/judge.ts";
import type { TunnelOfLink } from "../link/judge-tunnel.ts";
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
 * A PPTP line on which nobody spoke PPP: does the server take calls at all? If so its control connection stood, and the packets of
 * the call itself (GRE) are lost on the way. The line for the call's log, which `parsePppdLine` reads; undefined: nothing to ask.
 */
export async function examineTunnel(
  tunnel: TunnelOfLink | undefined,
  events: readonly LogFact[],
  { network }: Pick<World, "network">,
): Promise<string | undefined> {
  if (tunnel?.kind !== "pptp" || tunnel.server === undefined || judge({ events }).cause !== "lcp-timeout")
    return undefined;
  const refusal = await network.knock(tunnel.server, pptpPort, knockLimitMs);
  return refusal === undefined
    ? `${tunnel.server} answers on TCP port ${pptpPort}, and nothing came back through GRE`
    : `${tunnel.server} does not answer on TCP port ${pptpPort}: ${refusal}`;
}
