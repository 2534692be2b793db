import type { PeerOption, PeerReading } from "./peer-reading.ts";
import { splitShellWords } from "./shell-words.ts";
import { textFromWord } from "./word-text.ts";

/** What carries a link that needs no modem, told from the peer file. Texts are as a user reads them. */
export type TunnelLine =
  /** `pty "pptp SERVER --nolaunchpppd"`, of pptp-linux. */
  | {
      readonly kind: "pptp";
      readonly server: string;
      /** Its packets go by an address or a route of the program's own choice (`--localbind`, `--rtmark`). */
      readonly ownWay?: true;
    }
  /** `plugin pppoe.so IFACE` (the kernel's) or `pty "pppoe -I IFACE"` (rp-pppoe's program). */
  | {
      readonly kind: "pppoe";
      readonly by: "kernel" | "program";
      readonly iface: string;
      readonly service?: string;
      /** The access concentrator's name. */
      readonly concentrator?: string;
    }
  /** `plugin pppol2tp.so`: the tunnel is another program's, which hands pppd a socket. */
  | { readonly kind: "l2tp" }
  | { readonly kind: "socket"; readonly server: string; readonly port: string }
  | { readonly kind: "ssh"; readonly server: string }
  /** Any other `pty` command. */
  | { readonly kind: "program"; readonly program: string };

/** rp-pppoe.so is the name of pppd's own plugin before 2.4.9, and of rp-pppoe's. */
const pppoePlugin = /^(rp-)?pppoe(\.so)?$/;
const l2tpPlugin = /^(pppol2tp|openl2tp)(\.so)?$/;

/** The options of pptp(8) without a value. */
const pptpFlags = ["version", "nolaunchpppd", "debug", "sync", "nobuffer", "nohostroute"];

/** The words of ssh(1) that take a value of their own. */
const sshValues = "BbcDEeFIiJLlmOopQRSWw";

/**
 * Which kind of line a peer has, beside serial ones; undefined for a serial line and for none at all.
 *
 * @param variables of the peer's `set` and `unset`, which the command's shell gets
 */
