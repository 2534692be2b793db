import { fstatSync, writeSync } from "node:fs";
import { isatty } from "node:tty";
import type { ChatLine } from "../app/chat-on-line.ts";
import type { Transport } from "../app/deps.ts";
import { PppctlError } from "../core/errors.ts";
import { deviceOf, inheritedLine, leaveTtys } from "./inherited-line.ts";
import { errno, libc, strerror } from "./libc.ts";

const TCSANOW = 0;
/** Larger than any struct termios. */
const TERMIOS_BYTES = 256;
/** Of struct termios on Linux (asm-generic/termbits.h): c_iflag, c_oflag, c_cflag, c_lflag, c_line, c_cc. */
const [IFLAG, OFLAG, LFLAG, CC] = [0, 4, 12, 17];
const [IGNBRK, IGNPAR, ISTRIP] = [0o1, 0o4, 0o40];
const [VERASE, VKILL, VTIME, VMIN] = [2, 3, 5, 6];
const F_GETFL = 3;
const O_ACCMODE = 3;
const O_RDWR = 2;

/**
 * Standard input and output (or other descriptors) as chat(8) uses them: the tty is set raw with the eighth bit stripped
 * (`set_tty_parameters()` in chat.c), and found again as it was after `restore`. What waits in it stays.
 *
 * @throws PppctlError `chat.no-tty`, exit status 2, the message as chat logs it.
 */
export async function openChatTty(stdin = 0, stdout = 1): Promise<ChatLine> {
  const tcgetattr = libc("int tcgetattr(int fd, void *settings)");
  const tcsetattr = libc("int tcsetattr(int fd, int when, void *settings)");
  const fcntl = libc("int fcntl(int fd, int command, long value)");

  const found = Buffer.alloc(TERMIOS_BYTES);
  if (tcgetattr(stdin, found) !== 0) throw ttyError(`Can't get terminal parameters: ${strerror(errno())}`);
  const settings = Buffer.from(found);
  settings.writeUInt32LE((settings.readUInt32LE(IFLAG) | IGNBRK | IGNPAR | ISTRIP) >>> 0, IFLAG);
  settings.writeUInt32LE(0, OFLAG);
  settings.writeUInt32LE(0, LFLAG);
  settings[CC + VERASE] = settings[CC + VKILL] = settings[CC + VTIME] = 0;
  settings[CC + VMIN] = 1;
  if (tcsetattr(stdin, TCSANOW, settings) !== 0) throw ttyError(`Can't set terminal parameters: ${strerror(errno())}`);

  const device = deviceOf(stdin);
  const input = await inheritedLine(stdin, false);
  const both = isSameFile(stdin, stdout) && (Number(fcntl(stdin, F_GETFL, 0)) & O_ACCMODE) === O_RDWR;
  const outputLine = both || !isatty(stdout) ? undefined : await inheritedLine(stdout, false);
  return {
    read: input.read,
    readNow: input.readNow,
    write: both ? input.write : (outputLine?.write ?? writePlainly(stdout)),
    sendBreak: input.sendBreak,
    restore: async () => {
      const lost = tcsetattr(stdin, TCSANOW, found) === 0 ? undefined : strerror(errno());
      await outputLine?.close();
      await input.close();
      if (device !== undefined) leaveTtys(device);
      return lost;
    },
  };
}

function isSameFile(a: number, b: number): boolean {
  try {
    const [first, second] = [fstatSync(a), fstatSync(b)];
    return first.dev === second.dev && first.ino === second.ino;
  } catch {
    return false;
  }
}

/** Standard output that is no tty: a file or a pipe. */
function writePlainly(fd: number): Transport["write"] {
  return async (bytes) => {
    for (let from = 0; from < bytes.length; ) from += writeSync(fd, bytes, from);
  };
}

function ttyError(message: string): PppctlError {
  return new PppctlError({
    code: "chat.no-tty",
    message,
    exitCode: 2,
    hint: "give it the line as standard input and output, as pppd does, or name it: --device /dev/ttyS0 --speed 115200",
  });
}
