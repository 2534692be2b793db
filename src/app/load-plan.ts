import type { PeerName } from "../core/peer-name.ts";
import type { DialPlan } from "../peer/dial-plan.ts";
import type { PeerReading } from "../peer/peer-reading.ts";
import { planDial } from "../peer/plan-dial.ts";
import { readPeer } from "../peer/read-peer.ts";
import type { LineSettings, World } from "./deps.ts";

export interface LoadedPlan {
  readonly reading: PeerReading;
  readonly plan: DialPlan;
}

/** Read a peer as pppd will, with the words that follow it on the command line. Never throws on a broken file. */
export function loadPlan(
  request: { readonly peer: PeerName; readonly extraWords: readonly string[] },
  world: Pick<World, "files" | "root">,
): LoadedPlan {
  const reading = readPeer({
    name: request.peer,
    extraWords: [...request.extraWords],
    read: world.files.read,
    deviceKind: world.files.deviceKind,
    root: world.root,
  });
  // pppd locks only when told to, which Debian's /etc/ppp/options does; we lock unless told not to.
  const lock = !reading.options.some((option) => option.effective && option.name === "nolock");
  return { reading, plan: { ...planDial(reading), lock } };
}

/** How to open the line of a plan while dialing; hardware flow control by DTR is pppd's own matter. */
export function lineSettings(plan: DialPlan): LineSettings {
  const flowControl =
    plan.flowControl === "rtscts" || plan.flowControl === "xonxoff" ? plan.flowControl : ("none" as const);
  return { speed: plan.speed?.value, flowControl };
}
