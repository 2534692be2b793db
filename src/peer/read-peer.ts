import { latin1FromBytes } from "../core/bytes.ts";
import { ExitCode } from "../core/exit-codes.ts";
import type { SourcePosition } from "../core/source-position.ts";
import { checkArgument, hostName } from "./check-argument.ts";
import { checkConsistency } from "./check-consistency.ts";
import { findNearestNames } from "./nearest-names.ts";
import { findOption, isAtLeast, isKnownPlugin, listOptionNames, namePlugin } from "./option-index.ts";
import type { OptionSpec } from "./option-spec.ts";
import type { PeerFinding, PeerOption, PeerReading, PeerRequest, PeerSourceKind } from "./peer-reading.ts";
import { describeUnreadable, describeUnreadablePeer } from "./unreadable-file.ts";
import { warnOfWord } from "./warn-of-word.ts";
import { checkAddresses, sortWildWord } from "./wild-words.ts";
import { textFromWord, wordFromText } from "./word-text.ts";
import { readWords, type Word } from "./words.ts";

/** Where words come from, while they are read. */
interface Source {
  readonly kind: PeerSourceKind;
  /** Undefined: the command line. */
  readonly file: string | undefined;
  readonly privileged: boolean;
  /** OPRIO_CFGFILE or OPRIO_CMDLINE (pppd/pppd.h). */
  readonly priority: 1 | 2;
  /** Its bytes are not text. */
  readonly binary: boolean;
}

/** OPRIO_ROOT: added to the priority of a privileged value of `connect` and its like. */
const rootPriority = 100;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Thrown inside this file only, to stop at the first error as pppd does. */
class StopReading extends Error {}

/**
 * Read everything that `pppd call PEER WORDS…` would read: /etc/ppp/options, ~/.ppprc, the peer with its `call`s and
 * `file`s, the words, options.TTY. Bad input gives findings, never an exception.
 */
