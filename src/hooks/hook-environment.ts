import type { HookArguments } from "./hook-arguments.ts";
import type { HookEvent } from "./hook-event.ts";

/** Variables by name. */
export type HookVariables = Readonly<Record<string, string | undefined>>;

/** As Debian's /etc/ppp/ip-up sets it: pppd gives its scripts none. */
const scriptPath = "/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin";

/**
 * The environment of an event's scripts: what pppd set (contract of pppd(8), SCRIPTS,
 * and of script_setenv() in its sources), untouched; Debian's PPP_* names beside it;
 * and of ours, CONNECT_SPEED, the rate that the modem reported. What pppd left out but
 * said in its arguments is filled in. PPP_TTYNAME is set for ipv6-* too, where Debian
 * forgets it.
 *
 * @param connectRate bit/s, or undefined when the link was not dialed by us.
 */
export function hookEnvironment(
  event: HookEvent,
  args: HookArguments,
  raw: HookVariables,
  connectRate: number | undefined,
): HookVariables {
  const [iface, tty, speed, local, remote, ipparam] = args;
  const addresses = event.startsWith("ipv6-")
    ? { LLLOCAL: local, LLREMOTE: remote }
    : { IPLOCAL: local, IPREMOTE: remote };
  const said = { IFNAME: iface, DEVICE: tty, SPEED: speed, ...addresses };
  return {
    ...Object.fromEntries(Object.entries(said).filter(([, value]) => value !== "")),
    ...raw,
    PATH: scriptPath,
    PPP_IFACE: iface,
    PPP_TTY: tty,
    PPP_TTYNAME: tty.replace(/\/+$/, "").replace(/^.*\//s, ""),
    PPP_SPEED: speed,
    PPP_LOCAL: local,
    PPP_REMOTE: remote,
    PPP_IPPARAM: ipparam,
    ...(connectRate === undefined ? {} : { CONNECT_SPEED: String(connectRate) }),
  };
}
