import { formatInetAddress, parseInetAddress, parseNetmask } from "../../../src/peer/inet-address.ts";
import { findOption } from "../../../src/peer/option-index.ts";
import { parseInteger, parseUnsigned } from "../../../src/peer/parse-number.ts";
import type { PeerOption, PeerReading } from "../../../src/peer/peer-reading.ts";

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
]);
const onPty = new Set(["pty", "socket", "notty"]);
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
  const effective = reading.options.filter((o) => (o.effective || hasOwnName(o)) && !notPrinted.has(o.name));
  for (const [i, option] of effective.entries()) {
    const source = option.position.file;
    const peers = effective.slice(0, i + 1).filter((o) => o.name === option.name && o.kind === option.kind);
    // pppd prints the options of the channel in use only.
    const lookup = findOption(option.word, reading249, allPlugins, true);
    if (reading.channel === "plugin" && lookup.kind === "found" && lookup.spec.tty === true) continue;
    // On a pty pppd takes the lock back, and prints a line without a text for it (pppd/tty.c, tty_check_options).
    if (option.name === "lock" && effective.some(({ name }) => onPty.has(name))) continue;
    const [key, text] = printOption(option, peers);
    // No name is the host's, and that is what pppd prints.
    const hostName =
      option.name === "name" && (option.args[0] === "" || reading.options.some((o) => o.name === "usehostname"));
    rows.set(key, [hostName ? "name <host name>" : text, source]);
  }
  return [...rows.values()].sort((a, b) => (a.join("\t") < b.join("\t") ? -1 : 1));
}

/** A flag of two names (`refuse-pap`, `-pap`) is printed by each of them that was used. */
function hasOwnName(option: PeerOption): boolean {
  const lookup = findOption(option.word, reading249, allPlugins, true);
  return (
    lookup.kind === "found" &&
    lookup.spec.type === "flag" &&
    lookup.spec.prio !== true &&
    lookup.spec.group === undefined
  );
}

/** A key that later values of the same entry share, and the text. */
function printOption(option: PeerOption, soFar: readonly PeerOption[]): readonly [string, string] {
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
  if (name === "ms-dns" || name === "ms-wins" || name === "plugin")
    return [`${word} ${soFar.length}`, `${word} ${value}`];
  if (name === "debug") return [word, soFar.map(() => word).join(" ")];
  if (name === "asyncmap") {
    const map = soFar.reduce((bits, o) => (bits | (parseUnsigned(o.args[0] ?? "", 16) ?? 0)) >>> 0, 0);
    return [word, `${word} ${map.toString(16)}`];
  }
  if (name === "escape") {
    const chars = soFar.flatMap((o) => (o.args[0] ?? "").split(",")).filter((c) => c !== "");
    const sorted = [...new Set(chars.map((c) => Number.parseInt(c, 16)))].sort((a, b) => a - b);
    return [word, `escape ${sorted.map((c) => c.toString(16)).join(",") || "oops # nothing escaped"}`];
  }
  // It adds to the default, which is 1.
  if (name === "mo-timeout") return [word, `${word} ${1 + (parseInteger(value) ?? 0)}`];
  if (name === "deflate") {
    // 8 does not work with zlib: pppd takes 9 for it.
    const sizes = value
      .split(",")
      .map((size) => Math.max(parseInteger(size) ?? 0, Number(parseInteger(size) === 8) * 9));
    return [word, `${word} ${[...new Set(sizes)].join(",")}`];
  }
  if (name === "domain" && value === "") return [word, "domain <NULL>"];
  if (name === "netmask") return [word, `netmask ${formatInetAddress(parseNetmask(value) ?? 0)}`];
  if (name === "ipv6") {
    const [local = "", remote = ""] = value.split(",");
    return [word, `ipv6 ${printInterfaceId(local)},${printInterfaceId(remote)}`];
  }
  const lookup = findOption(word, reading249, allPlugins, true);
  const type = lookup.kind === "found" ? lookup.spec.type : "text";
  if (option.args.length === 0) return [word, word];
  if (type === "int") return [word, `${word} ${parseInteger(value)}`];
  if (type === "hex") return [word, `${word} ${parseUnsigned(value, 16)?.toString(16)}`];
  return [word, `${word} ${escapeText(value)}`];
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
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is escaped
  return value.replace(/[\0-\x1f"\\\x7f-\x9f]/g, (char) => {
    return letters[char] ?? `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`;
  });
}

const reading249 = "2.4.9";

/** Later words replace their own half; 0.0.0.0 leaves it. */
function printAddresses(soFar: readonly PeerOption[]): string {
  const ends = ["", ""];
  for (const option of soFar) {
    for (const [i, text] of (option.args[0] ?? "").split(":").entries()) {
      const address = parseInetAddress(text);
      if (text !== "" && address.kind === "address" && address.value !== 0) ends[i] = formatInetAddress(address.value);
    }
  }
  return ends.join(":");
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
