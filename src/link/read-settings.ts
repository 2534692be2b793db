import { findNearestNames } from "../core/nearest-names.ts";
import type { SourcePosition } from "../core/source-position.ts";
import { type SettingName, type Settings, settingRow, settingTable } from "./setting-table.ts";

/** Something wrong with a setting. `error`: its value is none, and the call is refused. `warning`: nobody knows the name. */
export interface SettingMistake {
  readonly severity: "error" | "warning";
  readonly code: "peer.setting" | "peer.unknown-setting";
  readonly name: string;
  readonly position: SourcePosition;
  /** One sentence without the position. Bytes of the value are as in the file. */
  readonly message: string;
  readonly hint: string;
}

/** A peer's settings, and what is wrong with them; a wrong one has its preset here. */
export interface SettingsReading {
  readonly settings: Settings;
  readonly mistakes: readonly SettingMistake[];
  /** Those that the peer names itself, rightly. */
  readonly given: ReadonlySet<SettingName>;
}

const names = Object.keys(settingTable) as readonly SettingName[];

/** What is in effect where a peer says nothing. */
export const presetSettings = Object.fromEntries(
  names.map((name) => [name, settingRow(name).kind.presetValue]),
) as unknown as Settings;

/**
 * Read the settings out of a peer's variables (`set NAME=VALUE`, peer/dial-plan.ts). Names that do not begin with `PON_`
 * are not ours.
 */
export function readSettings(
  variables: ReadonlyMap<string, { readonly value: string; readonly position: SourcePosition }>,
): SettingsReading {
  const values = new Map<SettingName, unknown>();
  const mistakes: SettingMistake[] = [];
  for (const [name, { value, position }] of variables) {
    if (!name.startsWith("PON_")) continue;
    if (!isSettingName(name)) {
      mistakes.push(unknownName(name, position));
      continue;
    }
    const { kind } = settingRow(name);
    const read = kind.read(value);
    if (read !== undefined && value !== "") values.set(name, read);
    else if (value !== "" || kind.preset !== "") mistakes.push(wrongValue(name, value, position));
  }
  return {
    settings: { ...presetSettings, ...Object.fromEntries(values) } as Settings,
    mistakes,
    given: new Set(values.keys()),
  };
}

function isSettingName(name: string): name is SettingName {
  return Object.hasOwn(settingTable, name);
}

function wrongValue(name: SettingName, value: string, position: SourcePosition): SettingMistake {
  const { what, example } = settingRow(name).kind;
  return {
    severity: "error",
    code: "peer.setting",
    name,
    position,
    message: `${name} is ${what}, not ${JSON.stringify(value)}`,
    hint: `write set ${example.startsWith('"') ? `"${name}=${example.slice(1)}` : `${name}=${example}`}`,
  };
}

function unknownName(name: string, position: SourcePosition): SettingMistake {
  const ends = names.map((known) => known.slice("PON_".length).toLowerCase());
  const nearest = findNearestNames(name.slice("PON_".length), ends, 1)[0]?.toUpperCase();
  return {
    severity: "warning",
    code: "peer.unknown-setting",
    name,
    position,
    message: `${name} is no setting of pppctl${nearest === undefined ? "" : `; PON_${nearest} is`}`,
    hint: nearest === undefined ? "`pppctl help settings` lists them" : `write PON_${nearest}`,
  };
}
