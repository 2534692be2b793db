import type { DialPlan } from "./dial-plan.ts";
import type { Finding } from "./finding.ts";
import type { MachineFacts } from "./machine-facts.ts";
import { isAtLeast } from "./option-index.ts";
import { parseInteger } from "./parse-number.ts";
import type { PeerReading } from "./peer-reading.ts";

/** A default route that will not be set, or an option about it that this pppd has dropped. */
export function checkRoutes(
  reading: PeerReading,
  plan: DialPlan,
  facts: Pick<MachineFacts, "defaultRoutes" | "interfaceOfLink">,
  linkname: string | undefined,
): readonly Finding[] {
  const find = (name: string) => reading.options.findLast((option) => option.effective && option.name === name);
  const dropped = find("replacedefaultroute") ?? find("noreplacedefaultroute");
  if (isAtLeast(reading.version, "2.5.3")) {
    // It sets a route of its own beside the other, whose metric decides.
    return dropped === undefined
      ? []
      : [
          {
            code: "peer.option-dropped",
            severity: "warning",
            position: dropped.position,
            // app/prepare-host.ts
            message: `pppd ${reading.version} has dropped ${dropped.name}: it does nothing unless root's pon makes the link`,
            hint: "make the link by pon as root, or choose between two default routes by defaultroute-metric",
          },
        ];
  }
  const wanted = find("defaultroute");
  if (wanted === undefined || plan.replacedefaultroute) return [];
  const own = linkname === undefined ? undefined : facts.interfaceOfLink(linkname);
  const metric = parseInteger(find("defaultroute-metric")?.args[0] ?? "-1") ?? -1;
  const other = facts
    .defaultRoutes()
    .find((route) => route.interface !== own && (metric < 0 || route.metric === metric));
  if (other === undefined) return [];
  return [
    {
      code: "peer.default-route-exists",
      severity: "warning",
      position: wanted.position,
      message: `there is a default route through ${other.interface} now, and defaultroute does not replace it`,
      hint: "add replacedefaultroute, or defaultroute-metric with a number of its own",
      pppd: "not replacing existing default route",
    },
  ];
}