export function findTunnelLine(
  reading: Pick<PeerReading, "channel" | "options">,
  variables: ReadonlyMap<string, string>,
): TunnelLine | undefined {
  const find = (name: string): PeerOption | undefined =>
    reading.options.findLast((option) => option.effective && option.name === name);
  const text = (name: string): string | undefined => {
    const word = find(name)?.args[0];
    return word === undefined ? undefined : textFromWord(word);
  };
  const plugins = reading.options
    .filter(({ effective, name }) => effective && name === "plugin")
    .map(({ args }) => (args[0] ?? "").replace(/^.*\//, ""));
  const channel = text("channel");
  if (channel !== undefined && plugins.some((name) => pppoePlugin.test(name))) {
    return {
      kind: "pppoe",
      by: "kernel",
      iface: channel.replace(/^nic-/, ""),
      ...named("service", text("pppoe-service") ?? text("rp_pppoe_service")),
      ...named("concentrator", text("pppoe-ac") ?? text("rp_pppoe_ac")),
    };
  }
  if (plugins.some((name) => l2tpPlugin.test(name))) return { kind: "l2tp" };
  const pty = find("pty")?.args[0];
  if (pty !== undefined) return readPtyCommand(pty, variables);
  const [, server, port] = /^(.*):([^:]*)$/.exec(text("socket") ?? "") ?? [];
  return server === undefined || port === undefined ? undefined : { kind: "socket", server, port };
}

/** `text` is one character a byte, as the command stands in the file. */
function readPtyCommand(text: string, variables: ReadonlyMap<string, string>): TunnelLine {
  const split = splitShellWords(text, variables);
  if (split.kind === "not-plain") return { kind: "program", program: firstWord(text) };
  const [path = "", ...rest] = withoutPrefixes(split.words.map(textFromWord));
  const other: TunnelLine = { kind: "program", program: path };
  switch (path.replace(/^.*\//, "")) {
    case "pptp": {
      const server = findPptpServer(rest);
      const ownWay = rest.some((word) => isLongOption(word, "localbind", 3) || isLongOption(word, "rtmark", 1));
      return server === undefined ? other : { kind: "pptp", server, ...(ownWay ? { ownWay } : {}) };
    }
    case "pppoe": {
      // rp-pppoe's program takes eth0 when it is not told.
      const iface = optionValue(rest, "I") ?? "eth0";
      const more = { ...named("service", optionValue(rest, "S")), ...named("concentrator", optionValue(rest, "C")) };
      return { kind: "pppoe", by: "program", iface, ...more };
    }
    case "ssh": {
      const server = findSshHost(rest);
      // ssh(1): `user@host`, or `ssh://user@host:port`.
      const host = server
        ?.replace(/^ssh:\/\/(.*?)(:\d+)?\/?$/, "$1")
        .replace(/^.*@/, "")
        .replace(/^\[(.*)\]$/, "$1");
      return host === undefined ? other : { kind: "ssh", server: host };
    }
    default:
      return other;
  }
}

/** What comes before the program itself: `exec`, variables, and programs that only run another. */
function withoutPrefixes(words: readonly string[]): readonly string[] {
  const at = words.findIndex((word, i) => {
    const isOfNice = /^-(n|n?-?\d+)$/.test(word) || (words[i - 1] === "-n" && /^-?\d+$/.test(word));
    return !/^(exec|env|nice|setsid|[A-Za-z_]\w*=.*)$/s.test(word) && !(words.slice(0, i).includes("nice") && isOfNice);
  });
  return at < 0 ? words : words.slice(at);
}

/** pptp(8): the first word that is no option. */
function findPptpServer(words: readonly string[]): string | undefined {
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? "";
    if (!word.startsWith("-")) return word;
    const hasValue = word !== "--" && !word.includes("=") && !pptpFlags.some((flag) => isLongOption(word, flag, 1));
    if (hasValue) at++;
  }
  return undefined;
}

/** getopt_long(3): the name may be cut short, down to `least` letters, and have its value behind `=`. */
function isLongOption(word: string, name: string, least: number): boolean {
  const [given = ""] = word.split("=");
  return given.length >= least + 2 && `--${name}`.startsWith(given);
}

/** getopt(3): `-I eth1` or `-Ieth1`. */
function optionValue(words: readonly string[], letter: string): string | undefined {
  const at = words.findLastIndex((word) => word.startsWith(`-${letter}`));
  if (at < 0) return undefined;
  return words[at] === `-${letter}` ? words[at + 1] : words[at]?.slice(2);
}

function findSshHost(words: readonly string[]): string | undefined {
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? "";
    if (!word.startsWith("-")) return word;
    // Letters together: the first one that takes a value has the rest of the word, or the next one.
    const letter = [...word].findIndex((one, i) => i > 0 && sshValues.includes(one));
    if (letter === word.length - 1) at++;
  }
  return undefined;
}

function firstWord(text: string): string {
  return textFromWord(/^\s*(?:exec\s+)?(\S+)/.exec(text)?.[1] ?? "");
}

function named<Name extends string>(name: Name, value: string | undefined): { readonly [Key in Name]?: string } {
  return value === undefined || value === "" ? {} : ({ [name]: value } as { readonly [Key in Name]?: string });
}

/** The machine that the line leads to. `mayBeAlias`: an ssh host may be a name of ssh's own, which the resolver does not know. */
export function serverOf(
  line: TunnelLine | undefined,
): { readonly name: string; readonly mayBeAlias: boolean } | undefined {
  if (line?.kind === "ssh") return { name: line.server, mayBeAlias: true };
  return line?.kind === "pptp" || line?.kind === "socket" ? { name: line.server, mayBeAlias: false } : undefined;
}

/** `PPTP to 192.0.2.1`, for progress and plans. */
export function describeTunnelLine(line: TunnelLine): string {
  switch (line.kind) {
    case "pptp":
      return `PPTP to ${line.server}`;
    case "pppoe": {
      const concentrator = line.concentrator === undefined ? "" : `, to ${line.concentrator}`;
      const service = line.service === undefined ? "" : `, service ${line.service}`;
      return `PPPoE on ${line.iface}${concentrator}${service}`;
    }
    case "l2tp":
      return "L2TP";
    case "socket":
      return `TCP to ${line.server} port ${line.port}`;
    case "ssh":
      return `ssh to ${line.server}`;
    case "program":
      return `the program ${line.program}`;
    default:
      return line satisfies never;
  }
}
