import type { SourcePosition } from "../core/source-position.ts";
import { type ArgumentProblem, checkArgument } from "./check-argument.ts";
import { addOption, enterHalves, enterOption, makeOption, overrideOption } from "./enter-option.ts";
import { parseNetmask } from "./inet-address.ts";
import { findOption, isAtLeast, isKnownPlugin, namePlugin, pluginNeeds } from "./option-index.ts";
import type { OptionSpec } from "./option-spec.ts";
import { parseInteger } from "./parse-number.ts";
import { readLoginFile } from "./read-login-file.ts";
import {
  type EnteredOption,
  type ReadingState,
  refuseInTtyOptions,
  report,
  StopReading,
  type WordSource,
} from "./reading-state.ts";
import { textFromWord } from "./word-text.ts";
import type { Word } from "./words.ts";

/** A file that is to be read before the next word. */
export interface IncludedFile {
  readonly file: string;
  readonly kind: "peer" | "file";
  readonly privileged: boolean;
  readonly priority: 1 | 2;
  /** Of the word that names it. */
  readonly position: SourcePosition;
}

function longestValue({ version }: ReadingState, { maxLength, shorterIn }: OptionSpec): number | undefined {
  return shorterIn !== undefined && isAtLeast(version, shorterIn.version) ? shorterIn.maxLength : maxLength;
}

/** Apply one option with its value, in the order of pppd's own checks. Returns the file that `call` or `file` names. */
export function applyOption(
  state: ReadingState,
  spec: OptionSpec,
  word: Word,
  given: Word | undefined,
  source: WordSource,
): IncludedFile | undefined {
  const argument = given === undefined ? undefined : { ...given, text: given.text.slice(0, longestValue(state, spec)) };
  const name = spec.aliasOf ?? spec.name;
  const value = argument?.text ?? "";
  if (argument !== undefined) warnOfSwallowed(state, word, argument);
  checkPermission(state, spec, word, source);
  if (name === "pty" || name === "notty" || name === "socket" || name === "pppol2tp") {
    refuseInTtyOptions(state, `${name} option`, word.position, source);
  }
  const problem = checkArgument(spec, word.text, value) ?? checkBefore(state, spec, word.text, value, source);
  const isSet = name === "set" || name === "unset";
  // A variable has one value, whichever of the two words gave it.
  const key = isSet ? `set ${value.split("=", 1)[0]}` : (spec.group ?? name);
  const option = makeOption("option", name, word, argument, source);
  const { position } = argument ?? word;
  if (name === "ipv6") {
    if (problem !== undefined) report(state, { ...problem, position });
    const [local = "", ...remote] = value.split(",");
    enterHalves(state, option, name, [local !== "", remote.join("") !== ""]);
    overrideOption(state, "ipv6", source.priority);
    return undefined;
  }
  if (isSet && !source.privileged && isRoots(state, key)) {
    // As pppd: not said, not done (pppd/options.c user_setenv).
    option.effective = false;
    addOption(state, option);
    return undefined;
  }
  if (!enterOption(state, option, key, source, isSet ? { ...spec, collects: false } : spec)) return undefined;
  if (problem !== undefined) report(state, { ...problem, position });
  switch (name) {
    case "call":
      refuseCall(state, value, position);
      return {
        file: `${state.peersDir}/${textFromWord(value)}`,
        kind: "peer",
        privileged: true,
        priority: source.priority,
        position,
      };
    case "file":
      return {
        file: textFromWord(value),
        kind: "file",
        privileged: source.privileged,
        priority: source.priority,
        position,
      };
    case "plugin":
      loadPlugin(state, value, position);
      return undefined;
    case "+ua":
      readLoginFile(state, value, position, source);
      return undefined;
    case "privgroup":
      askForGroup(state, value, position);
      return undefined;
    case "demand":
      // It sets persist, whoever said nopersist before.
      for (const before of state.options) if (before.name === "nopersist") before.effective = false;
      return undefined;
    case "-all":
      forgetLinkOptions(state, option);
      return undefined;
    case "pppol2tp":
      state.channel = "plugin";
      return undefined;
    case "--version":
    case "--help":
    case "-v":
      report(state, {
        code: "peer.prints-and-exits",
        severity: "warning",
        position: word.position,
        message: `${word.text} makes pppd print a text and exit without a call`,
        hint: `remove ${word.text}`,
      });
      throw new StopReading();
    default:
      return undefined;
  }
}

/** The value in effect was given with root's authority. */
function isRoots(state: ReadingState, key: string): boolean {
  return state.options[state.current.get(key)?.index ?? -1]?.privileged === true;
}

/** An option without its value takes the next line's word (pppd knows no lines), which is hardly meant. */
function warnOfSwallowed(state: ReadingState, word: Word, argument: Word): void {
  if (argument.position.line <= word.position.line) return;
  if (findOption(argument.text, state.version, state.plugins, true).kind === "absent") return;
  report(state, {
    code: "peer.swallowed-option",
    severity: "warning",
    position: word.position,
    message: `${word.text} has no value on its line and takes '${argument.text}' from the next one`,
    hint: `write the value after ${word.text}`,
  });
}

