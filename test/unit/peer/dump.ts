import { formatInetAddress, parseInetAddress, parseNetmask } from "../../../src/peer/inet-address.ts";
import { findOption } from "../../../src/peer/option-index.ts";
import { parseInteger, parseUnsigned } from "../../../src/peer/parse-number.ts";
import type { PeerOption, PeerReading, PppdVersion } from "../../../src/peer/peer-reading.ts";

/** Options that are about the reading itself: pppd prints some of them, a reader need not. */
export const notPrinted: ReadonlySet<string> = new Set([
  "call",
  "file",
  "logfile",
  "logfd",
  "nolog",
  "nodetach",
  "updetach",
  "up_sdnotify",
  "dryrun",
  // Printed out of memory that is free already (pppd/auth.c setupapfile).
  "+ua",
]);
const onPty = new Set(["pty", "socket", "notty"]);
const lists = new Set(["ms-dns", "ms-wins", "plugin", "privgroup", "allow-ip", "allow-number"]);
/** They add to `asyncmap`. */
const asyncmaps: Readonly<Record<string, number>> = { xonxoff: 0xa0000, "default-asyncmap": 0xffffffff };
const unprintable = new Set(["pass-filter", "active-filter", "avpair", "mo-direction", "ntlm_auth-helper"]);
const allPlugins = new Set([
  "pppoe",
  "pppoatm",
  "pppol2tp",
  "radius",
  "radrealms",
  "minconn",
  "passwordfd",
  "passprompt",
  "winbind",
]);

/** The reading in the words of pppd's own dump (`dryrun`), as sorted `[text, source]` pairs. */
export function dumpReading(reading: PeerReading): readonly (readonly [string, string])[] {
  const rows = new Map<string, readonly [string, string]>();
  const effective = reading.options.filter(
    (o) =>
      (o.effective || hasOwnName(o, reading) || hasHalves(o)) && !notPrinted.has(o.name) && o.source !== "login-file",
  );

  for (const [i, option] of effective.entries()) {
    const source = option.position.file;
    const same = (o: PeerOption): boolean =>
      (o.name === option.name && o.kind === option.kind) || (option.name === "asyncmap" && o.name in asyncmaps);
    const peers = (option.name === "asyncmap" ? sinceAll(reading.options) : effective.slice(0, i + 1)).filter(same);
    // pppd prints the options of the channel in use only.
    const lookup = findOption(option.word, reading.version, allPlugins, true);
    if (reading.channel === "plugin" && lookup.kind === "found" && lookup.spec.tty === true) continue;
    // On a pty pppd takes them back, and prints lines without a text for them (pppd/tty.c, tty_check_options).
    if ((option.name === "lock" || option.name === "modem") && effective.some(({ name }) => onPty.has(name))) continue;
    const [key, text] = printOption(option, peers, reading.version);
    // No name is the host's, and that is what pppd prints.
    const hostName =
      option.name === "name" && (option.args[0] === "" || reading.options.some((o) => o.name === "usehostname"));
    // A value of a list is printed with the source of the next one.
    const before = `${option.word} ${peers.length - 1}`;
    const [earlier] = (lists.has(option.name) ? rows.get(before) : undefined) ?? [];
    if (earlier !== undefined) rows.set(before, [earlier, source]);
    rows.set(key, [hostName ? "name <host name>" : text, source]);
  }
  for (const [key, row] of new Map(printForgotten(reading))) if (!rows.has(key)) rows.set(key, row);
  return [...rows.values()].sort((a, b) => (a.join("\t") < b.join("\t") ? -1 : 1));
}

function sinceAll(options: readonly PeerOption[]): readonly PeerOption[] {
  const flow = new Set(["crtscts", "cdtrcts", "nocrtscts", "xonxoff"]);
  const lost = (option: PeerOption, i: number): boolean =>
    option.name === "xonxoff" && options.slice(0, i).some((o) => flow.has(o.name) && o.priority > option.priority);
  const all = options.findLastIndex((o) => o.name === "-all");
  return options.filter((option, i) => i > all && !lost(option, i));
}

/** Each half has a winner of its own; the source printed is the last one's. */
function hasHalves(option: PeerOption): boolean {
  return option.kind === "addresses" || option.name === "ipv6";
}

