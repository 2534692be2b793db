import { ExitCode } from "../core/exit-codes.ts";
import { findFilterMistake } from "./check-filter.ts";
import { parseInetAddress, parseNetmask } from "./inet-address.ts";
import type { OptionSpec } from "./option-spec.ts";
import { parseInteger, parseUnsigned } from "./parse-number.ts";

/** What is wrong with an option's value; `pppd` is pppd's own text. */
export interface ArgumentProblem {
  readonly code: "peer.bad-number" | "peer.out-of-range" | "peer.bad-value" | "peer.host-name";
  readonly severity: "error" | "warning";
  readonly message: string;
  readonly hint: string;
  readonly pppd?: string;
  /** 2 when absent. */
  readonly exitCode?: number;
}

const hints: Readonly<Record<ArgumentProblem["code"], string>> = {
  "peer.bad-number": "write a whole number: 1400, or 0x578",
  "peer.out-of-range": "write a number within these limits",
  "peer.bad-value": "correct the value; pppd(8) explains the option",
  "peer.host-name": "write the address in place of the name",
};

const refuse = (code: ArgumentProblem["code"], message: string, pppd: string): ArgumentProblem => ({
  code,
  severity: "error",
  message,
  hint: hints[code],
  pppd,
});

/**
 * Check one value as pppd does when it reads it; undefined: it is taken. What only the
 * world can tell (does the file exist, does the host resolve) is not asked here.
 */
export function checkArgument(spec: OptionSpec, word: string, value: string): ArgumentProblem | undefined {
  switch (spec.type) {
    case "flag":
    case "text":
      return undefined;
    case "int":
    case "hex": {
      const number = spec.type === "hex" ? parseUnsigned(value, 16) : parseInteger(value);
      if (number === undefined) {
        return refuse(
          "peer.bad-number",
          `${word} needs a number, not '${value}'`,
          `invalid numeric parameter '${value}' for ${word} option`,
        );
      }
      const { min, max } = spec;
      if ((min !== undefined && number < min) || (max !== undefined && number > max)) {
        const range = max === undefined ? `>= ${min}` : `between ${min} and ${max}`;
        return refuse("peer.out-of-range", `${word} must be ${range}, not ${number}`, `${word} value must be ${range}`);
      }
      return undefined;
    }
    case "special":
      return checkSpecial(spec.name, word, value);
    default:
      return spec.type satisfies never;
  }
}

function checkSpecial(name: string, word: string, value: string): ArgumentProblem | undefined {
  const bad = (message: string, pppd: string): ArgumentProblem => refuse("peer.bad-value", message, pppd);
  switch (name) {
    case "set":
      if (!value.includes("=")) return bad(`set needs NAME=value, not '${value}'`, `missing = in name=value: ${value}`);
      return value.startsWith("=")
        ? bad(`set needs a name before the = of '${value}'`, `missing variable name: ${value}`)
        : undefined;
    case "unset":
      if (value.includes("=")) return bad(`unset takes a name only, not '${value}'`, `unexpected = in name: ${value}`);
      return value === "" ? bad("unset needs a name", "missing variable name for unset") : undefined;
    case "bsdcomp":
    case "deflate":
      return checkWindow(word, value, name === "bsdcomp" ? 9 : 8);
    case "escape":
      return checkEscape(value);
    case "netmask":
      return parseNetmask(value) === undefined
        ? bad(`'${value}' is not a netmask`, `invalid netmask value '${value}'`)
        : undefined;
    case "ms-dns":
    case "ms-wins": {
      const address = parseInetAddress(value).kind;
      if (address === "bad") {
        return bad(
          `${word} needs an address, not '${value}'`,
          `invalid address parameter '${value}' for ${word} option`,
        );
      }
      return address === "host-name" ? hostName(value) : undefined;
    }
    case "ipv6":
      return checkInterfaceIds(value);
    case "ntlm_auth-helper":
      return value.startsWith("/")
        ? undefined
        : bad(`ntlm_auth-helper needs a full path, not '${value}'`, "ntlm_auth-helper argument must be full path");
    case "pppol2tp":
      return parseInteger(value) === undefined
        ? refuse(
            "peer.bad-number",
            `${word} needs the number of an open socket, not '${value}'`,
            `invalid numeric parameter '${value}' for ${word} option`,
          )
        : {
            code: "peer.bad-value",
            severity: "error",
            // It looks at once, and ends with its status for what is fatal.
            exitCode: ExitCode.fatal,
            message: `${word} ${value} names no open socket: only a daemon that starts pppd itself (openl2tpd) passes one`,
            hint: "have that daemon start the link, or use xl2tpd (PON_L2TP_LAC)",
          };
    case "ipx-node":
      return /^[0-9a-f]*(:[0-9a-f]*)?$/i.test(value)
        ? undefined
        : bad(`'${value}' is not an IPX node`, `invalid parameter '${value}' for ${word} option`);
    case "ipx-router-name":
      if (value.length > 47)
        return bad(`${word} has more than 47 characters`, "IPX router name is limited to 47 characters");
      return /^[0-9A-Za-z_]*$/.test(value)
        ? undefined
        : bad(`'${value}' is not an IPX router's name`, "IPX router name must be alphanumeric or _");
    case "pass-filter":
    case "active-filter": {
      const mistake = findFilterMistake(value);
      return mistake === undefined
        ? undefined
        : bad(
            `${word} is no expression of pcap-filter(7): ${mistake}`,
            `error in ${word} expression: can't parse filter expression: syntax error\n`,
          );
    }
    case "endpoint":
      return isEndpoint(value)
        ? undefined
        : bad(`'${value}' is not an endpoint discriminator`, `Can't parse '${value}' as an endpoint discriminator`);
    default:
      return undefined;
  }
}

