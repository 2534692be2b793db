import type { PeerName } from "../core/peer-name.ts";
import { type PppdVersion, pppdCapabilities } from "./pppd-version.ts";

/** Programs for pppd's script options, by event; each a path that pppd runs without arguments of ours. */
export interface HookPrograms {
  readonly ipUp?: string | undefined;
  readonly ipDown?: string | undefined;
  readonly ipPreUp?: string | undefined;
  readonly ipv6Up?: string | undefined;
  readonly ipv6Down?: string | undefined;
}

interface AnyCall {
  readonly peer: PeerName;
  readonly version: PppdVersion;
  /** Given when the peer names none. A privileged option. */
  readonly linkname?: string | undefined;
  /**
   * `updetach`: pppd returns when the network is up or with the failure. `nodetach`: it stays.
   * Undefined: what the peer says.
   */
  readonly detach?: "updetach" | "nodetach" | undefined;
  /** Where pppd appends its log; pppd opens it as the caller. Undefined: what the peer says. */
  readonly logfile?: string | undefined;
  /** Privileged options. Those that this pppd does not know are left out. */
  readonly hooks?: HookPrograms | undefined;
  /** Limits of this call: `maxconnect SECONDS` and its like. */
  readonly limits?: readonly string[];
  /** What keeps pppd from doing in its own way what we do for the link (`nodefaultroute`). */
  readonly routes?: readonly string[];
  /** The user's own pppd words, untouched and last, so that they override ours. */
  readonly extraWords: readonly string[];
}

/** We have dialed and hold the line open; pppd opens the same node. Needs root. */
export interface DirectCall extends AnyCall {
  readonly mode: "direct";
  readonly device: string;
  /** Bits per second; undefined: leave the port's speed. */
  readonly speed: number | undefined;
  /** Have pppd take the UUCP lock (it accepts one that already names its pid). */
  readonly lock: boolean;
  /** The modem shows no carrier: pppd must not wait for DCD, nor take its absence for a hang-up. */
  readonly noCarrierDetect: boolean;
  /** The shell command that pppd runs before it hangs up, made of constant words; undefined: what the peer says. */
  readonly disconnect?: string | undefined;
  /** Milliseconds; undefined: what the peer says. See `directConnectDelay`. */
  readonly connectDelay: number | undefined;
}

/** pppd owns the tty and runs `connect`. Needs root, or a peer without a `connect` of its own. */
export interface OnCall extends AnyCall {
  readonly mode: "on-call";
  /** The shell command that dials: made of constant words and quoted names only. */
  readonly connect: string;
  /** As of a direct call. */
  readonly disconnect?: string | undefined;
}

/** The peer as it stands: pty, socket, plugin, another program's `connect`, or a caller who is not root. */
export interface AsIsCall extends AnyCall {
  readonly mode: "as-is";
  /** The caller is root. Otherwise the privileged options are left out: pppd would exit 2. */
  readonly privileged: boolean;
}

export type PppdCall = DirectCall | OnCall | AsIsCall;

/**
 * Milliseconds of `connect-delay` for a direct call whose peer sets none. pppd waits that
 * long for a first packet of the peer's before it sends its own (main.c, listen_time; also
 * with an empty `connect`), and goes on at once when one comes. pppd's 1000 ms would be
 * paid in full to a silent peer; with 0 the first Config-Request could meet a peer that is
 * not listening yet, and the next one comes only after 3 s (`lcp-restart`).
 */
export const directConnectDelay = 200;

/** Last of a direct call: pppd waits there until it is told to go on (io/prepare-pppd.ts). */
const waitForMore = ["file", "/proc/self/fd/0"] as const;

/** What pppd says there when whom it waited for has died: nobody's mistake. */
export const waitedInVain = `In file ${waitForMore[1]}: too few parameters for option 'connect'`;

/**
 * Words after the program's name. They begin with `call PEER`, so that stock poff, pgrep
 * and scripts find the process by `pppd call PEER`.
 *
 * Never `init ''`: an empty init still makes pppd drop DTR for a second (tty.c tests
 * `initializer` for NULL only).
 */
export function buildPppdArgv(call: PppdCall): string[] {
  const argv: string[] = ["call", call.peer];
  const privileged = call.mode !== "as-is" || call.privileged;
  if (call.mode === "direct") {
    argv.push(call.device);
    if (call.speed !== undefined) argv.push(String(call.speed));
    // Empty, not absent: no DTR pulse, no blocking re-open that waits for DCD (tty.c connect_tty).
    argv.push("connect", "");
    if (call.connectDelay !== undefined) argv.push("connect-delay", String(call.connectDelay));
    if (call.disconnect !== undefined) argv.push("disconnect", call.disconnect);
    if (call.lock) argv.push("lock");
    if (call.noCarrierDetect) argv.push("local");
    // pppd could not redial: its connect is empty.
    argv.push("nopersist");
  } else if (call.mode === "on-call") {
    argv.push("connect", call.connect);
    if (call.disconnect !== undefined) argv.push("disconnect", call.disconnect);
  }
  if (privileged && call.linkname !== undefined) argv.push("linkname", call.linkname);
  if (call.detach !== undefined) argv.push(call.detach);
  if (call.logfile !== undefined) argv.push("logfile", call.logfile);
  if (privileged && call.hooks !== undefined) argv.push(...hookWords(call.hooks, call.version));
  if (call.limits !== undefined) argv.push(...call.limits);
  if (call.routes !== undefined) argv.push(...call.routes);
  argv.push(...call.extraWords);
  if (call.mode === "direct") argv.push(...waitForMore);
  return argv;
}

function hookWords(hooks: HookPrograms, version: PppdVersion): string[] {
  const can = pppdCapabilities(version);
  const rows: readonly (readonly [string, string | undefined, boolean])[] = [
    ["ip-pre-up-script", hooks.ipPreUp, can.hasIpPreUpScript],
    ["ip-up-script", hooks.ipUp, can.hasIpUpScript],
    ["ip-down-script", hooks.ipDown, can.hasIpUpScript],
    ["ipv6-up-script", hooks.ipv6Up, can.hasIpv6Scripts],
    ["ipv6-down-script", hooks.ipv6Down, can.hasIpv6Scripts],
  ];
  return rows.flatMap(([option, program, known]) => (program !== undefined && known ? [option, program] : []));
}