/** What `-all` took back is printed as nothing. */
function printForgotten(reading: PeerReading): readonly (readonly [string, readonly [string, string]])[] {
  const all = reading.options.findLastIndex((o) => o.name === "-all");
  return reading.options.slice(0, Math.max(0, all)).flatMap((option) => {
    const { name, word, position } = option;
    const kept = sinceAll(reading.options).filter((o) => o.name in asyncmaps);
    const text = name === "endpoint" ? "endpoint null" : `${word} ${name === "asyncmap" ? joinAsyncmaps(kept) : "0"}`;
    return ["mru", "mtu", "mrru", "asyncmap", "endpoint"].includes(name)
      ? [[word, [text, position.file]] as const]
      : [];
  });
}

/** Each adds its bits; in hexadecimal. */
function joinAsyncmaps(options: readonly PeerOption[]): string {
  const bits = options.map(({ name, args }) => asyncmaps[name] ?? parseUnsigned(args[0] ?? "", 16) ?? 0);
  return bits.reduce((map, more) => (map | more) >>> 0, 0).toString(16);
}

/** A flag of two names (`refuse-pap`, `-pap`) is printed by each of them that was used. */
function hasOwnName(option: PeerOption, reading: PeerReading): boolean {
  const lookup = findOption(option.word, reading.version, allPlugins, true);
  return (
    lookup.kind === "found" &&
    !["passive", "silent"].includes(option.name) &&
    lookup.spec.type === "flag" &&
    lookup.spec.prio !== true &&
    (lookup.spec.group === undefined || reading.options.some((o) => o.effective && o.name === option.name))
  );
}

/** A key that later values of the same entry share, and the text. */
function printOption(
  option: PeerOption,
  soFar: readonly PeerOption[],
  version: PppdVersion,
): readonly [string, string] {
  const { word, name } = option;
  const value = option.args[0] ?? "";
  if (option.kind === "device" || option.kind === "channel") return [option.kind, value];
  if (option.kind === "speed") return ["speed", String(parseInteger(value))];
  if (option.kind === "addresses") return ["addresses", printAddresses(soFar)];
  if (unprintable.has(name)) return [word, `${word} xxx # [don't know how to print value]`];
  if (name === "set" || name === "unset") return [`set ${value.split("=")[0]}`, `${name} ${value}`];
  // pppd prints a line without a text for it.
  if (name === "ipx") return [word, ""];
  if (name === "password") return [word, "password ??????"];
  if (lists.has(name)) return [`${word} ${soFar.length}`, `${word} ${escapeText(value)}`];
  if (name === "debug") return [word, soFar.map(() => word).join(" ")];
  if (name === "asyncmap") return [word, `${word} ${joinAsyncmaps(soFar)}`];
  if (name === "escape") {
    const chars = soFar.flatMap((o) => (o.args[0] ?? "").split(/[, \t]+/)).filter((c) => c !== "");
    // Two that are always escaped are not printed.
    const numbers = chars.map((c) => Number.parseInt(c, 16)).filter((c) => c !== 0x7d && c !== 0x7e);
    const sorted = [...new Set(numbers)].sort((a, b) => a - b);
    return [word, `escape ${sorted.map((c) => c.toString(16)).join(",") || "oops # nothing escaped"}`];
  }
  // It adds to the default, which is 1.
  if (name === "mo-timeout") return [word, `${word} ${printInteger((1 + (parseInteger(value) ?? 0)) | 0)}`];
  if (name === "deflate" || name === "bsdcomp") {
    // 8 does not work with zlib: pppd takes 9 for it.
    const least = name === "deflate" ? 9 : 8;
    const sizes = value
      .split(",")
      .map((size) => parseInteger(size) ?? 0)
      .map((size) => (size === 8 ? least : size));
    return [word, `${word} ${[...new Set(sizes)].join(",")}`];
  }
  if (name === "endpoint") return [word, `endpoint ${printEndpoint(value)}`];
  if (name === "ipx-router-name") return [word, `${word} ${value.toUpperCase()}`];
  if (name === "ipx-node") {
    const [own = "", other] = value.toLowerCase().split(":");
    const node = (digits: string): string => digits.slice(-12).padStart(12, "0");
    return [word, `${word} ${node(own)}:${other === undefined ? "" : node(other)}`];
  }
  if (name === "domain" && value === "") return [word, "domain <NULL>"];
  if (name === "netmask") return [word, `netmask ${formatInetAddress(parseNetmask(value) ?? 0)}`];
  if (name === "ipv6") {
    const [local = "", remote = ""] = joinHalves(soFar, ",", (id) => id !== "");
    return [word, `ipv6 ${printInterfaceId(local)},${printInterfaceId(remote)}`];
  }
  const lookup = findOption(word, version, allPlugins, true);
  const type = lookup.kind === "found" ? lookup.spec.type : "text";
  if (option.args.length === 0) return [word, word];
  if (type === "int") return [word, `${word} ${printInteger(parseInteger(value) ?? 0)}`];
  if (type === "hex") return [word, `${word} ${parseUnsigned(value, 16)?.toString(16)}`];
  return [word, `${word} ${escapeText(value)}`];
}

