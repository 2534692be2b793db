import { PppctlError } from "../core/errors.ts";
import { ExitCode } from "../core/exit-codes.ts";
import type { PeerName } from "../core/peer-name.ts";
import { type Cause, type CauseDetails, causeRow } from "../link/causes.ts";
import type { DialPlan } from "../peer/dial-plan.ts";
import type { CallContext } from "./call-context.ts";
import type { World } from "./deps.ts";
import { findLinksOf } from "./find-links.ts";
import type { LoadedPlan } from "./load-plan.ts";
import { refuseUnprovable } from "./refuse-unprovable.ts";

/** Everything that pppd would only find out after the dial, before the phone rings. */
export function refuseCall({ reading, plan }: LoadedPlan, peer: PeerName, world: World): void {
  if (plan.device?.missing === true) throw noDeviceError(peer, plan.device.value, world);
  world.pppd.program();
  if (!world.pppd.kernelHasPpp()) throw causeError(peer, "no-kernel-ppp", {});
  refuseUnprovable(reading, world);
}

function noDeviceError(peer: PeerName, device: string, world: World): PppctlError {
  return world.files.deviceKind(device) === "missing"
    ? causeError(peer, "device-missing", { device })
    : causeError(peer, "device-failed", { device, message: "it is a file or a directory, not a serial port" });
}

/**
 * The error of a cause that is known before anything is tried. A missing device is status 7:
 * pppd would take the word for an unknown option and exit 2.
 */
function causeError(peer: PeerName, cause: Cause, details: CauseDetails): PppctlError {
  const row = causeRow(cause);
  return new PppctlError({
    code: row.code,
    message: `${peer}: ${row.sentence(details)}`,
    exitCode: row.exitStatus,
    hint: row.hint,
  });
}

/** Never two at a time: the lock is a dialer's, a pppd that lives is seen in /proc. */
export function lockDialing(call: CallContext, plan: DialPlan): { readonly release: () => void } | undefined {
  const { store, peer } = call;
  let lock: ReturnType<typeof store.lockDialing>;
  try {
    lock = store.lockDialing();
  } catch {
    // A full or read-only /run: the line's own lock still stands between two dialers.
    return undefined;
  }
  if (lock !== undefined) return lock;
  const dialer = store.dialer();
  throw new PppctlError({
    code: "link.dialing",
    message: `${peer} is being dialed already${dialer === undefined ? "" : ` by ${dialer.name} (pid ${dialer.pid})`}${plan.device === undefined ? "" : ` on ${plan.device.value}`}`,
    exitCode: ExitCode.locked,
    hint: `wait for it, or end it with \`poff ${peer}\``,
  });
}

export function refuseSecondLink(call: CallContext, world: World): void {
  const link = findLinksOf(call.peer, [call.linkname], world).find(({ kind }) => kind === "pppd");
  if (link === undefined) return;
  throw new PppctlError({
    code: "link.exists",
    message: `${call.peer}: pppd (pid ${link.process.pid}) runs for this peer already`,
    exitCode: ExitCode.locked,
    hint: `see \`pppctl status ${call.peer}\`, or end it with \`poff ${call.peer}\``,
  });
}
