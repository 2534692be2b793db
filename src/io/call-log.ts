import { closeSync, constants, copyFileSync, openSync, rmSync, statSync, truncateSync, writeSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { escapeControls } from "../peer/finding.ts";

/** pppd's log of a call, into which everybody who takes part appends; docs/architecture.md, The log of a call. */
export const callLogName = "pppd.log";

/** Beside it, for pppd puts no times before its lines: `BYTES MILLISECONDS KIND`, the log's first BYTES were there by then. */
export const logTimesName = "pppd.log.times";

/** `seen`: the last of these bytes has just come (a reader that follows the log); `by`: it may have come long before. */
export type LogTimeKind = "seen" | "by";

/** The local time with its offset, as rsyslog writes it: `2026-11-20T22:00:00.123+01:00`. */
export function logStamp(at: Date): string {
  const two = (value: number): string => String(Math.floor(Math.abs(value))).padStart(2, "0");
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  const time = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
  const offset = -at.getTimezoneOffset();
  const millis = String(at.getMilliseconds()).padStart(3, "0");
  return `${day}T${time}.${millis}${offset < 0 ? "-" : "+"}${two(offset / 60)}:${two(offset % 60)}`;
}

/** One of our own lines, as syslog has it. Controls are shown, so that a line stays one. */
export function formatLogLine(at: Date, program: string, text: string): string {
  return `${logStamp(at)} ${hostname()} ${program}[${process.pid}]: ${escapeControls(text)}\n`;
}

/** A file that is appended to, opened at the first word. Throws as open(2) and write(2) do. */
export function makeAppender(path: string, { create }: { readonly create: boolean }): (text: string) => void {
  let descriptor: number | undefined;
  return (text) => {
    // Kept open: a dialogue is many lines, and what stands between CONNECT and pppd must be quick.
    const flags = constants.O_WRONLY | constants.O_APPEND | (create ? constants.O_CREAT : 0);
    descriptor ??= openSync(path, flags, 0o640);
    writeSync(descriptor, text);
  };
}

/** For a process that says a few things and goes: the log of a call that pon has begun; one that is not there is not made. */
export function openCallLog(directory: string): { readonly say: (text: string) => void } | undefined {
  const path = join(directory, callLogName);
  let log: number;
  try {
    log = openSync(path, constants.O_WRONLY | constants.O_APPEND);
    closeSync(log);
  } catch {
    return undefined;
  }
  const attempt = (write: () => void): void => {
    try {
      write();
    } catch {
      // A full disk loses the line, not the call.
    }
  };
  const times = makeAppender(join(directory, logTimesName), { create: true });
  attempt(() => times(formatLogTime(statSync(path).size, Date.now(), "by")));
  const append = makeAppender(path, { create: false });
  return { say: (text) => attempt(() => append(formatLogLine(new Date(), "pppctl", text))) };
}

export function formatLogTime(bytes: number, at: number, kind: LogTimeKind): string {
  return `${bytes} ${Math.round(at)} ${kind}\n`;
}

/** A link that redials for months fills no /run: what is too much of a log goes to one older file, which it replaces. */
const mostBytes = 1_000_000;

/**
 * Between two calls of a pppd that keeps its log open: it appends, so that the file can be emptied under it. Throws as
 * copy_file_range(2) and truncate(2) do.
 */
export function trimCallLog(directory: string): boolean {
  const path = join(directory, callLogName);
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) <= mostBytes) return false;
  copyFileSync(path, `${path}.old`);
  truncateSync(path);
  rmSync(join(directory, logTimesName), { force: true });
  return true;
}