/** What a value may not be after an earlier one. */
function checkBefore(
  state: ReadingState,
  spec: OptionSpec,
  word: string,
  value: string,
  source: WordSource,
): ArgumentProblem | undefined {
  if (spec.name === "endpoint") return checkInterfaceOfEndpoint(state, value);
  const before = state.options[state.current.get(spec.aliasOf ?? spec.name)?.index ?? -1]?.args[0];
  if (before === undefined) return undefined;
  if (spec.name === "netmask") return checkNarrowing(before, value);
  if (spec.capped !== true || source.privileged) return undefined;
  const [limit = 0, wanted = 0] = [parseInteger(before), parseInteger(value)];
  if (limit === 0 || (wanted !== 0 && wanted <= limit)) return undefined;
  return {
    code: "peer.out-of-range",
    severity: "error",
    message: `only root may raise ${word} above ${limit}, which was set before`,
    hint: "leave it out, or write a smaller number",
    pppd: `${word} value cannot be increased`,
  };
}

/** `endpoint mac:eth0` is that interface's address, as pppd reads it. */
function checkInterfaceOfEndpoint(state: ReadingState, value: string): ArgumentProblem | undefined {
  const name = /^(?:mac|3)[:.]([a-z][\w.-]*)$/i.exec(value)?.[1];
  const isHex = name === undefined || /^[0-9a-f:.]+$/i.test(name) || name === "lo";
  if (isHex || state.request.interfaceExists?.(name) !== false) return undefined;
  return {
    code: "peer.bad-value",
    severity: "error",
    message: `there is no interface ${name} for the endpoint discriminator`,
    hint: "name one that `ip link` shows, or write the address itself",
    pppd: `Can't parse '${value}' as an endpoint discriminator`,
  };
}

/** A second `netmask` may add bits to the first, not take any away (pppd/options.c setnetmask). */
function checkNarrowing(before: string, value: string): ArgumentProblem | undefined {
  const missing = (parseNetmask(before) ?? 0) & ~(parseNetmask(value) ?? 0);
  if (missing === 0) return undefined;
  return {
    code: "peer.bad-value",
    severity: "error",
    message: `netmask ${value} takes bits away from ${before}, which was set before`,
    hint: "remove one of the two",
    pppd: `invalid netmask value '${value}'`,
  };
}

/** Who may use the option here, and whether another one forbids it. */
function checkPermission(state: ReadingState, spec: OptionSpec, word: Word, source: WordSource): void {
  if (!source.privileged && spec.privileged !== undefined && isAtLeast(state.version, spec.privileged)) {
    report(state, {
      code: "peer.privilege",
      severity: "error",
      position: word.position,
      message: `only root may use ${word.text} here`,
      hint: `put ${word.text} into the peer file, or call as root`,
      pppd: `using the ${word.text} option requires root privilege`,
    });
  }
  if (spec.disabledBy !== undefined && state.given.has(spec.disabledBy)) {
    report(state, {
      code: "peer.disabled",
      severity: "error",
      position: word.position,
      message: `${word.text} is forbidden by ${spec.disabledBy}`,
      hint: "remove one of the two",
      pppd: `${word.text} option is disabled`,
    });
  }
}

/** pppd/options.c callfile: only names below the peers directory. */
function refuseCall(state: ReadingState, value: string, position: SourcePosition): void {
  if (value !== "" && !value.startsWith("/") && !value.split("/").includes("..")) return;
  report(state, {
    code: "peer.call-refused",
    severity: "error",
    position,
    message: `pppd refuses to call '${textFromWord(value)}'`,
    hint: `name a file below ${state.peersDir}/ without a leading / and without ..`,
    pppd: "call option value may not contain .. or start with /",
  });
}

/** The members of a group are trusted as root is (pppd/auth.c privgroup), from the next source on. */
function askForGroup(state: ReadingState, value: string, position: SourcePosition): void {
  const name = textFromWord(value);
  const membership = state.request.membership?.(name) ?? "other";
  if (membership === "member") state.trusted = true;
  if (membership !== "no-group") return;
  report(state, {
    code: "peer.no-group",
    severity: "error",
    position,
    message: `there is no group ${name}`,
    hint: "name a group of /etc/group",
    pppd: `group ${value} is unknown`,
  });
}

/** What `-all` takes back of the options before it (pppd/lcp.c noopt). */
const linkOptions = new Set(["mru", "mtu", "mrru", "mpshortseq", "endpoint", "asyncmap", "passive", "silent"]);

function forgetLinkOptions(state: ReadingState, all: EnteredOption): void {
  const from = state.lastAll;
  state.lastAll = state.options.length;
  for (const option of state.options.slice(from)) {
    if (!option.effective || !linkOptions.has(option.name)) continue;
    option.effective = false;
    all.overrides = option.position;
  }
}

function loadPlugin(state: ReadingState, word: string, position: SourcePosition): void {
  const { pluginExists } = state.request;
  if (pluginExists !== undefined && !pluginExists(textFromWord(word))) {
    report(state, {
      code: "peer.plugin-missing",
      severity: "error",
      position,
      message: `pppd cannot load the plugin ${textFromWord(word)}`,
      hint: "install the package that brings it, or correct its name",
      pppd: `Couldn't load plugin ${word}`,
    });
  }
  const name = namePlugin(word);
  const needed = pluginNeeds.get(name);
  if (needed !== undefined && !state.plugins.has(needed)) {
    report(state, {
      code: "peer.plugin-order",
      severity: "error",
      position,
      message: `pppd cannot load the plugin ${textFromWord(word)} before ${needed}.so`,
      hint: `write plugin ${needed}.so before it`,
      pppd: `Couldn't load plugin ${word}`,
    });
  }
  state.plugins.add(name);
  if (!isKnownPlugin(name)) state.foreignPlugin = true;
}
