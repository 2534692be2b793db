/**
 * What the use cases need of the world. `io/` implements these, `cli/compose.ts`
 * brings them together, tests bring their own.
 */
import type { Clock } from "../core/clock.ts";
import type { HookEvent } from "../hooks/hook-event.ts";
import type { BlockRecord } from "../link/block-record.ts";
import type { HistoryEntry } from "../link/history-entry.ts";
import type { ProcessMark } from "../link/link-record.ts";
import type { Probe } from "../link/probe.ts";
import type { DeviceKind, ReadFile } from "../peer/peer-reading.ts";
import type { PppdVersion } from "../pppd/pppd-version.ts";
import type { OneTimeSecrets } from "./chat-deps.ts";
import type { HostJournal, NameServers, Network, PppdHost, RouteTable, Xl2tpd } from "./host-deps.ts";

/** Modem control lines. A pty has none (ENOTTY), so this is an optional capability. */
export interface ModemLines {
  readonly get: () => Promise<{ readonly dcd: boolean; readonly dsr: boolean; readonly cts: boolean }>;
  readonly setDtr: (on: boolean) => Promise<void>;
}

/** An open line to a modem: a serial port by path, or the tty that pppd lets us inherit. */
export interface Transport {
  /** Path of the device, for messages. */
  readonly path: string;
  /**
   * At least 1 and at most `max` bytes as soon as there are any; an empty array
   * when the line is gone (hang-up, end of file). Never takes a byte beyond `max`
   * from the line. When `signal` is aborted it rejects with the signal's reason and
   * has consumed nothing.
   */
  readonly read: (max: number, signal?: AbortSignal) => Promise<Uint8Array>;
  /**
   * What is there now, at most `max` bytes, good until the next call; undefined when there is nothing, and when
   * only `read` can say why. Absent on lines that cannot tell at once.
   */
  readonly readNow?: ((max: number) => Uint8Array | undefined) | undefined;
  /** Resolves when the kernel has taken the bytes. Rejects as `read` does on abort. */
  readonly write: (bytes: Uint8Array, signal?: AbortSignal) => Promise<void>;
  /** A break, as tcsendbreak(3) with duration 0. Does nothing on a line without breaks. */
  readonly sendBreak: () => Promise<void>;
  /** Throw away what the kernel holds, both ways (tcflush(3)). Absent on lines that cannot. */
  readonly flush?: (() => Promise<void>) | undefined;
  /** Absent on a line without modem control lines. */
  readonly lines: ModemLines | undefined;
  /** Give the line back; idempotent. */
  readonly close: () => Promise<void>;
}

/** How to open a line. */
export interface LineSettings {
  /** Bits per second; undefined: keep the speed that the port has. */
  readonly speed: number | undefined;
  readonly flowControl: "rtscts" | "xonxoff" | "none";
}

export type OpenLine = (path: string, settings: LineSettings) => Promise<Transport>;

/** A process as /proc shows it. `startTime`: clock ticks since boot, which tells a reused pid. */
export interface ProcessInfo {
  readonly pid: number;
  readonly parent: number;
  readonly name: string;
  readonly argv: readonly string[];
  readonly startTime: number;
}

export interface ProcessTable {
  readonly list: () => readonly ProcessInfo[];
  readonly read: (pid: number) => ProcessInfo | undefined;
  /** A variable of the environment that a process was started with; undefined too where we may not read it. */
  readonly variable: (pid: number, name: string) => string | undefined;
  /** Has it this file (a real path) open? Undefined: we may not know. */
  readonly hasOpen: (pid: number, path: string) => boolean | undefined;
  readonly kill: (pid: number, signal: NodeJS.Signals) => boolean;
  /** Milliseconds since it started, by the kernel's clock. */
  readonly ageMs: (process: ProcessInfo) => number;
}

/** A UUCP lock that we hold. */
export interface LineLock {
  /** Make `pid` the holder, in one step: nobody can take the line in between. */
  readonly handTo: (pid: number) => void;
  /** Remove the lock unless it has become another's. */
  readonly release: () => void;
}

