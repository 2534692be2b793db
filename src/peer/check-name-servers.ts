import { latin1FromBytes } from "../core/bytes.ts";
import type { DialPlan } from "./dial-plan.ts";
import type { Finding } from "./finding.ts";
import type { MachineFacts } from "./machine-facts.ts";
import type { PeerReading } from "./peer-reading.ts";

/**
 * `usepeerdns` only asks for name servers: somebody else has to put them to use (pppd(8)). Root's `pon` does where its hooks
 * run (app/hook-host.ts), so this is a remark about every other way to start the link.
 */
export function checkNameServers(
  reading: PeerReading,
  plan: DialPlan,
  facts: Pick<MachineFacts, "read" | "stat" | "components" | "resolvedRuns">,
  /** Scripts that would run at ip-up. */
  hooks: readonly string[],
): readonly Finding[] {
  const option = reading.options.findLast(({ name, effective }) => effective && name === "usepeerdns");
  if (option === undefined || !plan.usepeerdns) return [];
  // pppd writes /etc/ppp/resolv.conf itself: enough where the resolver reads that.
  if (facts.components("/etc/resolv.conf")?.at(-1)?.path.endsWith("/ppp/resolv.conf") === true) return [];
  const texts = hooks.map((path) => ({ path, text: readText(path, facts) }));
  // What cannot be read may do it.
  const appliers = texts.filter(({ text }) => text === undefined || /DNS1|ppp\/resolv\.conf/.test(text));
  const standsAside = facts.resolvedRuns() && facts.stat("/sbin/resolvconf") === undefined;
  const works = appliers.some(({ path, text }) => !(standsAside && isDebians(path, text)));
  if (works || plan.hookScripts.has("ip-up-script")) return [];
  return [
    {
      code: "peer.dns-not-applied",
      severity: "info",
      position: option.position,
      message:
        appliers.length === 0
          ? "unless root's pon starts the link, no script in /etc/ppp/ip-up.d puts the other end's name servers to use"
          : `unless root's pon starts the link: systemd-resolved runs, and ${appliers[0]?.path} leaves the name servers alone then`,
      hint:
        appliers.length === 0
          ? "install a script in /etc/ppp/ip-up.d that does (Debian's package ppp has 0000usepeerdns), or remove usepeerdns"
          : 'add a script to /etc/ppp/ip-up.d that runs resolvectl dns "$PPP_IFACE" $DNS1 $DNS2',
    },
  ];
}

/** Debian's script ends by itself where systemd-resolved runs. */
function isDebians(path: string, text: string | undefined): boolean {
  return path.endsWith("/0000usepeerdns") && text?.includes("systemd-resolved") === true;
}

function readText(path: string, facts: Pick<MachineFacts, "read">): string | undefined {
  const content = facts.read(path);
  return content.kind === "file" ? latin1FromBytes(content.bytes) : undefined;
}
