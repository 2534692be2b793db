import { checkConsistency } from "./check-consistency.ts";
import type { PeerReading, PeerRequest } from "./peer-reading.ts";
import { readCommandLine, readFileBytes, readOptionalFile } from "./read-source.ts";
import { type ReadingState, report, StopReading, startReading } from "./reading-state.ts";
import { describeUnreadablePeer } from "./unreadable-file.ts";

/**
 * Read everything that `pppd call PEER WORDS…` would read: /etc/ppp/options, ~/.ppprc, the peer with its `call`s and
 * `file`s, the words, options.TTY. Bad input gives findings, never an exception.
 */
export function readPeer(request: PeerRequest): PeerReading {
  const etcPpp = request.etcPpp ?? "/etc/ppp";
  const state = startReading(request, request.peersDir ?? `${etcPpp}/peers`);
  const path = typeof request.name === "string" ? `${state.peersDir}/${request.name}` : request.name.file;
  try {
    readEverything(state, path, etcPpp);
  } catch (stop) {
    if (!(stop instanceof StopReading)) throw stop;
  }
  const { version, options, files, channel, device, speed, findings } = state;
  return {
    peer: typeof request.name === "string" ? request.name : undefined,
    path,
    version,
    options,
    files,
    channel,
    ...(device === undefined ? {} : { device }),
    ...(speed === undefined ? {} : { speed }),
    findings,
  };
}

/** The files in the order of pppd's main() (pppd/main.c). */
function readEverything(state: ReadingState, path: string, etcPpp: string): void {
  const { name, home, root = true, extraWords = [], stdinIsTty } = state.request;
  const own = state.read(path);
  if (own.kind !== "file") {
    report(state, describeUnreadablePeer(own, path, state.peersDir, typeof name === "string"));
    return;
  }
  readOptionalFile(state, `${etcPpp}/options`, "options-file", true, !root);
  if (home !== undefined) readOptionalFile(state, `${home}/.ppprc`, "ppprc", state.trusted);
  readFileBytes(state, path, own.bytes, { kind: "peer", privileged: true, priority: 2 });
  readCommandLine(state, extraWords);
  readTtyOptions(state, etcPpp);
  const { options, channel, device } = state;
  // What lacks may stand in a word that was left out.
  if (state.errors > 0) return;
  for (const finding of checkConsistency(options, { path, channel, device, stdinIsTty, version: state.version }))
    report(state, finding);
}

/** /etc/ppp/options.TTY of the device in effect (pppd/options.c options_for_tty). */
function readTtyOptions(state: ReadingState, etcPpp: string): void {
  const { device, channel, options } = state;
  if (device === undefined || channel !== "tty") return;
  if (options.some((o) => o.effective && (o.name === "pty" || o.name === "notty" || o.name === "socket"))) return;
  // What follows /dev/, if it is there, with dots for slashes.
  const name = device.path.replace(/^.*?\/dev\//s, "").replaceAll("/", ".");
  state.deviceFixed = true;
  if (name !== "" && name !== "tty") readOptionalFile(state, `${etcPpp}/options.${name}`, "tty-options", true);
}