/** pppd's process. One that waits has read all its options but the last word, so that it is on the line at once. */
export interface PreparedPppd {
  readonly pid: number;
  /** Let it go on to the line. `local`: with the option `local` added (the modem shows no carrier). Once. */
  readonly start: (more: "local" | undefined) => void;
  /** It never opens the line; resolves when the process has gone. After `start` it only waits for its end. */
  readonly cancel: () => Promise<void>;
  /**
   * Of the process that we started: with `updetach` it ends when the link is up. One that waits may end by itself, by a
   * mistake in its options or by a signal.
   */
  readonly exited: Promise<{ readonly status: number | undefined; readonly signal: string | undefined }>;
  readonly kill: (signal: NodeJS.Signals) => void;
}

export interface PppdStart {
  /** pppd's arguments, without its own name. */
  readonly args: readonly string[];
  /** Additions to our environment. */
  readonly env: Readonly<Record<string, string>>;
  /** `inherit`: the user's terminal (nodetach); else appended to this file. */
  readonly output: "inherit" | { readonly file: string } | "ignore";
  /** Wait for `start` (the arguments of a direct call say so, pppd/build-pppd-argv.ts); else it goes on by itself. */
  readonly waits: boolean;
}

export type PreparePppd = (start: PppdStart) => Promise<PreparedPppd>;

export interface FollowedFile {
  /** Read now what has been written. */
  readonly drain: () => void;
  /** Read once more, then never again; idempotent. */
  readonly stop: () => void;
}

/** See io/follow-file.ts. */
export type FollowFile = (path: string, from: number, onLine: (line: string) => void) => FollowedFile;

/** The place of one peer's records, locks and logs below /run/pppctl. */
export interface PeerStore {
  readonly directory: string;
  /** pppd's log of the current call. */
  readonly logFile: string;
  /** Text of a small file there, or undefined. */
  readonly read: (name: string) => string | undefined;
  /** Written whole or not at all; throws when it cannot be. `private`: only its owner may read it. */
  readonly write: (name: string, text: string, access?: "private") => void;
  readonly remove: (name: string) => void;
  /**
   * Take a file away: of several processes one gets it. It is kept under a name of ours until it is `done`; when we die before,
   * somebody else finds it among the `orphans`. Undefined: it is not there, or may not be taken by us.
   */
  readonly claim: (name: string) => ClaimedFile | undefined;
  /** Take what processes that have died had claimed. */
  readonly orphans: () => readonly ClaimedFile[];
  /** A call of pon's has begun one. */
  readonly hasLog: () => boolean;
  /** Empty the log for a new call; throws when it cannot be written. */
  readonly startLog: () => void;
  /** One line of ours (`chat`, `pppctl`), with the time; throws when it cannot be written. */
  readonly appendLog: (program: "chat" | "pppctl" | "pppd", text: string) => void;
  /** The log's first `bytes` bytes are there now, and the last of them have just come. Throws as `appendLog`. */
  readonly stampLog: (bytes: number) => void;
  /** Between two calls of one pppd: keep the log within bounds; true when it has been emptied. Throws as `appendLog`. */
  readonly trimLog: () => boolean;
  /**
   * Become the only dialer of this peer. Undefined when a living process is: see `dialer`.
   * The lock of a dead process does not count.
   */
  readonly lockDialing: () => { readonly release: () => void } | undefined;
  /** The process that holds the dialing lock. */
  readonly dialer: () => ProcessInfo | undefined;
}

/** A file that is ours alone. */
export interface ClaimedFile {
  readonly text: string;
  readonly done: () => void;
  /** It should not have been taken: back to its name, unless there is a newer one. */
  readonly putBack: () => void;
}

export interface Stores {
  readonly of: (peer: string) => PeerStore;
  /** Peers that have a directory. */
  readonly peers: () => readonly string[];
}

/** Calls that have ended (io/history-store.ts). Readable by everybody; bounded in size, the oldest calls go first. */
export interface HistoryStore {
  /** The file that new lines go to, for messages. */
  readonly path: string;
  /** One line, whole or not at all; throws when it cannot be written. */
  readonly append: (entry: HistoryEntry) => void;
  /**
   * The calls that ended at or after `since` (milliseconds since 1970; default: all), and those after them, in the order in which they
   * ended: their times are in another where the clock was set.
   */
  readonly read: (since?: number) => readonly HistoryEntry[];
  /** At least the last hundred calls, in the same order, without reading the rest. */
  readonly readNewest: () => readonly HistoryEntry[];
}