export function readPeer(request: PeerRequest): PeerReading {
  const { read, deviceKind, version = "2.4.9", root = true, etcPpp = "/etc/ppp" } = request;
  const peersDir = request.peersDir ?? `${etcPpp}/peers`;
  const named = typeof request.name === "string";
  const path = typeof request.name === "string" ? `${peersDir}/${request.name}` : request.name.file;
  const options: Mutable<PeerOption>[] = [];
  const findings: PeerFinding[] = [];
  const files: string[] = [];
  const openFiles: string[] = [];
  const plugins = new Set<string>();
  let foreignPlugin = false;
  let channel: "tty" | "plugin" = "tty";
  let device: PeerReading["device"];
  let speed: PeerReading["speed"];
  /** By option name or group: the index of the value in effect and its priority. */
  const current = new Map<string, { readonly index: number; readonly priority: number }>();

  const report = (finding: Omit<PeerFinding, "exitCode"> & { readonly exitCode?: number }): void => {
    findings.push({ exitCode: ExitCode.options, ...finding });
    if (finding.severity === "error") throw new StopReading();
  };

  /** Enter a value; returns false when one of higher priority stays. */
  const enter = (
    option: Omit<PeerOption, "effective">,
    key: string,
    source: Source,
    spec: Pick<OptionSpec, "prio" | "fixed" | "collects">,
  ): boolean => {
    const priority = source.priority + (spec.fixed === true && source.privileged ? rootPriority : 0);
    const before = current.get(key);
    if (before !== undefined && spec.prio === true && priority < before.priority) {
      if (priority === 2 && before.priority > rootPriority) {
        report({
          code: "peer.fixed",
          severity: "error",
          position: option.position,
          message: `${option.word} is set with root's authority in ${options[before.index]?.position.file} and stays`,
          hint: `leave ${option.word} out, or call as root`,
          pppd: `${option.word} option set in ${options[before.index]?.position.file} cannot be overridden`,
        });
      }
      options.push({ ...option, effective: false });
      return false;
    }
    const replaced = before === undefined || spec.collects === true ? undefined : options[before.index];
    if (replaced !== undefined) replaced.effective = false;
    current.set(key, { index: options.length, priority });
    options.push({ ...option, effective: true, ...(replaced === undefined ? {} : { overrides: replaced.position }) });
    return true;
  };

  const processWild = (word: Word, source: Source): boolean => {
    const wild = sortWildWord(word.text, {
      plugins,
      ttyChannel: channel === "tty",
      deviceKind,
      interfaceExists: request.interfaceExists,
    });
    const { position } = word;
    const option = (kind: PeerOption["kind"], arg: string): Omit<PeerOption, "effective"> => ({
      kind,
      name: kind,
      word: word.text,
      args: [arg],
      position,
      argPositions: [position],
      source: source.kind,
      privileged: source.privileged,
    });
    const noDevice = (message: string, hint: string): void =>
      report({
        code: "device.missing",
        severity: "device",
        position,
        message,
        hint,
        pppd: formatUnrecognized(word.text, source),
      });
    switch (wild.kind) {
      case "unknown":
        return false;
      case "device": {
        refuseInTtyOptions("device name", word.position, source);
        const shown = textFromWord(wild.path);
        if (wild.state === "missing") noDevice(`${shown} is not there`, "plug the modem in, or name its device here");
        if (wild.state === "other") {
          report({
            code: "device.not-a-device",
            severity: "device",
            position,
            message: `${shown} is not a character device`,
            hint: "name a serial port such as /dev/ttyUSB0",
            pppd: formatUnrecognized(word.text, source),
          });
        }
        enter(option("device", wild.path), "device", source, {});
        device = { path: shown, position, missing: wild.state !== "there" };
        return true;
      }
      case "speed":
        if (enter(option("speed", word.text), "speed", source, { prio: true })) speed = { value: wild.value, position };
        return true;
      case "addresses": {
        const { error, hostNames } = checkAddresses(word.text);
        if (error !== undefined) {
          report({ code: "peer.bad-address", severity: "error", position, ...error });
        }
        for (const name of hostNames) report({ ...hostName(name), position });
        enter(option("addresses", word.text), "addresses", source, { collects: true });
        return true;
      }
      case "channel":
        if (wild.missing) noDevice(`there is no network interface ${word.text}`, "name one that `ip link` shows");
        else {
          channel = "plugin";
          device = undefined;
        }
        enter(option("channel", word.text.replace(/^nic-/, "")), "device", source, {});
        return true;
      default:
        return wild satisfies never;
    }
  };

  const refuseInTtyOptions = (what: string, position: SourcePosition, source: Source): void => {
    if (source.kind !== "tty-options") return;
    report({
      code: "peer.device-fixed",
      severity: "error",
      position,
      message: `${what} cannot be changed in an options file of the device`,
      pppd: `the ${what} may not be changed in ${source.file}`,
    });
  };

  /** One option with its value, which `next` brings. */
  const processWord = (word: Word, next: () => Word | undefined, source: Source): void => {
    warnOfWord(word, report);
    const lookup = findOption(word.text, version, plugins, channel === "tty");
    if (lookup.kind === "absent") {
      if (!processWild(word, source)) reportUnknown(word, lookup.why, source);
      return;
    }
    const { spec } = lookup;
    const argument = spec.args === 1 ? next() : undefined;
    if (spec.args === 1 && argument === undefined) {
      report({
        code: "peer.missing-argument",
        severity: "error",
        position: word.position,
        message: `${word.text} needs a value, and ${source.file === undefined ? "the command line" : "the file"} ends here`,
        hint: `write the value after ${word.text}`,
        pppd:
          source.file === undefined
            ? `too few parameters for option ${word.text}`
            : `In file ${source.file}: too few parameters for option '${word.text}'`,
      });
      return;
    }
    if (argument !== undefined) warnOfWord(argument, report);
    processOption(spec, word, argument, source);
  };

  const processOption = (spec: OptionSpec, word: Word, argument: Word | undefined, source: Source): void => {
    const name = spec.aliasOf ?? spec.name;
    const value = argument?.text ?? "";
    const { position } = word;
    const swallowed =
      argument !== undefined &&
      argument.position.line > position.line &&
      findOption(argument.text, version, plugins, true).kind === "found";
    if (swallowed) {
      report({
        code: "peer.swallowed-option",
        severity: "warning",
        position,
        message: `${word.text} has no value on its line and takes '${value}' from the next one`,
        hint: `write the value after ${word.text}`,
      });
    }
    const option: Omit<PeerOption, "effective"> = {
      kind: "option",
      name,
      word: word.text,
      args: argument === undefined ? [] : [value],
      position,
      argPositions: argument === undefined ? [] : [argument.position],
      source: source.kind,
      privileged: source.privileged,
    };
    if (spec.privileged !== undefined && isAtLeast(version, spec.privileged) && !source.privileged) {
      report({
        code: "peer.privilege",
        severity: "error",
        position,
        message: `only root may use ${word.text} here`,
        hint: `put ${word.text} into the peer file, or call as root`,
        pppd: `using the ${word.text} option requires root privilege`,
      });
    }
    if (spec.disabledBy !== undefined && options.some((o) => o.name === spec.disabledBy)) {
      report({
        code: "peer.disabled",
        severity: "error",
        position,
        message: `${word.text} is forbidden by ${spec.disabledBy}`,
        pppd: `${word.text} option is disabled`,
      });
    }
    if (name === "pty" || name === "notty" || name === "socket") refuseInTtyOptions(`${name} option`, position, source);
    const key = spec.name === "set" || spec.name === "unset" ? `set ${value.split("=")[0]}` : (spec.group ?? name);
    const collects = spec.collects === true && spec.name !== "set" && spec.name !== "unset";
    const problem = checkArgument(spec, word.text, value);
    if (!enter(option, key, source, { ...spec, collects })) return;
    if (problem !== undefined) report({ ...problem, position: argument?.position ?? position });
    switch (name) {
      case "call":
        readCalled(value, argument ?? word);
        return;
      case "file":
        readIncluded(value, argument ?? word, source);
        return;
      case "plugin":
        loadPlugin(value, argument ?? word);
        return;
      case "pppol2tp":
        channel = "plugin";
        return;
      case "--version":
      case "--help":
      case "-v":
        report({
          code: "peer.prints-and-exits",
          severity: "warning",
          position,
          message: `${word.text} makes pppd print a text and exit without a call`,
          hint: `remove ${word.text}`,
        });
        throw new StopReading();
      default:
        return;
    }
  };

  const loadPlugin = (word: string, at: Word): void => {
    if (request.pluginExists !== undefined && !request.pluginExists(textFromWord(word))) {
      report({
        code: "peer.plugin-missing",
        severity: "error",
        position: at.position,
        message: `pppd cannot load the plugin ${textFromWord(word)}`,
        hint: "install the package that brings it, or correct its name",
        pppd: `Couldn't load plugin ${word}`,
      });
    }
    const name = namePlugin(word);
    plugins.add(name);
    if (!isKnownPlugin(name)) foreignPlugin = true;
  };

  const reportUnknown = (word: Word, why: string | undefined, source: Source): void => {
    const pppd = formatUnrecognized(word.text, source);
    const { position } = word;
    if (source.binary) {
      report({
        code: "peer.binary",
        severity: "error",
        position,
        message: "this is a binary file, not an option file",
        hint: "name a peer file with pppd options",
        pppd,
      });
    }
    if (foreignPlugin && why === undefined) {
      report({
        code: "peer.unknown-plugin-option",
        severity: "warning",
        position,
        message: `'${textFromWord(word.text)}' is not an option of pppd; perhaps the plugin knows it`,
      });
      enterUnknown(word, source);
      return;
    }
    const near = why === undefined ? findNearestNames(word.text, listOptionNames(version)) : [];
    report({
      code: "peer.unknown-option",
      severity: "error",
      position,
      message: `unknown option '${textFromWord(word.text)}'${why === undefined ? "" : `: ${why}`}`,
      hint: near.length > 0 ? `did you mean ${near.join(" or ")}?` : "correct or remove it; pppd(8) lists all options",
      pppd,
    });
  };

  /** What is unknown is kept, never dropped. */
  const enterUnknown = (word: Word, source: Source): void => {
    options.push({
      kind: "option",
      name: word.text,
      word: word.text,
      args: [],
      position: word.position,
      argPositions: [],
      source: source.kind,
      privileged: source.privileged,
      effective: true,
    });
  };

  const readCalled = (value: string, at: Word): void => {
    if (value === "" || value.startsWith("/") || value.split("/").includes("..")) {
      report({
        code: "peer.call-refused",
        severity: "error",
        position: at.position,
        message: `pppd refuses to call '${textFromWord(value)}'`,
        hint: `name a file below ${peersDir}/ without a leading / and without ..`,
        pppd: "call option value may not contain .. or start with /",
      });
    }
    readIncludedFile(`${peersDir}/${textFromWord(value)}`, "peer", true, 2, at);
  };

  const readIncluded = (value: string, at: Word, source: Source): void =>
    readIncludedFile(textFromWord(value), "file", source.privileged, source.priority, at);

  const readIncludedFile = (
    file: string,
    kind: PeerSourceKind,
    privileged: boolean,
    priority: 1 | 2,
    at: Word,
  ): void => {
    if (openFiles.includes(file)) {
      report({
        code: "peer.loop",
        severity: "error",
        position: at.position,
        message: `${file} includes itself; pppd would crash`,
        hint: "remove this line",
      });
    }
    const content = read(file);
    if (content.kind === "file") readBytes(file, content.bytes, kind, privileged, priority);
    else report(describeUnreadable(content, file, at.position));
  };

  const readBytes = (
    file: string,
    bytes: Uint8Array,
    kind: PeerSourceKind,
    privileged: boolean,
    priority: 1 | 2,
  ): void => {
    files.push(file);
    openFiles.push(file);
    const text = latin1FromBytes(bytes);
    const source: Source = { kind, file, privileged, priority, binary: looksBinary(text) };
    const words = readWords(text, file);
    const next = (): Word | undefined => {
      const result = words.next();
      return result.done === true ? undefined : result.value;
    };
    for (let word = next(); word !== undefined; word = next()) processWord(word, next, source);
    openFiles.pop();
  };

  /** A file that need not exist. */
  const readOptional = (file: string, kind: PeerSourceKind, privileged: boolean, mustExist = false): void => {
    const content = read(file);
    if (content.kind === "file") readBytes(file, content.bytes, kind, privileged, 1);
    else if (content.kind !== "missing" || mustExist) {
      const position = { file, line: 1, column: 1 };
      const finding = describeUnreadable(content, file, position);
      // fopen() fails: a warning. A directory opens, and then fails to be read (pppd/options.c getword).
      const fatal = content.kind === "directory" || mustExist;
      report({ ...finding, severity: fatal ? "error" : "warning" });
    }
  };

  const readCommandLine = (words: readonly string[]): void => {
    let column = 1;
    const source: Source = {
      kind: "command-line",
      file: undefined,
      privileged: root,
      priority: 2,
      binary: false,
    };
    const queue = words.map((text): Word => {
      const word = { text: wordFromText(text), position: { file: "command line", line: 1, column } };
      column += word.text.length + 1;
      return word;
    });
    for (let word = queue.shift(); word !== undefined; word = queue.shift()) {
      processWord(word, () => queue.shift(), source);
    }
  };

  const readAll = (): void => {
    const own = read(path);
    if (own.kind !== "file") {
      report(describeUnreadablePeer(own, path, peersDir, named));
      return;
    }
    readOptional(`${etcPpp}/options`, "options-file", true, !root);
    if (request.home !== undefined) readOptional(`${request.home}/.ppprc`, "ppprc", root);
    readBytes(path, own.bytes, "peer", true, 2);
    readCommandLine(request.extraWords ?? []);
    const hasPty = options.some((o) => o.effective && (o.name === "pty" || o.name === "notty" || o.name === "socket"));
    if (device !== undefined && !hasPty && channel === "tty") {
      // pppd/options.c options_for_tty: what follows /dev/, with dots for slashes.
      const name = device.path.slice(device.path.indexOf("/dev/") + 5).replaceAll("/", ".");
      if (name !== "" && name !== "tty") readOptional(`${etcPpp}/options.${name}`, "tty-options", true);
    }
    for (const finding of checkConsistency(options, { path, channel, device, stdinIsTty: request.stdinIsTty })) {
      report(finding);
    }
  };

  try {
    readAll();
  } catch (stop) {
    if (!(stop instanceof StopReading)) throw stop;
  }
  return {
    peer: typeof request.name === "string" ? request.name : undefined,
    path,
    version,
    options,
    files,
    channel,
    ...(device === undefined ? {} : { device }),
    ...(speed === undefined ? {} : { speed }),
    findings,
  };
}

/** pppd's words for what it does not know. */
function formatUnrecognized(word: string, source: Source): string {
  return source.file === undefined
    ? `unrecognized option '${word}'`
    : `In file ${source.file}: unrecognized option '${word}'`;
}

/** NUL or many control characters: no editor wrote this. */
function looksBinary(text: string): boolean {
  const head = text.slice(0, 4096);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is counted
  const controls = head.match(/[\0-\x08\x0e-\x1f]/g)?.length ?? 0;
  return head.includes("\0") || controls * 20 > head.length;
}
