import { closeSync, fstatSync, constants as openFlags, openSync, readlinkSync } from "node:fs";
import { constants } from "node:os";
import type { Transport } from "../app/deps.ts";
import { PppctlError } from "../core/errors.ts";
import { ExitCode } from "../core/exit-codes.ts";
import { errno, libc } from "./libc.ts";
import { loadLinuxBindings, ttyLine } from "./tty-line.ts";

/** fcntl(2) commands and the flag, the same on every Linux. */
const F_GETFL = 3;
const F_SETFL = 4;
const O_NONBLOCK = 0o4000;
const O_ACCMODE = 3;

/**
 * The tty that pppd gives its connect program as standard input (and output). The poller makes an open file
 * non-blocking, and this one is shared with pppd and with the programs that it runs next: so the tty is opened
 * once more, for us alone. Where that is not allowed (pppd runs us as its caller) the flag is put back at `close`.
 *
 * @param leave whether standard input and output are somewhere else after `close` (`leaveTtys`)
 * @throws PppctlError dial.no-tty, exit status 2 as chat(8)'s.
 */
export async function inheritedLine(fd = 0, leave = true): Promise<Transport> {
  const { isatty } = await import("node:tty");
  if (!isatty(fd)) {
    throw new PppctlError({
      code: "dial.no-tty",
      message: "standard input is not a serial line",
      exitCode: ExitCode.options,
      hint: "let pppd start this command: it is a program for pppd's option connect",
    });
  }
  const fcntl = libc("int fcntl(int fd, int command, long value)") as (
    fd: number,
    command: number,
    value: number,
  ) => number;
  const flags = fcntl(fd, F_GETFL, 0);
  const device = deviceOf(fd);
  const own = openAgain(fd, flags & O_ACCMODE);
  const { LinuxPortBinding } = await loadLinuxBindings();
  const port = new LinuxPortBinding(own ?? fd, {});
  return ttyLine(pathOf(fd), port, async () => {
    port.poller.stop();
    port.poller.destroy();
    if (own === undefined) fcntl(fd, F_SETFL, flags & ~O_NONBLOCK);
    else closeSync(own);
    if (leave && device !== undefined) leaveTtys(device);
  });
}

/**
 * The same tty as an open file of our own; undefined where it may not be opened, or is gone. Whatever ends us, SIGKILL
 * too, the shared one stays as it is. (DTR is up already, and closing is no last close: neither changes.)
 */
function openAgain(fd: number, access: number): number | undefined {
  try {
    return openSync(`/proc/self/fd/${fd}`, access | O_NONBLOCK | openFlags.O_NOCTTY);
  } catch {
    return undefined;
  }
}

/**
 * At its end node puts the settings of a tty at 0, 1 or 2 back as it found them, and aborts itself when that fails
 * (node.cc, ResetStdio), as it does on a line that hangs up meanwhile. It passes over a descriptor that is another
 * file: 0 and 1 become /dev/null when they are the line (`device`, its st_rdev), any of them when it is dead.
 */
export function leaveTtys(device: number): void {
  const tcgetattr = libc("int tcgetattr(int fd, void *settings)");
  const dup2 = libc("int dup2(int from, int to)");
  // Larger than any struct termios.
  const settings = Buffer.alloc(256);
  const isDead = (fd: number): boolean => tcgetattr(fd, settings) !== 0 && errno() === constants.errno.EIO;
  for (const fd of [0, 1, 2]) {
    if (!isDead(fd) && (fd === 2 || deviceOf(fd) !== device)) continue;
    const nothing = openSync("/dev/null", "r+");
    dup2(nothing, fd);
    closeSync(nothing);
  }
}

/** st_rdev; undefined for a descriptor that is closed. */
export function deviceOf(fd: number): number | undefined {
  try {
    return fstatSync(fd).rdev;
  } catch {
    return undefined;
  }
}

function pathOf(fd: number): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return "standard input";
  }
}
