import {
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { HistoryStore } from "../app/deps.ts";
import { formatHistoryEntry, type HistoryEntry, parseHistory } from "../link/history-entry.ts";
import { mergeByEnd } from "../link/past-call.ts";
import { readTextFile } from "./record-store.ts";

/** Where root's history is; it outlives a reboot. */
export const defaultStateDirectory = "/var/lib/pppctl";

/**
 * Bytes. A call is some 500: a file holds 4000 calls, all of them ten years of four a day. What limits count (a month) stays while there
 * is no more than `most`: that is a device that is missing, tried every 30 s.
 */
const sizes = { file: 2 * 1024 * 1024, total: 8 * 1024 * 1024, most: 48 * 1024 * 1024, tail: 64 * 1024 } as const;

type Sizes = { readonly [Name in keyof typeof sizes]: number };

/** No limit looks further back: a calendar month. */
const monthMs = 32 * 86_400_000;

const current = "history.jsonl";
/** `history-TIME-PID.jsonl`: a file that is full. TIME: when its last call ended, milliseconds since 1970. PID makes it unique. */
const full = /^history-(\d+)-\d+\.jsonl$/;

/** /var/lib/pppctl for root; others have one of their own ($XDG_STATE_HOME), and read root's too. */
export function stateDirectoriesFor(uid: number, env: NodeJS.ProcessEnv): { own: string; all: readonly string[] } {
  if (uid === 0) return { own: defaultStateDirectory, all: [defaultStateDirectory] };
  const state = env["XDG_STATE_HOME"];
  const own = join(state?.startsWith("/") ? state : join(homedir(), ".local/state"), "pppctl");
  return { own, all: [defaultStateDirectory, own] };
}

/**
 * The history. Every line is one write(2) with O_APPEND, which the kernel does whole before the next, so that two processes
 * never mix lines. A full file is only renamed, to a name that no other has, so that what a process writes that has it open
 * is in the history still. No lock is needed, and none can be left behind.
 *
 * @param directories `own` is written, `all` are read
 */
export function historyStore(
  directories: { readonly own: string; readonly all: readonly string[] },
  limits: Sizes = sizes,
): HistoryStore {
  const collect = (read: (directory: string) => readonly HistoryEntry[]): HistoryEntry[] => {
    const entries = directories.all.map(read).reduce(mergeByEnd, []);
    return [...new Map(entries.map((entry) => [entry.id, entry])).values()];
  };
  return {
    path: join(directories.own, current),
    append: (entry) => append(directories.own, entry, limits),
    read: (since = 0) =>
      collect((directory) => {
        // The current one first: when it gets full meanwhile it is among the others, and read twice.
        const newest = readTextFile(join(directory, current)) ?? "";
        const older = listFull(directory).filter(({ time }) => time >= since);
        const texts = [...older.map(({ name }) => readTextFile(join(directory, name)) ?? ""), newest];
        return texts.flatMap(parseHistory).filter(isSince(since));
      }),
    readNewest: () =>
      collect((directory) => {
        const newest = readEnd(join(directory, current), limits.tail);
        const older = listFull(directory).slice(-1);
        const texts = [...older.map(({ name }) => readEnd(join(directory, name), limits.tail)), newest];
        return texts.flatMap(parseHistory);
      }),
  };
}

/** It ended then or later, or after one that did, by a clock that was behind. */
function isSince(since: number): (entry: HistoryEntry) => boolean {
  let latest = -Infinity;
  return ({ endedAt }) => {
    latest = Math.max(latest, endedAt);
    return latest >= since;
  };
}

function append(directory: string, entry: HistoryEntry, limits: Sizes): void {
  if (mkdirSync(directory, { recursive: true, mode: 0o755 }) !== undefined) chmodSync(directory, 0o755);
  const path = join(directory, current);
  const fd = openSync(path, constants.O_RDWR | constants.O_APPEND | constants.O_CREAT, 0o644);
  try {
    const { size, mode, ino } = fstatSync(fd);
    // pppd runs its scripts with umask 077.
    if ((mode & 0o777) !== 0o644) fchmodSync(fd, 0o644);
    const last = Buffer.alloc(1);
    // A line that a full disk cut off is ended, so that it takes no other with it (one that is just being written too:
    // an empty line is no entry).
    const cut = size > 0 && readSync(fd, last, 0, 1, size - 1) === 1 && last[0] !== 0x0a;
    const line = Buffer.from(`${cut ? "\n" : ""}${formatHistoryEntry(entry)}`);
    if (writeSync(fd, line) < line.length) throw new Error("ENOSPC: no space left on device, write");
    // Who enters a call removes its record next: the line must outlive the machine's crash, too.
    fsyncSync(fd);
    if (size + line.length >= limits.file) rotate(directory, ino, entry.endedAt, limits);
  } finally {
    closeSync(fd);
  }
}

/** Another process may do so at the same time: one of them moves the file, and a file that was begun meanwhile is left. */
function rotate(directory: string, ino: number, time: number, limits: Sizes): void {
  const path = join(directory, current);
  if (statSync(path, { throwIfNoEntry: false })?.ino !== ino) return;
  try {
    renameSync(path, join(directory, `history-${Math.floor(time)}-${process.pid}.jsonl`));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  prune(directory, time, limits);
}

/** Remove the oldest files until the rest is no more than `total`, or of the last month and no more than `most`. */
function prune(directory: string, now: number, { total, most }: Sizes): void {
  let sum = 0;
  for (const { name, time } of listFull(directory).reverse()) {
    sum += statSync(join(directory, name), { throwIfNoEntry: false })?.size ?? 0;
    if (sum > (time > now - monthMs ? most : total)) rmSync(join(directory, name), { force: true });
  }
}

/** The files that are full, oldest first. */
function listFull(directory: string): { readonly name: string; readonly time: number }[] {
  let names: string[];
  try {
    names = readdirSync(directory);
  } catch {
    return [];
  }
  return names
    .flatMap((name) => {
      const time = full.exec(name)?.[1];
      return time === undefined ? [] : [{ name, time: Number(time) }];
    })
    .sort((a, b) => a.time - b.time);
}

/** The last bytes of a file, without a line that they only hold a part of. */
function readEnd(path: string, length: number): string {
  let fd: number;
  try {
    fd = openSync(path, "r");
  } catch {
    return "";
  }
  try {
    const { size } = fstatSync(fd);
    const bytes = Buffer.alloc(Math.min(size, length));
    const count = readSync(fd, bytes, 0, bytes.length, size - bytes.length);
    const text = bytes.toString("utf8", 0, count);
    return size > length ? text.slice(text.indexOf("\n") + 1) : text;
  } finally {
    closeSync(fd);
  }
}
