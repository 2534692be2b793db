import { test } from "vitest";
import { useGuest } from "../vm/guest.ts";
import { useTunnelIsp } from "../vm/tunnel-isp.ts";
import { killAtMoments, moments } from "./kill-at-moments.ts";
import { kinds, leaveNoLinks } from "./tunnel-kinds.ts";

/** A crash at any moment of a call by xl2tpd, which itself goes on, and `pppctl repair` after it. */
const guest = useGuest();
const isp = useTunnelIsp(guest);
leaveNoLinks(guest, isp);

test(`L2TP: kill -9 at ${moments} random moments, then repair: the machine is as before each time`, () =>
  killAtMoments(guest, isp, kinds.l2tp, { stream: 2, changes: ["lac", "link-route", "resolv", "route"] }));