/** Peers that are dialed no more until somebody says so (io/block-store.ts). */
export interface BlockStore {
  /** Their names. */
  readonly peers: () => readonly string[];
  readonly read: (peer: string) => BlockRecord | undefined;
  /** Throws when it cannot be written. */
  readonly write: (record: BlockRecord) => void;
  /** Throws when it cannot be removed; there need not be one. */
  readonly remove: (peer: string) => void;
}

/** A file under its path, or why not. The shape that the peer room reads with. */
export interface Files {
  readonly read: ReadFile;
  readonly deviceKind: DeviceKind;
  readonly readText: (path: string) => string | undefined;
  readonly size: (path: string) => number;
  /** Milliseconds since 1970; undefined: there is no such file. */
  readonly modifiedAt: (path: string) => number | undefined;
  readonly isExecutable: (path: string) => boolean;
  readonly realpath: (path: string) => string;
}

/**
 * Run a command of the user's, without a shell, in a clean environment with these variables; one character a byte. Undefined when
 * it has ended with status 0, else why not. It is killed, with all that it started, at its time limit and when `signal` is aborted.
 */
export type RunCommand = (
  argv: readonly string[],
  how: {
    readonly variables: Readonly<Record<string, string>>;
    readonly limitMs: number;
    readonly signal: AbortSignal;
  },
) => Promise<string | undefined>;

/** Everything that a use case may touch. */
export interface World {
  readonly clock: Clock;
  readonly root: boolean;
  /** The environment that we were started with, which chat's -E reads. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly files: Files;
  /** Absent: a script that wants one fails. */
  readonly secrets?: OneTimeSecrets;
  readonly processes: ProcessTable;
  /** Ourselves. */
  readonly self: ProcessMark;
  readonly stores: Stores;
  /** Records of others that we may read: root's, for who is not root. */
  readonly foreignStores: readonly Stores[];
  readonly history: HistoryStore;
  readonly blocks: BlockStore;
  /** Local time less UTC at that moment, milliseconds. */
  readonly localOffset: (wallTime: number) => number;
  /** Does the link pass this? `dns`: its name servers, where known. False after `timeoutMs`; never rejects. */
  readonly probe: (
    probe: Probe,
    link: { readonly iface: string; readonly dns: readonly string[]; readonly timeoutMs: number },
  ) => Promise<boolean>;
  /** From 0 to 1, for the jitter of pauses. */
  readonly random: () => number;
  readonly openLine: OpenLine;
  /** The tty that pppd gives its connect program. */
  readonly inheritedLine: () => Promise<Transport>;
  readonly lockLine: (device: string) => LineLock;
  readonly runCommand: RunCommand;
  readonly followFile: FollowFile;
  readonly pppd: {
    /** @throws PppctlError pppd.missing */
    readonly program: () => string;
    readonly version: () => Promise<PppdVersion>;
    /** The kernel has PPP, or may have it: only pppd itself can tell a caller who may not open /dev/ppp. */
    readonly kernelHasPpp: () => boolean;
    readonly prepare: PreparePppd;
  };
  readonly host: PppdHost;
  readonly network: Network;
  readonly xl2tpd: Xl2tpd;
  readonly routes: RouteTable;
  readonly journal: HostJournal;
  readonly nameServers: NameServers;
  /** Of all network interfaces, those that are down too. */
  readonly interfaceNames: () => readonly string[];
  /** What an interface has carried in its life; undefined: there is none. */
  readonly interfaceBytes: (name: string) => { readonly sent: number; readonly received: number } | undefined;
  /** Local addresses of network interfaces that are up, by name. */
  readonly interfaceAddresses: (name: string) => readonly string[];
  /**
   * Have a process of our own watch this peer's pppd (app/watch-calls.ts), which outlives us. Undefined when it runs, else why not.
   *
   * @param extraWords pon's, after the peer
   */
  readonly startWatcher: (peer: string, extraWords: readonly string[]) => Promise<string | undefined>;
  /** Absolute paths of our own programs. */
  readonly ownPrograms: {
    readonly pppctl: string;
    /** The hook shim of an event (`ip-up`), undefined when pppd would refuse it. */
    readonly hook: (event: string) => string | undefined;
  };
  /** Some script of /etc/ppp/EVENT.d would be run. */
  readonly hasHooks: (event: HookEvent) => boolean;
  /** Started by ifupdown (its variables are set): do not wait. */
  readonly startedByIfupdown: boolean;
}
