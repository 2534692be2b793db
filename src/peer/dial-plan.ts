import type { SourcePosition } from "../core/source-position.ts";
import type { TunnelLine } from "./tunnel-line.ts";

/** A value with its place. */
export interface Placed<T> {
  readonly value: T;
  readonly position: SourcePosition;
}

/** What the shell command of `connect`, `init`, `disconnect` or `welcome` is. */
export type PlannedCommand =
  | { readonly kind: "none" }
  | {
      /** Plainly one call of chat(8). */
      readonly kind: "chat";
      /** Words after `chat`, as sh would pass them, one character a byte. */
      readonly argv: readonly string[];
      /** Of the last `-f FILE`. */
      readonly scriptFile?: string;
      /** The whole shell command. */
      readonly text: string;
      /** Of the command's word in the peer file. */
      readonly position: SourcePosition;
    }
  | {
      readonly kind: "command";
      readonly text: string;
      /** Why it is left to the shell, one clause. */
      readonly why: string;
      readonly position: SourcePosition;
    };

/** What pppctl makes of a peer: how to reach the line, and what pppd will do with it. Values are one character a byte. */
export interface DialPlan {
  /** `stdin`: no device, pty, socket or channel plugin is named. */
  readonly kind: "serial" | "pty" | "socket" | "plugin" | "stdin";
  /** Full path, as pppd would open it. `missing`: it is not there today. */
  readonly device: (Placed<string> & { readonly missing: boolean }) | undefined;
  /** Bits per second; undefined: leave the port's speed. */
  readonly speed: Placed<number> | undefined;
  /** `inherit`: the peer says nothing, the port keeps what it has (pppd's default). `dtrcts` is `cdtrcts`. */
  readonly flowControl: "rtscts" | "dtrcts" | "xonxoff" | "none" | "inherit";
  /** Use the modem control lines (pppd's default) or ignore them (`local`). */
  readonly modemLines: "modem" | "local";
  /** `lock` is in effect. */
  readonly lock: boolean;
  readonly stopBits: 1 | 2;
  readonly init: PlannedCommand;
  readonly connect: PlannedCommand;
  readonly disconnect: PlannedCommand;
  readonly welcome: PlannedCommand;
  readonly pty: Placed<string> | undefined;
  readonly socket: Placed<string> | undefined;
  /** What carries the link, of a peer that is not serial. */
  readonly tunnel: TunnelLine | undefined;
  /** Every `plugin` word, in order. */
  readonly plugins: readonly Placed<string>[];
  readonly linkname: Placed<string> | undefined;
  readonly ipparam: Placed<string> | undefined;
  readonly ifname: Placed<string> | undefined;
  readonly unit: Placed<number> | undefined;
  readonly user: Placed<string> | undefined;
  /** `name`: our own name. */
  readonly localName: Placed<string> | undefined;
  readonly remotename: Placed<string> | undefined;
  readonly detach: "background" | "nodetach" | "updetach" | "up_sdnotify";
  readonly persist: boolean;
  readonly demand: boolean;
  /** Seconds. */
  readonly holdoff: Placed<number> | undefined;
  /** 0: for ever. pppd's default is 10. */
  readonly maxfail: Placed<number> | undefined;
  /** Milliseconds. pppd's default is 1000. */
  readonly connectDelay: Placed<number> | undefined;
  /** Seconds. */
  readonly idle: Placed<number> | undefined;
  /** Seconds. */
  readonly maxconnect: Placed<number> | undefined;
  /** Bytes. */
  readonly maxoctets: Placed<number> | undefined;
  readonly logfile: Placed<string> | undefined;
  readonly logfd: Placed<number> | undefined;
  readonly debug: boolean;
  readonly noauth: boolean;
  readonly defaultroute: boolean;
  readonly replacedefaultroute: boolean;
  readonly defaultroute6: boolean;
  readonly usepeerdns: boolean;
  readonly noip: boolean;
  /** IPv6CP is on unless `noipv6` (measured: so in Debian's 2.4.9 too). */
  readonly ipv6: boolean;
  /** Hook scripts named in the peer: `ip-up-script` and its like, by option name. */
  readonly hookScripts: ReadonlyMap<string, Placed<string>>;
  /** All of `set NAME=value` that is in effect, by NAME (`PON_REDIAL`, …). */
  readonly settings: ReadonlyMap<string, Placed<string>>;
  /** Names of `unset`. */
  readonly unset: ReadonlySet<string>;
}
