import { formatInetAddress, isBadPeerAddress, parseInetAddress } from "./inet-address.ts";
import { parseInteger } from "./parse-number.ts";
import type { DeviceKind } from "./peer-reading.ts";

/** What a word is that is no option's name. */
export type WildWord =
  | { readonly kind: "device"; readonly path: string; readonly state: "there" | "missing" | "other" }
  | { readonly kind: "speed"; readonly value: number }
  | { readonly kind: "addresses" }
  | { readonly kind: "channel"; readonly missing: boolean }
  | { readonly kind: "unknown" };

/** What the answer depends on. */
export interface WildContext {
  readonly plugins: ReadonlySet<string>;
  /** The channel is a serial line still. */
  readonly ttyChannel: boolean;
  readonly deviceKind: DeviceKind;
  readonly interfaceExists: ((name: string) => boolean) | undefined;
}

/** Names under /dev that are modems or ports, for words that name no existing device. */
const devicePattern = /^(tty|cua|rfcomm|ircomm|gsm|modem|serial|wwan|smd|tts\/|term\/|pts\/|usb\/|acm|com\d)/;
const interfacePattern = /^(nic-.+|[A-Za-z]+[0-9][\w.:@-]*)$/;

/**
 * Sort a word that no table knows, in the order in which pppd tries (pppd/options.c find_option, second pass):
 * a plugin's device, a serial device, a speed, `LOCAL:REMOTE`. pppd knows only devices that are there and calls
 * another an "unrecognized option"; a word that can be nothing else is a missing device here.
 */
export function sortWildWord(word: string, context: WildContext): WildWord {
  const { plugins, ttyChannel, deviceKind, interfaceExists } = context;
  const looksLikeInterface = interfacePattern.test(word) && word.length <= 19;
  if (plugins.has("pppoe")) {
    const name = word.replace(/^nic-/, "");
    // The kernel looks for what stands before the colon of `eth0:1`.
    const there = interfaceExists?.(name.split(":", 1)[0] ?? "") ?? (looksLikeInterface && !devicePattern.test(word));
    if (there) return { kind: "channel", missing: false };
  }
  // The plugin takes one device only.
  if (plugins.has("pppoatm") && ttyChannel && /^(\d+\.)?\d+\.\d+$/.test(word))
    return { kind: "channel", missing: false };
  if (ttyChannel && word !== "") {
    // A path may be anywhere (pppd/tty.c setdevname).
    const path = word.startsWith("/") ? word : `/dev/${word}`;
    const device = deviceKind(path);
    if (device === "char-device") return { kind: "device", path, state: "there" };
    const speed = /^[ \t]*[+-]?(0x[0-9a-f]+|[0-9]+)$/i.test(word) ? (parseInteger(word) ?? 0) : 0;
    if (speed !== 0) return { kind: "speed", value: speed };
    const isDevice = word.startsWith("/") || devicePattern.test(word);
    if (word.startsWith("/dev/") || (isDevice && !word.includes(":"))) {
      return { kind: "device", path, state: device === "missing" ? "missing" : "other" };
    }
  }
  if (word.includes(":")) return { kind: "addresses" };
  if (plugins.has("pppoe") && ttyChannel && looksLikeInterface) return { kind: "channel", missing: true };
  return { kind: "unknown" };
}

/** What is wrong with `LOCAL:REMOTE` (pppd/options.c setipaddr), or the names that pppd must resolve. */
export function checkAddresses(word: string): {
  readonly error?: { readonly message: string; readonly pppd: string };
  readonly hostNames: readonly string[];
} {
  const colon = word.indexOf(":");
  const hostNames: string[] = [];
  for (const [side, text] of [
    ["local", word.slice(0, colon)],
    ["remote", word.slice(colon + 1)],
  ] as const) {
    if (text === "") continue;
    const address = parseInetAddress(text);
    if (address.kind === "host-name") hostNames.push(text);
    else if (address.kind === "bad") {
      return { error: { message: `'${text}' is not an address`, pppd: `unknown host: ${text}` }, hostNames };
    } else if (isBadPeerAddress(address.value)) {
      const pppd = `bad ${side} IP address ${formatInetAddress(address.value)}`;
      return { error: { message: `${text} cannot be the ${side} address`, pppd }, hostNames };
    }
  }
  return { hostNames };
}
