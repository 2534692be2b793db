import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import { open } from "node:fs/promises";
import type { ChatFileContent } from "../app/chat-deps.ts";
import type { ChatOnLineWorld } from "../app/chat-on-line.ts";
import { libc, strerror } from "./libc.ts";

/** Of a file that is a device or never ends, this much is read, bytes. */
const LARGEST_FILE = 64 * 1024 * 1024;
/** syslog(3): openlog's options, the facility, and the level of what is said. */
const LOG_PID = 0x01;
const LOG_NDELAY = 0x08;
const LOG_LOCAL2 = 18 << 3;
const LEVELS = { info: 6, error: 3 } as const;

/** syslog(3) as chat(8) uses it: facility local2, tag `chat[pid]`. Texts have one character a byte. */
export const openSystemLog: ChatOnLineWorld["openSystemLog"] = () => {
  const syslog = libc("void syslog(int priority, const void *format, ...)");
  // The library keeps the pointer.
  const tag = Buffer.from("chat\0");
  const format = Buffer.from("%s\0");
  libc("void openlog(const void *tag, int options, int facility)")(tag, LOG_PID | LOG_NDELAY, LOG_LOCAL2);
  return (level, text) => {
    if (tag.length > 0) syslog(LOG_LOCAL2 | LEVELS[level], format, "void *", Buffer.from(`${text}\0`, "latin1"));
  };
};

/** A whole file, a pipe too (`-f <(…)`); errors in the C library's words. The path has one character a byte. */
export const readChatFile: ChatOnLineWorld["readFile"] = async (path): Promise<ChatFileContent> => {
  try {
    const file = await open(Buffer.from(path, "latin1"), "r");
    try {
      const pieces: Buffer[] = [];
      for (let bytes = 0; bytes < LARGEST_FILE; ) {
        const { bytesRead, buffer } = await file.read(Buffer.alloc(65_536), 0, 65_536, null);
        if (bytesRead === 0) break;
        pieces.push(buffer.subarray(0, bytesRead));
        bytes += bytesRead;
      }
      return { kind: "content", bytes: Buffer.concat(pieces) };
    } finally {
      await file.close();
    }
  } catch (error) {
    const { code, errno } = error as NodeJS.ErrnoException;
    // chat reads lines, and of a directory it gets none.
    if (code === "EISDIR") return { kind: "content", bytes: new Uint8Array() };
    return { kind: "error", reason: strerror(Math.abs(errno ?? 5)) };
  }
};

/** Append to the report file; undefined when it cannot be opened, for chat then reports on stderr. */
export const openReportFile: ChatOnLineWorld["openReport"] = (path) => {
  let fd: number;
  try {
    fd = openSync(Buffer.from(path, "latin1"), "a", 0o666);
  } catch {
    return undefined;
  }
  return { write: (text) => void writeSync(fd, Buffer.from(text, "latin1")), close: () => closeSync(fd) };
};

/** SIGALRM from elsewhere. */
export const onAlarm: ChatOnLineWorld["onAlarm"] = (ring) => {
  process.on("SIGALRM", ring);
  return () => void process.off("SIGALRM", ring);
};

/** The words after `pppctl SUBCOMMAND` and the environment as the kernel has them, one character a byte. */
export function readOwnWords(): { readonly words: readonly string[]; readonly env: Readonly<Record<string, string>> } {
  const count = process.argv.length - 3;
  const words = splitNul(readFileSync("/proc/self/cmdline"));
  const pairs = splitNul(readFileSync("/proc/self/environ")).map((pair): [string, string] => {
    const at = pair.indexOf("=");
    return [pair.slice(0, at), pair.slice(at + 1)];
  });
  // The first of two variables of one name counts, as for getenv(3).
  return { words: count > 0 ? words.slice(-count) : [], env: Object.fromEntries(pairs.reverse()) };
}

function splitNul(bytes: Buffer): string[] {
  return bytes.toString("latin1").replace(/\0$/, "").split("\0");
}
