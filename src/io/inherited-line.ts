import { readlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { isatty } from "node:tty";
import type { Transport } from "../app/deps.ts";
import { PppctlError } from "../core/errors.ts";
import { ExitCode } from "../core/exit-codes.ts";
import { loadLinuxBindings, ttyLine } from "./tty-line.ts";

/** fcntl(2) commands and the flag, the same on every Linux. */
const F_GETFL = 3;
const F_SETFL = 4;
const O_NONBLOCK = 0o4000;

/**
 * The tty that pppd gives its connect program as standard input (and output). The
 * poller makes the open file non-blocking, which is shared with pppd and with the
 * programs that it runs next, so the flag is put back as it was at `close`.
 *
 * @throws PppctlError dial.no-tty, exit status 2 as chat(8)'s.
 */
export async function inheritedLine(fd = 0): Promise<Transport> {
  if (!isatty(fd)) {
    throw new PppctlError({
      code: "dial.no-tty",
      message: "standard input is not a serial line",
      exitCode: ExitCode.options,
      hint: "let pppd start this command: it is a program for pppd's option connect",
    });
  }
  const koffi = createRequire(import.meta.url)("koffi") as typeof import("koffi");
  const fcntl = koffi.load(null).func("int fcntl(int fd, int command, long value)") as (
    fd: number,
    command: number,
    value: number,
  ) => number;
  const flags = fcntl(fd, F_GETFL, 0);
  const { LinuxPortBinding } = loadLinuxBindings();
  const port = new LinuxPortBinding(fd, {});
  return ttyLine(pathOf(fd), port, async () => {
    port.poller.stop();
    port.poller.destroy();
    fcntl(fd, F_SETFL, flags & ~O_NONBLOCK);
  });
}

function pathOf(fd: number): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return "standard input";
  }
}
