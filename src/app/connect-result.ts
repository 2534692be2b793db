import { ExitCode } from "../core/exit-codes.ts";
import type { PeerName } from "../core/peer-name.ts";
import type { DialPlan } from "../peer/dial-plan.ts";
import type { CallMode } from "./choose-mode.ts";
import type { LinkEnd } from "./link-start.ts";
import type { CallRequest } from "./plan-call.ts";

export type ConnectResult = {
  readonly peer: PeerName;
  /** Milliseconds since the call began. */
  readonly elapsedMs: number;
  readonly exitStatus: number;
} & (
  | {
      readonly state: "up";
      readonly iface: string | undefined;
      readonly local: string | undefined;
      readonly remote: string | undefined;
      readonly connectRate: number | undefined;
    }
  | { readonly state: "background" | "ended"; readonly why: string }
);

type EndDescription =
  | Omit<Extract<ConnectResult, { state: "up" }>, "peer" | "elapsedMs">
  | Omit<Extract<ConnectResult, { state: "background" | "ended" }>, "peer" | "elapsedMs">;

/** What pon says and returns of a wait that ended without an error. */
export function describeEnd(
  end: LinkEnd,
  request: Pick<CallRequest, "quick">,
  plan: DialPlan,
  mode: CallMode,
  connectRate: number | undefined,
): EndDescription {
  switch (end.kind) {
    case "up":
      if (request.quick) {
        return {
          state: "ended",
          exitStatus: ExitCode.ok,
          why: "was up, the scripts have run, and it is hung up again (-q)",
        };
      }
      return {
        state: "up",
        exitStatus: ExitCode.ok,
        iface: end.link.iface,
        local: end.link.local ?? end.link.localLink,
        remote: end.link.remote ?? end.link.remoteLink,
        connectRate,
      };
    case "background": {
      const why = plan.demand
        ? "pppd waits in the background and dials when there is traffic (demand)"
        : end.link.phase === "up"
          ? "pppd has brought the network up; nothing that can be read tells its interface"
          : `pppd ${mode.mode === "on-call" ? "dials" : "works"} in the background; the network is not up yet`;
      return { state: "background", exitStatus: ExitCode.ok, why };
    }
    case "ended":
      return {
        state: "ended",
        exitStatus: end.exitStatus,
        why: `${end.judgement.sentence} (exit status ${end.exitStatus})`,
      };
    default:
      return end satisfies never;
  }
}
