import type { DialPlan } from "./dial-plan.ts";
import type { Finding } from "./finding.ts";

/** A peer that redials for ever, and at once: a telephone bill (pppd(8), persist, maxfail, holdoff). */
export function checkRedial(plan: DialPlan): readonly Finding[] {
  const { persist, maxfail, holdoff } = plan;
  if (!persist || maxfail?.value !== 0 || (holdoff !== undefined && holdoff.value > 0)) return [];
  return [
    {
      code: "peer.redials-for-ever",
      severity: "warning",
      position: maxfail.position,
      message:
        holdoff === undefined
          ? "persist with maxfail 0 and no holdoff: pppd redials for ever, after a lost line without a pause"
          : "persist with maxfail 0 and holdoff 0: pppd redials for ever, without a pause",
      hint: "add holdoff 60, or a maxfail",
    },
  ];
}
