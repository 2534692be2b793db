import type { Cause } from "../../../src/link/causes.ts";
import type { LocalTime } from "../../../src/link/local-calendar.ts";
import type { PastCall } from "../../../src/link/past-call.ts";
import { presetSettings, readSettings } from "../../../src/link/read-settings.ts";
import type { Settings } from "../../../src/link/setting-table.ts";

/** A Monday, 8:00 at the place. */
export const monday8 = Date.UTC(2026, 0, 5, 8);

export const local = (wall: number): LocalTime => ({ wall, offset: 0 });

/** Settings as a peer file would give them: `PON_PAUSE=10`. */
export function settingsOf(...lines: readonly string[]): Settings {
  const position = { file: "peer", line: 1, column: 1 };
  const variables = lines.map((line) => {
    const equals = line.indexOf("=");
    return [line.slice(0, equals), { value: line.slice(equals + 1), position }] as const;
  });
  const { settings, mistakes } = readSettings(new Map(variables));
  if (mistakes.length > 0) throw new Error(JSON.stringify(mistakes));
  return lines.length === 0 ? presetSettings : settings;
}

/** A call that failed within a second, unless told otherwise. */
export function pastCall(cause: Cause, more: Partial<PastCall> = {}): PastCall {
  const startedAt = more.startedAt ?? monday8;
  const ms = Math.max(more.onlineMs ?? 0, more.upMs ?? 0, 1000);
  return { peer: "isp", startedAt, endedAt: startedAt + ms, onlineMs: 0, upMs: 0, bytes: 0, cause, ...more };
}
