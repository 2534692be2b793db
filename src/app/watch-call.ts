import type { PeerName } from "../core/peer-name.ts";
import { isUnitOver } from "../link/billing-unit.ts";
import { allowanceFor, hasUsageLimit, timeLimitNames, trafficLimitNames } from "../link/limits.ts";
import { type LinkRecord, parseLinkRecord, recordName } from "../link/link-record.ts";
import { describeIdleUnit, describeUsedUp } from "../pppd/parse-own-line.ts";
import type { CallMemory } from "./call-policy.ts";
import type { World } from "./deps.ts";
import { endLink } from "./end-link.ts";
import type { LoadedPlan } from "./load-plan.ts";
import type { PeerStatus } from "./show-status.ts";

/** Why a call is hung up: nobody uses it, and its billing unit is over; a limit of the day or the month is reached. */
export type CallOver = "unit" | "time" | "bytes";

/** A link that is up, and is looked at every second by who watches it. */
export interface CallWatch {
  readonly isUp: () => boolean;
  /** Is it the moment to hang up? Once a call: who asked has it done. */
  readonly isOver: () => CallOver | undefined;
  /** What has passed until now was our own (a probe): it keeps nobody's link up. */
  readonly passOver: () => void;
  /** Hang up, with the word in the log of the call that names the cause. `waits`: pppd goes on, for the next call. */
  readonly hangUp: (why: CallOver) => Promise<"waits" | "ended">;
}

/** The call that is watched. Times by our clock, which nobody sets. */
interface Watched {
  /** CONNECT, as it was noted, and when that was. */
  readonly noted: number;
  readonly at: number;
  /** What its interface had carried before. */
  readonly bytesBefore: number;
  readonly allowed: { readonly onlineMs: number; readonly bytes: number };
  readonly over: boolean;
}

/** Watch a link that is up. Of a link that redials by itself each call has units and limits of its own. */
export function watchCall(
  { peer, pid, iface, upSince }: PeerStatus,
  { plan, settings }: Pick<LoadedPlan, "plan" | "settings">,
  memory: Pick<CallMemory, "calls">,
  world: World,
): CallWatch {
  const { clock } = world;
  const store = world.stores.of(peer);
  const process = pid === undefined ? undefined : world.processes.read(pid);
  const record = (): LinkRecord | undefined => parseLinkRecord(store.read(recordName) ?? "");
  const countBytes = (): number => {
    const count = iface === undefined ? undefined : world.interfaceBytes(iface);
    return count === undefined ? 0 : count.sent + count.received;
  };
  let bytes = countBytes();
  let idleSince = clock.now();
  let watched: Watched | undefined;

  /** Undefined: pppd waits, or nobody knows. */
  const currentCall = (): Watched | undefined => {
    const known = record();
    const noted = known === undefined ? upSince : connectedAt(known);
    if (noted === undefined) return undefined;
    if (watched?.noted === noted) return watched;
    const began = known?.startedAt ?? noted;
    // An interface that waits for traffic lives longer than a call.
    const bytesBefore = watched === undefined && !plan.demand ? 0 : bytes;
    const allowed = hasUsageLimit(settings)
      ? allowanceFor(settings, memory.calls(), {
          wall: began,
          offset: world.localOffset(began),
          offsetAt: world.localOffset,
        })
      : { onlineMs: Infinity, bytes: Infinity };
    const at = clock.now() - Math.max(0, clock.wallTime() - noted);
    watched = { noted, at, bytesBefore, allowed, over: false };
    return watched;
  };

  const note = (why: CallOver): void => {
    try {
      store.appendLog("pppctl", describeOver(why, pid ?? 0, settings));
    } catch {
      // A full disk loses the word, not the link's end.
    }
  };

  return {
    // A `demand` interface has its addresses all the time: what the hooks noted says that pppd waits again.
    isUp: () =>
      process !== undefined &&
      !(plan.demand && record()?.phase === "waiting") &&
      world.processes.read(process.pid)?.startTime === process.startTime &&
      (iface === undefined || world.interfaceAddresses(iface).length > 0),
    isOver: () => {
      const now = clock.now();
      const count = countBytes();
      if (count !== bytes) idleSince = now;
      bytes = count;
      const call = currentCall();
      if (call === undefined || call.over) return undefined;
      const onlineMs = now - call.at;
      const why =
        onlineMs >= call.allowed.onlineMs
          ? "time"
          : count - call.bytesBefore >= call.allowed.bytes
            ? "bytes"
            : isUnitOver(settings, { onlineMs, idleMs: now - idleSince })
              ? "unit"
              : undefined;
      watched = { ...call, over: why !== undefined };
      return why;
    },
    passOver: () => {
      bytes = countBytes();
    },
    hangUp: async (why) => {
      note(why);
      const known = record();
      // Its next dial is `pppctl dial`'s, which waits as the policy says; a pppd that dials by itself would not.
      const isGoverned = known?.origin === "on-call" && known.redials === true;
      if (process !== undefined && (why === "unit" ? plan.demand : isGoverned)) {
        world.processes.kill(process.pid, "SIGHUP");
        return "waits";
      }
      await endLink(peer as PeerName, world);
      return "ended";
    },
  };
}

/** CONNECT of the call that is on; without one, when its network was up. */
function connectedAt({ settled, phase, connectedAt, upAt }: LinkRecord): number | undefined {
  if (settled === true) return undefined;
  return connectedAt ?? (phase === "up" ? upAt : undefined);
}

function describeOver(why: CallOver, pppd: number, settings: LoadedPlan["settings"]): string {
  if (why === "unit") return describeIdleUnit(pppd, settings);
  const names = (why === "time" ? timeLimitNames : trafficLimitNames).filter((name) => settings[name] !== Infinity);
  return describeUsedUp(pppd, why, names.join(", "));
}
