import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { CallLogFile, LogLineDeps } from "../app/show-log-lines.ts";
import { PppctlError } from "../core/errors.ts";
import { ExitCode } from "../core/exit-codes.ts";
import { callLogName, logTimesName } from "./call-log.ts";
import { followFile } from "./follow-file.ts";
import { createLogDeps } from "./log-deps.ts";
import { formatLogTimeForPeople, parseLogStamp, parseSince } from "./log-time.ts";
import { runDirectoryFor } from "./peer-store.ts";
import { defaultRunDirectory, recordDirectory } from "./record-store.ts";

/** The world as `showLogLines` sees it. */
export function createLogLineDeps(): LogLineDeps {
  const now = (): number => Date.now();
  // `plog PEER | head` has gone: what is left is for nobody.
  process.stdout.on("error", () => undefined);
  return {
    ...createLogDeps(),
    readCallLog,
    follow: followUntilSignal,
    now,
    parseStamp: (stamp) => parseLogStamp(stamp, now()),
    parseSince: (text) => parseSince(text, now()),
    formatTime: formatLogTimeForPeople,
    formatIsoTime: (at) => new Date(at).toISOString(),
  };
}

/** Root's call, or one of our own: the later one. */
function readCallLog(peer: string): CallLogFile | undefined {
  const places = new Set([runDirectoryFor(process.getuid?.() ?? 0, process.env), defaultRunDirectory]);
  let denied: string | undefined;
  const logs = [...places].flatMap((place): CallLogFile[] => {
    const directory = recordDirectory(peer, place);
    const path = join(directory, callLogName);
    try {
      const changedAt = statSync(path).mtimeMs;
      return [{ path, text: readFileSync(path, "latin1"), times: readTimes(directory), changedAt }];
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EACCES") denied = path;
      return [];
    }
  });
  const last = logs.sort((a, b) => a.changedAt - b.changedAt).at(-1);
  if (last !== undefined || denied === undefined) return last;
  throw new PppctlError({
    code: "log.denied",
    message: `${denied} may not be read`,
    exitCode: ExitCode.fatal,
    hint: "run it as root: what the two ends say to each other is not for everybody",
  });
}

function readTimes(directory: string): string {
  try {
    return readFileSync(join(directory, logTimesName), "latin1");
  } catch {
    return "";
  }
}

/** Ctrl-C is how one ends it, and so is a reader that has gone. */
function followUntilSignal(path: string, from: number, onLine: (line: string) => void): Promise<void> {
  const followed = followFile(path, from, onLine);
  return new Promise((resolve) => {
    const end = (): void => {
      followed.stop();
      resolve();
    };
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, end);
    process.stdout.once("error", end);
  });
}
