import { linkSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from "node:fs";
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

/**
 * Take the UUCP lock of `device` as pppd does: a file of 11 bytes with the holder's
 * pid. It appears with its content in one step, a stale one is removed. A device
 * that is a link is checked under its real name too, but locked under the name that
 * pppd will be told, because pppd removes that one.
 *
 * @throws PppctlError port.locked (who holds it) or port.lock-failed, exit status 6.
 */
export function lockLine(device: string, directory = defaultLockDirectory): LineLock {
  const path = join(directory, uucpLockName(device));
  const realPath = join(directory, uucpLockName(realpathOr(device)));
  if (realPath !== path) refuseLiveLock(device, realPath);

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

/** The living process that holds the lock of `device`, under this name or its real one. */
export function findLockHolder(device: string, directory = defaultLockDirectory): ProcessInfo | undefined {
  for (const name of new Set([device, realpathOr(device)])) {
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
      ? error.message.replace(/,.*$/, "")
      : String(error);
}
