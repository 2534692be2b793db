import { type Guest, useGuest } from "../vm/guest.ts";
import { type TunnelIsp, useTunnelIsp } from "../vm/tunnel-isp.ts";
import { useNewerPppd } from "./newer-pppd.ts";
import { leaveNoLinks } from "./tunnel-kinds.ts";

/** A guest with the servers of tunnels. */
export interface Tunnels {
  readonly guest: Guest;
  readonly isp: TunnelIsp;
}

/** Call once in a file. With `pppd` given, that of Debian's next release is at both ends. */
export function useTunnels(pppd?: "pppd 2.5"): Tunnels {
  const guest = useGuest();
  if (pppd !== undefined) useNewerPppd(guest);
  const isp = useTunnelIsp(guest);
  leaveNoLinks(guest, isp);
  return { guest, isp };
}
