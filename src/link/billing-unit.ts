import type { PastCall } from "./past-call.ts";

/** What hanging up takes at the most, milliseconds: LCP's Terminate-Request and the modem's DTR. */
const longestLead = 10_000;

/**
 * Is this the moment to hang up, because the next billing unit is about to begin and nobody uses the line? So that neither a unit is
 * given away nor the next one begun: within the last 10 s of a unit (of a short one, its last third), but not within the last third of
 * that.
 *
 * @param call.onlineMs since CONNECT; `call.idleMs`: since the last traffic
 */
export function isUnitOver(
  settings: { readonly PON_UNIT: number; readonly PON_UNIT_IDLE: number },
  call: { readonly onlineMs: number; readonly idleMs: number },
): boolean {
  const { PON_UNIT: unit, PON_UNIT_IDLE: idle } = settings;
  if (unit === 0 || idle === 0 || call.idleMs < idle || call.onlineMs < 0) return false;
  const left = unit - (call.onlineMs % unit);
  const lead = Math.min(longestLead, unit / 3);
  return left <= lead && left > lead / 3;
}

/** It ended because its unit was over and nobody used it: what nobody brings up again but who wants it. */
export function endedIdle(
  settings: { readonly PON_UNIT: number; readonly PON_UNIT_IDLE: number },
  last: Pick<PastCall, "cause"> | undefined,
): boolean {
  return settings.PON_UNIT > 0 && settings.PON_UNIT_IDLE > 0 && last?.cause === "idle";
}
