import { closeSync, constants, openSync } from "node:fs";
import { PppctlError } from "../core/errors.ts";
import { ExitCode } from "../core/exit-codes.ts";
import { errno, libc } from "./libc.ts";

/** The master's side of a pseudo-terminal. */
export interface PtyMaster {
  /** Non-blocking; programs that we start do not inherit it. */
  readonly fd: number;
  /** The slave's path, such as /dev/pts/7. */
  readonly path: string;
  /** Becomes readable when somebody opens the slave (inotify(7)): there is no other word of an open(2). */
  readonly openingsFd: number;
  /** What poll(2) says of the slave: whether it is open, and whether bytes wait that were written to it. */
  readonly look: () => { readonly open: boolean; readonly bytesWait: boolean };
  /** Set the slave to a plain tty, raw and without echo, and throw away what nobody has read from it. For a slave that nobody has open. */
  readonly resetSlave: () => void;
  readonly close: () => void;
}

const POLLIN = 1;
const POLLHUP = 16;
const IN_OPEN = 0x20;
/** As O_CLOEXEC and O_NONBLOCK of open(2) on Linux. */
const CLOEXEC = 0o2000000;
const TCSANOW = 0;
const TCIFLUSH = 0;
/** ioctl_tty(2), and the discipline that a tty begins with. */
const TIOCSETD = 0x5423;
const N_TTY = 0;

/**
 * A new pty. Node has no call for it, so koffi calls the C library's (posix_openpt(3)); the slave has been opened and
 * closed once, without which its last close could not be told from its never having been opened.
 *
 * @throws PppctlError `simulate.pty`, exit status 9.
 */
export async function openPtyMaster(): Promise<PtyMaster> {
  try {
    return callPtyFunctions();
  } catch (error) {
    throw new PppctlError({
      code: "simulate.pty",
      message: `cannot make a pseudo-terminal: ${error instanceof Error ? error.message : String(error)}`,
      exitCode: ExitCode.pty,
      hint: "see that /dev/ptmx and /dev/pts are there, and that koffi is installed for this machine (npm ci)",
      cause: error,
    });
  }
}

function callPtyFunctions(): PtyMaster {
  const posixOpenpt = libc("int posix_openpt(int flags)");
  const grantpt = libc("int grantpt(int fd)");
  const unlockpt = libc("int unlockpt(int fd)");
  const ptsnameR = libc("int ptsname_r(int fd, void *name, size_t size)");
  const tcgetattr = libc("int tcgetattr(int fd, void *settings)");
  const cfmakeraw = libc("void cfmakeraw(void *settings)");
  const tcsetattr = libc("int tcsetattr(int fd, int when, void *settings)");
  const tcflush = libc("int tcflush(int fd, int which)");
  const ioctl = libc("int ioctl(int fd, unsigned long request, void *value)");
  const poll = libc("int poll(void *fds, unsigned long count, int timeout)");

  const inotifyInit1 = libc("int inotify_init1(int flags)");
  const inotifyAddWatch = libc("int inotify_add_watch(int fd, const char *path, unsigned int mask)");

  const need = (name: string, result: unknown): number => {
    if (typeof result === "number" && result >= 0) return result;
    throw new Error(`${name} failed, errno ${errno()}`);
  };
  // A program at the far end that inherited the master would keep the line alive.
  const { O_RDWR, O_NOCTTY, O_NONBLOCK } = constants;
  const fd = need("posix_openpt", posixOpenpt(O_RDWR | O_NOCTTY | O_NONBLOCK | CLOEXEC));
  need("grantpt", grantpt(fd));
  need("unlockpt", unlockpt(fd));
  const name = Buffer.alloc(256);
  if (ptsnameR(fd, name, name.length) !== 0) throw new Error("ptsname_r failed");
  const path = name.toString("latin1", 0, name.indexOf(0));

  const resetSlave = (): void => {
    const slave = openSync(path, O_RDWR | O_NOCTTY | O_NONBLOCK);
    // A pppd that was killed leaves the line to the kernel's PPP; a UART forgets that at its last close, a pty does not.
    const discipline = Buffer.alloc(4);
    discipline.writeInt32LE(N_TTY);
    need("ioctl", ioctl(slave, TIOCSETD, discipline));
    // Larger than any struct termios.
    const settings = Buffer.alloc(256);
    need("tcgetattr", tcgetattr(slave, settings));
    cfmakeraw(settings);
    need("tcsetattr", tcsetattr(slave, TCSANOW, settings));
    tcflush(slave, TCIFLUSH);
    closeSync(slave);
  };
  resetSlave();

  const openingsFd = need("inotify_init1", inotifyInit1(O_NONBLOCK | CLOEXEC));
  need("inotify_add_watch", inotifyAddWatch(openingsFd, path, IN_OPEN));

  // struct pollfd: int fd, short events, short revents.
  const pollfd = Buffer.alloc(8);
  pollfd.writeInt32LE(fd, 0);
  pollfd.writeInt16LE(POLLIN, 4);
  return {
    fd,
    path,
    openingsFd,
    look: () => {
      need("poll", poll(pollfd, 1, 0));
      const events = pollfd.readInt16LE(6);
      return { open: (events & POLLHUP) === 0, bytesWait: (events & POLLIN) !== 0 };
    },
    resetSlave,
    close: () => {
      closeSync(openingsFd);
      closeSync(fd);
    },
  };
}
