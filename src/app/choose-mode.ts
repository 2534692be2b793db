import type { DialPlan } from "../peer/dial-plan.ts";
import { needsPppdsCall } from "../peer/plan-dial.ts";
import { describeTunnelLine } from "../peer/tunnel-line.ts";

/** Who dials (design.md, decision 1), and why, for --dry-run. */
export interface CallMode {
  readonly mode: "direct" | "on-call" | "as-is";
  readonly why: string;
}

/** pppd calls again by itself (`persist`, `demand`), and runs no program of ours before that could wait or refuse. */
export function dialsUnasked({ persist, demand }: DialPlan, { mode }: Pick<CallMode, "mode">): boolean {
  return mode === "as-is" && (persist || demand);
}

/**
 * `direct`: we dial and hand the line over. `on-call`: pppd owns the tty and runs `pppctl dial`.
 * `as-is`: pppd gets the peer as it stands.
 */
export function chooseMode(plan: DialPlan, caller: { readonly root: boolean; readonly wait: boolean }): CallMode {
  if (plan.kind !== "serial") {
    const line = plan.tunnel === undefined ? `a ${plan.kind} peer` : describeTunnelLine(plan.tunnel);
    return { mode: "as-is", why: `${line} has nothing to dial` };
  }
  if (plan.connect.kind === "none") return { mode: "as-is", why: "the peer has no connect script" };
  if (plan.connect.kind === "command") {
    return { mode: "as-is", why: `its connect program is not plainly chat (${plan.connect.why}), so pppd runs it` };
  }
  if (!caller.root) return { mode: "as-is", why: "only root may replace the peer's connect program" };
  if (needsPppdsCall(plan)) {
    const option = plan.demand ? "demand" : plan.persist ? "persist" : "init";
    return { mode: "on-call", why: `\`${option}\`: pppd decides when to dial` };
  }
  if (!caller.wait) return { mode: "on-call", why: "pppd dials in the background" };
  return { mode: "direct", why: "pppctl dials and hands the line to pppd" };
}