/** A name is taken if it can be resolved when pppd reads it: nothing to be said here and now. */
export function hostName(value: string): ArgumentProblem {
  return {
    code: "peer.host-name",
    severity: "warning",
    message: `'${value}' is a name, which pppd has to resolve before there is a link`,
    hint: hints["peer.host-name"],
  };
}

/** `bsdcomp` and `deflate`: receive,transmit (pppd/ccp.c setbsdcomp, setdeflate). */
function checkWindow(word: string, value: string, least: number): ArgumentProblem | undefined {
  const match = /^[ \t]*([+-]?\w+)(?:,[ \t]*([+-]?\w+))?$/.exec(value);
  const sizes = [match?.[1], match?.[2] ?? match?.[1]].map((text) =>
    text !== undefined && /^[+-]?(0x[0-9a-f]+|0[0-7]*|[1-9][0-9]*)$/i.test(text) ? parseInteger(text) : undefined,
  );
  if (sizes.includes(undefined)) {
    return refuse(
      "peer.bad-value",
      `${word} needs a size or two (12 or 12,9), not '${value}'`,
      `invalid parameter '${value}' for ${word} option`,
    );
  }
  return sizes.every((size) => size === 0 || (size !== undefined && size >= least && size <= 15))
    ? undefined
    : refuse(
        "peer.out-of-range",
        `${word} sizes are 0 or ${least} to 15`,
        `${word} option values must be 0 or ${least} .. 15`,
      );
}

/** `endpoint` CLASS:VALUE, the class by name or number, the value up to 20 bytes in hexadecimal (pppd/multilink.c str_to_epdisc). */
function isEndpoint(text: string): boolean {
  const match = /^(?:(null|local|ip|mac|magic|phone)|\s*([+-]?[0-9]+))(?:[:.](.*))?$/is.exec(text);
  if (match === null) return false;
  const [, name = "", number, value] = match;
  if (value === undefined) return true;
  const kind = number === undefined ? name.toLowerCase() : Number(number);
  if (kind === "ip" || kind === 2) return parseNetmask(value) !== undefined;
  const isMac = kind === "mac" || kind === 3;
  if (!/^(?:[0-9a-f]+(?:[:.][0-9a-f]+)*[:.]?)?$/i.test(value)) return isMac && /^[a-z][\w.-]*$/i.test(value);
  const length = value.split(/[:.]/).reduce((sum, digits) => sum + Math.ceil(digits.length / 2), 0);
  return isMac ? length === 6 : length <= 20;
}

/** `escape`: hexadecimal characters, separated by commas (pppd/tty.c setescape). */
function checkEscape(value: string): ArgumentProblem | undefined {
  let rest = value;
  while (rest !== "") {
    const digits = /^[ \t]*[+-]?(?:0x)?[0-9a-f]+/i.exec(rest)?.[0];
    if (digits === undefined) {
      return refuse(
        "peer.bad-value",
        `escape needs hexadecimal characters, not '${rest}'`,
        `escape parameter contains invalid hex number '${rest}'`,
      );
    }
    const char = parseUnsigned(digits, 16) ?? 0;
    // pppd(8) also forbids 0x20 to 0x3f, and pppd takes them.
    if (char > 0xff || char === 0x5e) {
      const hex = char.toString(16);
      return refuse("peer.bad-value", `character 0x${hex} cannot be escaped`, `can't escape character 0x${hex}`);
    }
    rest = rest.slice(digits.length).replace(/^[, \t]+/, "");
  }
  return undefined;
}

/** `ipv6 LOCAL,REMOTE`: 64-bit identifiers as the lower half of an address (pppd/ipv6cp.c setifaceid). */
function checkInterfaceIds(value: string): ArgumentProblem | undefined {
  const ids = value.split(",");
  const place = ["local", "remote"];
  for (const [i, id] of [ids[0] ?? "", ids.slice(1).join(",")].entries()) {
    if (id === "") continue;
    const valid = /^::(([0-9a-f]{1,4}:){0,3}[0-9a-f]{1,4}|([0-9a-f]{1,4}:){0,2}(\d{1,3}\.){3}\d{1,3})$/i.test(id);
    if (!valid || /^[:0.]+$/.test(id)) {
      return refuse(
        "peer.bad-value",
        `'${id}' is not an interface identifier such as ::1`,
        `Illegal interface identifier (${place[i]}): ${id}`,
      );
    }
  }
  return undefined;
}
