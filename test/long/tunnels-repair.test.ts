import { test } from "vitest";
import { useGuest } from "../vm/guest.ts";
import { useTunnelIsp } from "../vm/tunnel-isp.ts";
import { killAtMoments, moments } from "./kill-at-moments.ts";
import { kinds, leaveNoLinks } from "./tunnel-kinds.ts";

/** A crash at any moment of a call by PPTP or PPPoE, and `pppctl repair` after it. */
const guest = useGuest();
const isp = useTunnelIsp(guest);
leaveNoLinks(guest, isp);

test(`PPTP: kill -9 at ${moments} random moments, then repair: the machine is as before each time`, () =>
  killAtMoments(guest, isp, kinds.pptp, { stream: 0, changes: ["link-route", "resolv", "route"] }));

test(`PPPoE: kill -9 at ${moments} random moments, then repair: the machine is as before each time`, () =>
  killAtMoments(guest, isp, kinds.kernel, { stream: 1, changes: ["link-route", "resolv"] }));

test(`PPPoE by its program, with a firewall: kill -9 at ${moments} random moments, then repair: the machine is as before each time`, () =>
  killAtMoments(guest, isp, kinds.program, { stream: 3, changes: ["hooks", "link-route", "resolv"] }));
