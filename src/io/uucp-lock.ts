import { linkSync, readdirSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { LineLock, ProcessInfo } from "../app/deps.ts";
import { PppctlError } from "../core/errors.ts";
import { ExitCode } from "../core/exit-codes.ts";
import { describeHolders, readProcess } from "./process-table.ts";

/** Where UUCP locks are (FHS 5.9; pppd's LOCK_DIR; 2.5.0 alone had another). */
export const defaultLockDirectory = "/var/lock";

/** `/dev/serial/by-id/x` is `LCK..serial_by-id_x`, as pppd names it (pppd/utils.c lock()). */
export function uucpLockName(device: string): string {
  const dev = device.indexOf("dev/");
  return `LCK..${(dev < 0 ? device.replace(/^\/+/, "") : device.slice(dev + 4)).replaceAll("/", "_")}`;
}

/** Where the names of devices are that do not move: udev's links, and those that users make. */
const linkFolders = ["serial/by-id", "serial/by-path", "."];

/**
 * Every name of a device: as given, its real one, and the links to it. Whoever uses one of them has locked that one alone.
 *
 * @param nodes /dev
 */
function namesOf(device: string, nodes: string): ReadonlySet<string> {
  const real = realpathOr(device);
  const links = linkFolders.flatMap((folder) => {
    try {
      const entries = readdirSync(join(nodes, folder), { withFileTypes: true });
      return entries.filter((entry) => entry.isSymbolicLink()).map(({ name }) => join(nodes, folder, name));
    } catch {
      return [];
    }
  });
  return new Set([device, real, ...links.filter((link) => realpathOr(link) === real)]);
}

/**
 * Take the UUCP lock of `device` as pppd does: a file of 11 bytes with the holder's
 * pid. It appears with its content in one step, a stale one is removed. The device is locked under the name that
 * pppd will be told, because pppd removes that one; a live lock of any other of its names (its real one, links in /dev) counts.
 *
 * @throws PppctlError port.locked (who holds it) or port.lock-failed, exit status 6.
 */
export function lockLine(device: string, directory = defaultLockDirectory, nodes = "/dev"): LineLock {
  const path = join(directory, uucpLockName(device));
  let holder = process.pid;
  const temporary = join(directory, `.pppctl-lock.${process.pid}`);
  try {
    writeFileSync(temporary, lockText(holder), { mode: 0o644 });
    for (;;) {
      try {
        linkSync(temporary, path);
        break;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
        refuseLiveLock(device, path);
      }
    }
  } catch (error) {
    if (error instanceof PppctlError) throw error;
    throw new PppctlError({
      code: "port.lock-failed",
      message: `${device}: the lock file ${path} cannot be written: ${reasonOf(error)}`,
      exitCode: ExitCode.locked,
      hint: `make room in ${directory}, or run as root`,
      cause: error,
    });
  } finally {
    rmSync(temporary, { force: true });
  }

  const holds = (): boolean => readHolder(path) === holder;
  try {
    // Ours is there before we look: of two that take the line by different names at once none misses the other.
    for (const name of namesOf(device, nodes)) {
      const other = join(directory, uucpLockName(name));
      if (other !== path) refuseLiveLock(device, other);
    }
  } catch (error) {
    if (holds()) rmSync(path, { force: true });
    throw error;
  }
  return {
    handTo: (pid) => {
      writeFileSync(temporary, lockText(pid), { mode: 0o644 });
      renameSync(temporary, path);
      holder = pid;
    },
    release: () => {
      if (holds()) rmSync(path, { force: true });
    },
  };
}

/** The living process that holds the lock of `device`, under any of its names. */
export function findLockHolder(
  device: string,
  directory = defaultLockDirectory,
  nodes = "/dev",
): ProcessInfo | undefined {
  for (const name of namesOf(device, nodes)) {
    const pid = readHolder(join(directory, uucpLockName(name)));
    const holder = typeof pid === "number" ? readProcess(pid) : undefined;
    if (holder !== undefined) return holder;
  }
  return undefined;
}

/** Returns when there is no lock (any more); removes a stale one. */
function refuseLiveLock(device: string, path: string): void {
  const pid = readHolder(path);
  if (pid === undefined) return;
  const holder = pid === "unreadable" ? undefined : readProcess(pid);
  if (pid !== "unreadable" && holder === undefined) {
    rmSync(path, { force: true });
    return;
  }
  const users = describeHolders(realpathOr(device));
  throw new PppctlError({
    code: "port.locked",
    message:
      holder === undefined
        ? `${device} is locked by ${path}, which names no process`
        : `${device} is locked by ${holder.name} (pid ${holder.pid})`,
    exitCode: ExitCode.locked,
    hint:
      holder !== undefined
        ? "end that program, or wait until it gives the line back"
        : users === ""
          ? `remove ${path} when you are sure that nobody uses the line`
          : `the line is open in ${users}`,
  });
}

/** The pid in a lock file, `unreadable` when it has none (pppd treats that as locked), undefined without a file. */
function readHolder(path: string): number | "unreadable" | undefined {
  try {
    const bytes = readFileSync(path);
    // Some programs write the pid in binary, 4 bytes in host order (Taylor UUCP, HAVE_BINARY_LOCK).
    const pid = bytes.length === 4 ? bytes.readInt32LE() : Number.parseInt(bytes.toString("latin1"), 10);
    return Number.isInteger(pid) && pid > 0 ? pid : "unreadable";
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT" ? undefined : "unreadable";
  }
}

function lockText(pid: number): string {
  return `${String(pid).padStart(10)}\n`;
}

function realpathOr(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function reasonOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code === "ENOSPC"
    ? "no space left"
    : error instanceof Error
      ? error.message.replace(/^[A-Z]+: /, "").replace(/,.*$/, "")
      : String(error);
}
