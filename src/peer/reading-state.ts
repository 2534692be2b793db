import { ExitCode } from "../core/exit-codes.ts";
import type { SourcePosition } from "../core/source-position.ts";
import type {
  DeviceKind,
  PeerFinding,
  PeerOption,
  PeerReading,
  PeerRequest,
  PeerSourceKind,
  PppdVersion,
  ReadFile,
} from "./peer-reading.ts";

/** Where words come from, while they are read. */
export interface WordSource {
  readonly kind: PeerSourceKind;
  /** Undefined: the command line. */
  readonly file: string | undefined;
  /** Read with root's authority. */
  readonly privileged: boolean;
  /** OPRIO_CFGFILE or OPRIO_CMDLINE (pppd/pppd.h). */
  readonly priority: 1 | 2;
  /** Its bytes are not text. */
  readonly binary: boolean;
}

/** An option as it is entered: whether it is in effect changes with what follows. */
export type EnteredOption = { -readonly [K in keyof PeerOption]: PeerOption[K] };

/** The value in effect of an option or group: its index in `options`, and its priority. */
export interface CurrentValue {
  readonly index: number;
  readonly priority: number;
}

/** What is known while the files of one call are read: the result so far, and what pppd would remember beside it. */
export interface ReadingState {
  readonly request: PeerRequest;
  readonly version: PppdVersion;
  readonly peersDir: string;
  /** The request's, asked once for each path, as `read`. */
  readonly deviceKind: DeviceKind;
  readonly read: ReadFile;
  readonly options: EnteredOption[];
  readonly findings: PeerFinding[];
  readonly files: string[];
  /** Those that are being read, the outermost first. */
  readonly openFiles: string[];
  /** Names of the options given so far, also of those that lost. */
  readonly given: Set<string>;
  /** By option name or group. */
  readonly current: Map<string, CurrentValue>;
  /** Names of the plugins loaded (`namePlugin`). */
  readonly plugins: Set<string>;
  /** One of them has options that we do not know. */
  foreignPlugin: boolean;
  channel: "tty" | "plugin";
  /** Index in `options` up to which \`-all\` has looked. */
  lastAll: number;
  /** The caller is root, or a member of a group that `privgroup` names. */
  trusted: boolean;
  /** How many, with those that were not worth a finding. */
  errors: number;
  /** The device was chosen: options.TTY is being read. */
  deviceFixed: boolean;
  device: PeerReading["device"];
  speed: PeerReading["speed"];
}

/** Thrown by `report` and caught by `readPeer`: as pppd, the reader stops at the first error. */
export class StopReading extends Error {}

/** Thrown instead where errors are collected (`PeerRequest.onError`): the next word is read. */
export class SkipWord extends StopReading {}

/** More errors than this in one reading are not of a file that a person wrote. */
const mostErrors = 100;

/** The state before the first file. */
export function startReading(request: PeerRequest, peersDir: string): ReadingState {
  return {
    request,
    version: request.version ?? "2.4.9",
    peersDir,
    deviceKind: askOnce(request.deviceKind),
    read: askOnce(request.read),
    options: [],
    findings: [],
    files: [],
    openFiles: [],
    given: new Set(),
    current: new Map(),
    plugins: new Set(),
    foreignPlugin: false,
    channel: "tty",
    lastAll: 0,
    errors: 0,
    trusted: request.root ?? true,
    deviceFixed: false,
    device: undefined,
    speed: undefined,
  };
}

/** The same answer for the same path: one state of the world for one reading, however often a file names it. */
function askOnce<T>(ask: (path: string) => T): (path: string) => T {
  const answers = new Map<string, T>();
  return (path) => {
    let answer = answers.get(path);
    if (answer === undefined) {
      answer = ask(path);
      answers.set(path, answer);
    }
    return answer;
  };
}

/** Add a finding, status 2 unless it says otherwise. Throws after an error: StopReading, or SkipWord. */
export function report(
  state: ReadingState,
  finding: Omit<PeerFinding, "exitCode"> & { readonly exitCode?: number },
): void {
  const { exitCode = ExitCode.options } = finding;
  const isError = finding.severity === "error";
  if (!(isError && followsFromLast(state, finding))) state.findings.push({ ...finding, exitCode });
  if (!isError) return;
  const goesOn = state.request.onError === "go-on" && finding.code !== "peer.binary";
  throw goesOn && ++state.errors < mostErrors ? new SkipWord() : new StopReading();
}

/** After one unknown word its line's other unknown words are those of the same mistake: `connect chat -v -f FILE`. */
function followsFromLast(state: ReadingState, { code, position }: Omit<PeerFinding, "exitCode">): boolean {
  if (code !== "peer.unknown-option") return false;
  const last = state.findings.findLast(({ severity }) => severity === "error")?.position;
  return last !== undefined && last.file === position.file && last.line === position.line;
}

/**
 * Refuse in /etc/ppp/options.TTY, and in files that it names, what would change the device for which it was chosen
 * (`devnam_fixed` in pppd/tty.c).
 */
export function refuseInTtyOptions(
  state: ReadingState,
  what: string,
  position: SourcePosition,
  source: WordSource,
): void {
  if (!state.deviceFixed) return;
  report(state, {
    code: "peer.device-fixed",
    severity: "error",
    position,
    message: `${what} cannot be changed in an options file of the device`,
    hint: "remove it there, or write it into the peer file",
    pppd: `the ${what} may not be changed in ${source.file}`,
  });
}
