import { chmodSync, existsSync, linkSync, readdirSync, renameSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ClaimedFile, PeerStore, ProcessInfo, Stores } from "../app/deps.ts";
import { callLogName, formatLogLine, formatLogTime, logTimesName, makeAppender, trimCallLog } from "./call-log.ts";
import { readProcess } from "./process-table.ts";
import {
  defaultRunDirectory,
  listRecordedPeers,
  makeRecordDirectory,
  readTextFile,
  recordDirectory,
  writeFileAtomically,
} from "./record-store.ts";

/**
 * /run/pppctl for root; for others a directory of their own, which nobody else can have
 * prepared: $XDG_RUNTIME_DIR, or one below /tmp that is refused unless it is theirs alone.
 */
export function runDirectoryFor(uid: number, env: NodeJS.ProcessEnv): string {
  if (uid === 0) return defaultRunDirectory;
  const runtime = env["XDG_RUNTIME_DIR"];
  return runtime?.startsWith("/") ? join(runtime, "pppctl") : `/tmp/pppctl-${uid}`;
}

/** The stores of all peers below `runDirectory`. */
export function peerStores(runDirectory = defaultRunDirectory): Stores {
  return {
    of: (peer) => peerStore(recordDirectory(peer, runDirectory)),
    peers: () => listRecordedPeers(runDirectory),
  };
}

function peerStore(directory: string): PeerStore {
  const logFile = join(directory, callLogName);
  const log = makeAppender(logFile, { create: true });
  const times = makeAppender(join(directory, logTimesName), { create: true });
  const lockFile = join(directory, "dialing");
  const dialer = (): ProcessInfo | undefined => parseHolder(readTextFile(lockFile));
  return {
    directory,
    logFile,
    read: (name) => readTextFile(join(directory, name)),
    write: (name, text, access) => {
      makeRecordDirectory(directory);
      writeFileAtomically(join(directory, name), text, access === "private" ? 0o600 : 0o644);
    },
    remove: (name) => rmSync(join(directory, name), { force: true }),
    claim: (name) => claimFile(directory, name, name),
    orphans: () => {
      const names = listDirectory(directory).filter((name) => isOrphan(name));
      return names.flatMap((name) => claimFile(directory, name, claimed.exec(name)?.[3] ?? name) ?? []);
    },
    hasLog: () => existsSync(logFile),
    startLog: () => {
      makeRecordDirectory(directory);
      // pppd's debug output may name users: for root and the group only, as /var/log is.
      writeFileSync(logFile, "", { mode: 0o640 });
      if (existsSync(join(directory, logTimesName))) truncateSync(join(directory, logTimesName));
    },
    appendLog: (program, text) => log(formatLogLine(new Date(), program, text)),
    stampLog: (bytes) => times(formatLogTime(bytes, Date.now(), "seen")),
    trimLog: () => trimCallLog(directory),
    dialer,
    lockDialing: () => lockDialing(directory, lockFile, dialer),
  };
}

/** `claimed-PID-STARTTIME-NAME`: whose it is, and what it was. */
const claimed = /^claimed-(\d+)-(\d+)-(.+)$/;

/** rename(2) gives a name to one process, and never to two. */
function claimFile(directory: string, name: string, original: string): ClaimedFile | undefined {
  const startTime = readProcess(process.pid)?.startTime ?? 0;
  const path = join(directory, `claimed-${process.pid}-${startTime}-${original}`);
  try {
    renameSync(join(directory, name), path);
  } catch {
    return undefined;
  }
  return {
    text: readTextFile(path) ?? "",
    done: () => rmSync(path, { force: true }),
    putBack: () => {
      try {
        linkSync(path, join(directory, original));
      } catch {
        // There is a newer one: this one is of the past.
      }
      rmSync(path, { force: true });
    },
  };
}

function isOrphan(name: string): boolean {
  const [, pid, startTime] = claimed.exec(name) ?? [];
  return pid !== undefined && readProcess(Number(pid))?.startTime !== Number(startTime);
}

function listDirectory(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

/** A file that appears with its content (link(2)), so that nobody reads it half written. */
function lockDialing(
  directory: string,
  lockFile: string,
  dialer: () => ProcessInfo | undefined,
): { release: () => void } | undefined {
  makeRecordDirectory(directory);
  const me = readProcess(process.pid);
  const text = `${process.pid} ${me?.startTime ?? 0}\n`;
  const temporary = `${lockFile}.${process.pid}`;
  try {
    writeFileSync(temporary, text, { mode: 0o644 });
    // Whatever the umask is: others see who dials.
    chmodSync(temporary, 0o644);
    for (;;) {
      try {
        linkSync(temporary, lockFile);
        break;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
        if (dialer() !== undefined) return undefined;
        rmSync(lockFile, { force: true });
      }
    }
  } finally {
    rmSync(temporary, { force: true });
  }
  return {
    release: () => {
      if (readTextFile(lockFile) === text) rmSync(lockFile, { force: true });
    },
  };
}

/** `PID STARTTIME`: the process, when it still is the same one. */
function parseHolder(text: string | undefined): ProcessInfo | undefined {
  const [pid, startTime] = (text ?? "").trim().split(" ").map(Number);
  if (pid === undefined || !(pid > 0)) return undefined;
  const process = readProcess(pid);
  return process?.startTime === startTime ? process : undefined;
}
