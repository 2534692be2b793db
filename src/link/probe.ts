import { isDnsName } from "./dns-question.ts";

/** How to find out whether a link that is up passes anything. */
export type Probe =
  | { readonly kind: "ping"; readonly address: string }
  | { readonly kind: "resolve"; readonly name: string }
  | { readonly kind: "tcp"; readonly host: string; readonly port: number };

const host = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,252}$/;
const address = /^[0-9A-Fa-f:.]{2,45}$/;

/** Read `PON_PROBE`: `ping ADDRESS`, `resolve NAME` or `tcp HOST PORT`. `none` for nothing; undefined: not understood. */
export function parseProbe(text: string): Probe | "none" | undefined {
  const [kind, target = "", port, ...more] = text.split(/[ \t\n]+/).filter((word) => word !== "");
  if (kind === undefined) return "none";
  if (more.length > 0 || (kind !== "tcp" && port !== undefined)) return undefined;
  switch (kind) {
    case "ping":
      return host.test(target) || address.test(target) ? { kind, address: target } : undefined;
    case "resolve":
      return host.test(target) && isDnsName(target) ? { kind, name: target } : undefined;
    case "tcp": {
      const number = /^[0-9]{1,5}$/.test(port ?? "") ? Number(port) : 0;
      const right = (host.test(target) || address.test(target)) && number >= 1 && number <= 65_535;
      return right ? { kind, host: target, port: number } : undefined;
    }
    default:
      return undefined;
  }
}