const endpointClasses = ["null", "local", "IP", "MAC", "magic", "phone"];

/** CLASS:VALUE as pppd/multilink.c epdisc_to_str prints it. */
function printEndpoint(text: string): string {
  const [, name = "", value] = /^([^:.]*)(?:[:.](.*))?$/s.exec(text) ?? [];
  const known = endpointClasses.findIndex((other) => other.toLowerCase() === name.toLowerCase());
  const number = known >= 0 ? known : Number.parseInt(name, 10) & 0xff;
  const shown = endpointClasses[number] ?? String(number);
  if (value === undefined || (value === "" && number !== 3)) return shown;
  if (number === 2) return `${shown}:${formatInetAddress(parseNetmask(value) ?? 0)}`;
  const bytes = value
    .split(/[:.]/)
    .flatMap((digits) => digits.padStart(digits.length + (digits.length % 2), "0").match(/../g) ?? []);
  if (number === 3) return `${shown}:${bytes.join(":")}`;
  // A magic number of whole words is printed word by word.
  const word = number === 4 && bytes.length % 4 === 0 ? /(?:..){4}/g : /../g;
  return `${shown}:${bytes.join("").match(word)?.join(".") ?? ""}`;
}

/** pppd prints the least integer wrongly. */
function printInteger(value: number): string {
  return value === -(2 ** 31) ? "-18446744071562067968" : String(value);
}

/** As pppd prints text (pppd/utils.c vslprintf, %q without its quotes). */
function escapeText(value: string): string {
  const letters: Readonly<Record<string, string>> = {
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\t": "\\t",
    '"': '\\"',
    "\\": "\\\\",
  };
  return value.replace(/[\p{Cc}"\\]/gu, (char) => {
    return letters[char] ?? `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`;
  });
}

/** 0.0.0.0 leaves what was there. */
function printAddresses(soFar: readonly PeerOption[]): string {
  const numberOf = (text: string): number => {
    const address = parseInetAddress(text);
    return text !== "" && address.kind === "address" ? address.value : 0;
  };
  const ends = joinHalves(soFar, ":", (text) => numberOf(text) !== 0);
  return ends.map((text) => (text === "" ? "" : formatInetAddress(numberOf(text)))).join(":");
}

/** Later words replace their own half, unless they have less priority. */
function joinHalves(soFar: readonly PeerOption[], separator: string, counts: (half: string) => boolean): string[] {
  const halves = ["", ""];
  const priorities = [0, 0];
  for (const { args, priority } of soFar) {
    for (const [i, text] of (args[0] ?? "").split(separator).slice(0, 2).entries()) {
      if (!counts(text) || priority < (priorities[i] ?? 0)) continue;
      halves[i] = text;
      priorities[i] = priority;
    }
  }
  return halves;
}

function printInterfaceId(id: string): string {
  if (id === "") return "";
  const groups = id.slice(2).split(":");
  const last = groups.at(-1) ?? "";
  if (last.includes(".")) {
    const [a = 0, b = 0, c = 0, d = 0] = last.split(".").map(Number);
    groups.splice(-1, 1, (a * 256 + b).toString(16), (c * 256 + d).toString(16));
  }
  while (groups.length < 4) groups.unshift("0");
  return `fe80::${groups.map((group) => group.padStart(4, "0")).join(":")}`;
}
