import { parseUnsigned } from "./parse-number.ts";

/** What an address word is to pppd: a number (inet_aton), a name to resolve when it dials, or neither. */
export type InetAddress =
  | { readonly kind: "address"; readonly value: number }
  | { readonly kind: "host-name" }
  | { readonly kind: "bad" };

/** As inet_aton(3): `10.1` is 10.0.0.1, each part decimal, octal (leading 0) or hexadecimal (0x), text after a blank ignored. */
export function parseInetAddress(text: string): InetAddress {
  const head = text.split(/[ \t\n\v\f\r]/, 1)[0] ?? "";
  const parts = head.split(".");
  const numbers = parts.map((part) =>
    /^(0x[0-9a-f]+|0[0-7]*|[1-9][0-9]*)$/i.test(part) ? Number(toJsNumber(part)) : Number.NaN,
  );
  const last = numbers.pop() ?? Number.NaN;
  const lastMax = 256 ** (4 - numbers.length) - 1;
  if (numbers.length <= 3 && numbers.every((part) => part <= 255) && last >= 0 && last <= lastMax) {
    const high = numbers.reduce((sum, part, i) => sum + part * 256 ** (3 - i), 0);
    const value = high + last;
    // inet_addr(3) says so of a failure, too: pppd takes it for a host's name, and only these are resolved.
    if (value === 0xffffffff && !/^[0-9.]+$/.test(text)) return { kind: "bad" };
    return { kind: "address", value };
  }
  return /^[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_.])?$/.test(text) && /[A-Za-z]/.test(text)
    ? { kind: "host-name" }
    : { kind: "bad" };
}

/** C's octal `017` as JavaScript's `0o17`. */
function toJsNumber(part: string): string {
  return /^0[0-7]+$/.test(part) ? `0o${part.slice(1)}` : part;
}

/** Addresses that pppd takes for neither end (pppd/sys-linux.c bad_ip_adrs): 127/8, multicast and above. */
export function isBadPeerAddress(value: number): boolean {
  const top = Math.floor(value / 2 ** 24);
  return value !== 0 && (top === 127 || top >= 224);
}

/** `10.0.0.1` */
export function formatInetAddress(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join(".");
}

/** The value of `netmask`: four parts, or one number above 255 (pppd/options.c parse_dotted_ip). Undefined: refused. */
export function parseNetmask(text: string): number | undefined {
  const parts = text.split(".");
  if (parts.some((part) => !/^[ \t]*[+-]?(0x[0-9a-f]+|0[0-7]*|[1-9][0-9]*)$/i.test(part))) return undefined;
  const numbers = parts.map((part) => parseUnsigned(part, 0) ?? 0);
  if (numbers.length === 1) return (numbers[0] ?? 0) > 255 ? numbers[0] : undefined;
  if (numbers.length !== 4 || numbers.some((part) => part > 255)) return undefined;
  return numbers.reduce((sum, part) => sum * 256 + part, 0);
}
