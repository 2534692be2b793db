import { closeSync, constants, openSync } from "node:fs";
import { createRequire } from "node:module";

/** The C library's calls for ptys, looked up once. */
export interface PtyCalls {
  /**
   * A new pty, raw: the master's descriptor (non-blocking, not inherited) and the slave's path. Unlike
   * `openPtyMaster` it takes none of the 128 inotify instances that a user has.
   */
  readonly open: () => { readonly fd: number; readonly path: string };
  /** tcgetattr(3), in hexadecimal. */
  readonly readSettings: (fd: number) => string;
}

/** As O_CLOEXEC of open(2) on Linux. */
const CLOEXEC = 0o2000000;
/** Larger than any struct termios. */
const TERMIOS_BYTES = 256;

export function loadPtyCalls(): PtyCalls {
  const koffi = createRequire(import.meta.url)("koffi") as typeof import("koffi");
  const libc = koffi.load(null);
  const posixOpenpt = libc.func("int posix_openpt(int flags)");
  const unlockpt = libc.func("int unlockpt(int fd)");
  const ptsnameR = libc.func("int ptsname_r(int fd, void *name, size_t size)");
  const tcgetattr = libc.func("int tcgetattr(int fd, void *settings)");
  const cfmakeraw = libc.func("void cfmakeraw(void *settings)");
  const tcsetattr = libc.func("int tcsetattr(int fd, int when, void *settings)");
  const need = (name: string, result: unknown): number => {
    if (typeof result === "number" && result >= 0) return result;
    throw new Error(`${name} failed, errno ${koffi.errno()}`);
  };
  return {
    open: () => {
      const { O_RDWR, O_NOCTTY, O_NONBLOCK } = constants;
      const fd = need("posix_openpt", posixOpenpt(O_RDWR | O_NOCTTY | O_NONBLOCK | CLOEXEC));
      need("unlockpt", unlockpt(fd));
      const name = Buffer.alloc(256);
      need("ptsname_r", ptsnameR(fd, name, name.length));
      const path = name.toString("latin1", 0, name.indexOf(0));
      const slave = openSync(path, O_RDWR | O_NOCTTY | O_NONBLOCK);
      const settings = Buffer.alloc(TERMIOS_BYTES);
      need("tcgetattr", tcgetattr(slave, settings));
      cfmakeraw(settings);
      need("tcsetattr", tcsetattr(slave, 0, settings));
      closeSync(slave);
      return { fd, path };
    },
    readSettings: (fd) => {
      const settings = Buffer.alloc(TERMIOS_BYTES);
      need("tcgetattr", tcgetattr(fd, settings));
      return settings.toString("hex");
    },
  };
}
