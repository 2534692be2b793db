import type { PeerName } from "../core/peer-name.ts";
import type { SourcePosition } from "../core/source-position.ts";
import type { Finding } from "./finding.ts";

/** What the injected reader says of one file. It never throws. */
export type FileRead =
  | { readonly kind: "file"; readonly bytes: Uint8Array }
  | {
      readonly kind: "missing" | "denied" | "directory" | "not-a-file" | "too-large";
      readonly detail?: string;
    };

/** Synchronous by design: pppd reads its files one inside the other, in order. */
export type ReadFile = (path: string) => FileRead;

/** What stands at a path below /dev; symbolic links followed. */
export type DeviceKind = (path: string) => "char-device" | "other" | "missing";

/** Releases of pppd whose options we know; others are read as the nearest older one. */
export type PppdVersion = "2.4.9" | "2.5.0" | "2.5.1" | "2.5.2" | "2.5.3";

/** Where a word came from, in the order in which pppd reads them. */
export type PeerSourceKind =
  | "options-file"
  | "ppprc"
  | "peer"
  | "file"
  | "command-line"
  | "tty-options"
  /** The file of `+ua`: a user's name. */
  | "login-file";

/**
 * One option as read. `kind` other than `option` are pppd's wild words (o_wild in
 * pppd/options.c): a device, a speed, `LOCAL:REMOTE`, or the device word of a
 * channel plugin (an interface of pppoe, VPI.VCI of pppoatm).
 */
export interface PeerOption {
  readonly kind: "option" | "device" | "speed" | "addresses" | "channel";
  /** pppd's main name (aliases resolved, `-crtscts` is `nocrtscts`); for wild words the `kind`. */
  readonly name: string;
  /** As written in the file. */
  readonly word: string;
  /** Values, quotes and escapes undone, one character a byte (Latin-1). Wild words have themselves here, a device its full path. */
  readonly args: readonly string[];
  /** Of the option's word. */
  readonly position: SourcePosition;
  /** Of each of `args`. */
  readonly argPositions: readonly SourcePosition[];
  readonly source: PeerSourceKind;
  /** Read with root's authority: /etc/ppp/options, a `call` file, a command line of root's. */
  readonly privileged: boolean;
  /** OPRIO_CFGFILE (/etc/ppp/options and its like) or OPRIO_CMDLINE (pppd/pppd.h): a lower one does not replace a higher one. */
  readonly priority: 1 | 2;
  /** False when another value won. */
  readonly effective: boolean;
  /** The value that this one replaced, if any. */
  readonly overrides?: SourcePosition;
}

/** Something that the reader has to say about a file. */
export interface PeerFinding extends Finding {
  /** Exit status: 2 for a mistake in a file, 1 for a peer that is missing or cannot be read. */
  readonly exitCode: number;
  /** The lines that Debian's pon prints instead (contract of pon), if it has some. */
  readonly lines?: readonly string[];
}

/** Everything that pppd would read for one call. */
export interface PeerReading {
  /** The peer, or undefined for a file that is not below the peers directory. */
  readonly peer: PeerName | undefined;
  /** The path of the peer's own file. */
  readonly path: string;
  readonly version: PppdVersion;
  /** All options in the order read, also those that lost. */
  readonly options: readonly PeerOption[];
  /** Every file read, in order. */
  readonly files: readonly string[];
  /** The device word's full path (`/dev/…`) that is in effect, also when it is not there today. */
  readonly device?: { readonly path: string; readonly position: SourcePosition; readonly missing: boolean };
  /** Bits per second, 0 or absent: leave the port's speed as it is. */
  readonly speed?: { readonly value: number; readonly position: SourcePosition };
  /** `plugin`: a plugin (pppoe, pppoatm, pppol2tp) took the place of the serial line. */
  readonly channel: "tty" | "plugin";
  /** In the order met. As pppd, the reader stops at the first error, unless `onError` says otherwise; a missing device does not stop it. */
  readonly findings: readonly PeerFinding[];
}

/** What to read. */
export interface PeerRequest {
  /** A peer by name (`call NAME`), or any file (`pppctl show ./FILE`, read with the privilege of a peer file). */
  readonly name: PeerName | { readonly file: string };
  /** Words after the peer on the command line, as they are. */
  readonly extraWords?: readonly string[];
  readonly read: ReadFile;
  readonly deviceKind: DeviceKind;
  /** Default `2.4.9`. */
  readonly version?: PppdVersion;
  /** The caller is root (command-line words are privileged). Default true. */
  readonly root?: boolean;
  /** Default `/etc/ppp`. */
  readonly etcPpp?: string;
  /** Default `<etcPpp>/peers`. */
  readonly peersDir?: string;
  /** The caller's home, for `~/.ppprc`. Absent: not read. */
  readonly home?: string | undefined;
  /** Is the caller in this group? `no-group`: nobody is. Absent: the caller is in none that counts. */
  readonly membership?: (group: string) => "member" | "other" | "no-group";
  /** Is there such a network interface? Absent: a word that looks like one is taken for one (pppoe). */
  readonly interfaceExists?: (name: string) => boolean;
  /** Can pppd load this plugin (the `plugin` word as it is)? Absent: it can. */
  readonly pluginExists?: (word: string) => boolean;
  /** `stop` (default): at the first error, as pppd. `go-on`: leave the word out, and find the next. */
  readonly onError?: "stop" | "go-on";
  /** pppd's stdin would be a terminal. Absent: not known, and a peer without a device is only warned of. */
  readonly stdinIsTty?: boolean;
}
