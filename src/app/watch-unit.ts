import { isUnitOver } from "../link/billing-unit.ts";
import { parseLinkRecord, recordName } from "../link/link-record.ts";
import type { Settings } from "../link/setting-table.ts";
import { describeIdleUnit } from "../pppd/parse-own-line.ts";
import type { World } from "./deps.ts";
import type { PeerStatus } from "./show-status.ts";

/** The billing unit of a link that is watched every second. */
export interface UnitWatch {
  /** Is it the moment to hang up? Once a call: who asked has it done. */
  readonly isOver: () => boolean;
  /** What has passed until now was our own (a probe): it keeps nobody's link up. */
  readonly passOver: () => void;
  /** Before it is ended for that: the word in the log of the call that names the cause. */
  readonly note: () => void;
}

/** Watch the billing unit of a link that is up. Of a link that redials by itself each call has units of its own. */
export function watchUnit(
  { peer, pid, iface, upSince }: PeerStatus,
  settings: Pick<Settings, "PON_UNIT" | "PON_UNIT_IDLE">,
  world: Pick<World, "clock" | "interfaceBytes" | "stores">,
): UnitWatch {
  const { clock } = world;
  const store = world.stores.of(peer);
  const countBytes = (): number => {
    const count = iface === undefined ? undefined : world.interfaceBytes(iface);
    return count === undefined ? 0 : count.sent + count.received;
  };
  let bytes = countBytes();
  let idleSince = clock.now();
  /** CONNECT of the call, by the wall clock as it was noted, and by ours, which nobody sets. */
  let connected: { readonly noted: number; readonly at: number; readonly over: boolean } | undefined;

  /** Undefined: pppd waits, or nobody knows. */
  const connectedAt = (): number | undefined => {
    const record = parseLinkRecord(store.read(recordName) ?? "");
    const noted =
      record === undefined ? upSince : record.phase === "up" ? (record.connectedAt ?? record.upAt) : undefined;
    if (noted === undefined) return undefined;
    if (connected?.noted !== noted) {
      connected = { noted, at: clock.now() - Math.max(0, clock.wallTime() - noted), over: false };
    }
    return connected.at;
  };

  return {
    isOver: () => {
      if (settings.PON_UNIT === 0 || settings.PON_UNIT_IDLE === 0) return false;
      const now = clock.now();
      const count = countBytes();
      if (count !== bytes) idleSince = now;
      bytes = count;
      const began = connectedAt();
      if (connected === undefined || began === undefined || connected.over) return false;
      const over = isUnitOver(settings, { onlineMs: now - began, idleMs: now - idleSince });
      connected = { ...connected, over };
      return over;
    },
    passOver: () => {
      bytes = countBytes();
    },
    note: () => {
      try {
        store.appendLog("pppctl", describeIdleUnit(pid ?? 0, settings));
      } catch {
        // A full disk loses the word, not the link's end.
      }
    },
  };
}
