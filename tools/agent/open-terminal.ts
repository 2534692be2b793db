import { close, closeSync, constants, openSync, read, writeSync } from "node:fs";
import { AgentError } from "./agent-error.ts";

/** The near end of a new pseudo-terminal, and its far end until the program has it. */
export type Terminal = {
  readonly farEnd: number;
  /** Call when the program has been started: only then its exit is seen as the end of the output. */
  readonly closeFarEnd: () => void;
  readonly write: (bytes: Uint8Array) => void;
  /** Resolves when nobody has the far end open any more. */
  readonly read: (onData: (chunk: Buffer) => void) => Promise<void>;
  readonly close: () => void;
};

const TIOCSWINSZ = 0x5414; // asm-generic/ioctls.h

/** Opens a pseudo-terminal of 80 columns and 24 rows; both descriptors are closed in programs started later. */
export async function openTerminal(): Promise<Terminal> {
  const koffi = (await import("koffi")).default;
  const libc = koffi.load("libc.so.6");
  const master = openSync("/dev/ptmx", constants.O_RDWR | constants.O_NOCTTY);
  const name = Buffer.alloc(64);
  const unlocked: number = libc.func("int unlockpt(int fd)")(master);
  const named: number = libc.func("int ptsname_r(int fd, void *name, size_t size)")(master, name, name.length);
  if (unlocked !== 0 || named !== 0) throw new AgentError("no pseudo-terminal could be opened");
  const size = Buffer.from(Uint16Array.of(24, 80, 0, 0).buffer);
  libc.func("int ioctl(int fd, unsigned long request, void *argument)")(master, TIOCSWINSZ, size);
  const path = name.subarray(0, name.indexOf(0)).toString();
  const farEnd = openSync(path, constants.O_RDWR | constants.O_NOCTTY);
  return {
    farEnd,
    closeFarEnd: () => closeSync(farEnd),
    write: (bytes) => void writeSync(master, bytes),
    read: (onData) =>
      new Promise((resolve) => {
        const next = () => {
          const chunk = Buffer.alloc(65536);
          read(master, chunk, 0, chunk.length, null, (error, length) => {
            if (error || length === 0) return resolve(); // EIO: the far end is closed
            onData(chunk.subarray(0, length));
            next();
          });
        };
        next();
      }),
    close: () => close(master, () => {}),
  };
}
