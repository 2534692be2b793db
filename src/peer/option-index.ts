import type { OptionSpec } from "./option-spec.ts";
import { coreOptions, retiredOptions } from "./option-table.ts";
import type { PppdVersion } from "./peer-reading.ts";
import { pluginOptions } from "./plugin-option-table.ts";

const versions: readonly PppdVersion[] = ["2.4.9", "2.5.0", "2.5.1", "2.5.2", "2.5.3"];

const coreByName: ReadonlyMap<string, OptionSpec> = new Map(coreOptions.map((spec) => [spec.name, spec]));
const pluginByName: ReadonlyMap<string, OptionSpec> = new Map(pluginOptions.map((spec) => [spec.name, spec]));
const knownPlugins: ReadonlySet<string> = new Set([
  ...pluginOptions.map((spec) => spec.plugin ?? ""),
  "openl2tp",
  "radattr",
]);

/** Plugins that use another one's symbols, which must be loaded before. */
export const pluginNeeds: ReadonlyMap<string, string> = new Map([
  ["radattr", "radius"],
  ["radrealms", "radius"],
  ["openl2tp", "pppol2tp"],
]);

/** `a` is `b` or newer. */
export function isAtLeast(a: PppdVersion, b: PppdVersion): boolean {
  return versions.indexOf(a) >= versions.indexOf(b);
}

/** The release whose rules apply to an installed pppd `text` (`2.4.9`, `2.5.2`): the newest that is not newer. */
export function chooseVersion(text: string): PppdVersion {
  const parts = (/\d+(\.\d+)*/.exec(text)?.[0] ?? "0").split(".").map(Number);
  const number = (parts[0] ?? 0) * 1e6 + (parts[1] ?? 0) * 1e3 + (parts[2] ?? 0);
  let chosen: PppdVersion = "2.4.9";
  for (const version of versions) {
    const [major = 0, minor = 0, patch = 0] = version.split(".").map(Number);
    if (major * 1e6 + minor * 1e3 + patch <= number) chosen = version;
  }
  return chosen;
}

/** A plugin's name as in the table: without directory and `.so`; `rp-pppoe` is the old name of `pppoe`. */
export function namePlugin(word: string): string {
  const name = word.slice(word.lastIndexOf("/") + 1).replace(/\.so$/, "");
  return name === "rp-pppoe" ? "pppoe" : name;
}

/** The plugin's options are in our table. */
export function isKnownPlugin(name: string): boolean {
  return knownPlugins.has(name);
}

/** What a word is to a given pppd, or why it is no option there. */
export type OptionLookup =
  | { readonly kind: "found"; readonly spec: OptionSpec }
  | { readonly kind: "absent"; readonly why?: string };

/** Look a word up as pppd's find_option does, before the wild words. */
export function findOption(
  word: string,
  version: PppdVersion,
  plugins: ReadonlySet<string>,
  ttyChannel: boolean,
): OptionLookup {
  const core = coreByName.get(word);
  if (core !== undefined) {
    if (core.tty === true && !ttyChannel) return { kind: "absent", why: `${word} is for serial lines only` };
    return checkVersion(core, version);
  }
  const plugin = pluginByName.get(word);
  if (plugin !== undefined) {
    if (!plugins.has(plugin.plugin ?? "")) {
      return { kind: "absent", why: `${word} is known only after 'plugin ${plugin.plugin}.so'` };
    }
    return checkVersion(plugin, version);
  }
  const retired = retiredOptions.get(word);
  return retired === undefined ? { kind: "absent" } : { kind: "absent", why: `pppd ${retired} dropped ${word}` };
}

function checkVersion(spec: OptionSpec, version: PppdVersion): OptionLookup {
  if (spec.notBuilt === true) return { kind: "absent", why: `no distribution's pppd is built with ${spec.name}` };
  if (spec.since !== undefined && !isAtLeast(version, spec.since)) {
    return { kind: "absent", why: `${spec.name} is new in pppd ${spec.since}; this is ${version}` };
  }
  if (spec.removedIn !== undefined && isAtLeast(version, spec.removedIn)) {
    return { kind: "absent", why: `pppd ${spec.removedIn} dropped ${spec.name}` };
  }
  return { kind: "found", spec };
}

/** Names that a pppd of this release knows, for suggestions. */
export function listOptionNames(version: PppdVersion): readonly string[] {
  return [...coreByName.values()]
    .filter((spec) => checkVersion(spec, version).kind === "found")
    .map((spec) => spec.name);
}
