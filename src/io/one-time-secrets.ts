import { spawn } from "node:child_process";
import { closeSync, constants, openSync, writeSync } from "node:fs";
import type { ChatFileContent, OneTimeSecrets } from "../app/chat-deps.ts";
import { libc } from "./libc.ts";

const TCSANOW = 0;
const TCSAFLUSH = 2;
/** Of struct termios on Linux: c_lflag, and its flags. */
const LFLAG = 12;
const [ICANON, ECHO, ECHONL] = [0o2, 0o10, 0o100];
/** Nobody types that much; a program that floods is cut off. */
const LONGEST_LINE = 4096;

/** One-time passwords for `@?PROMPT` and `@!PROGRAM` of a chat script. Nothing is kept. */
export const oneTimeSecrets: OneTimeSecrets = {
  ask: async (prompt, signal) => {
    let terminal: number;
    try {
      terminal = openSync("/dev/tty", constants.O_RDWR | constants.O_NOCTTY);
    } catch {
      const asked = await runForLine(["systemd-ask-password", prompt], signal);
      if (asked.kind === "content" || asked.reason !== "No such file or directory") return asked;
      return { kind: "error", reason: "there is no terminal, and no systemd-ask-password" };
    }
    return askOn(terminal, prompt, signal);
  },
  run: runForLine,
};

/** Ask on the controlling terminal, whose echo is off meanwhile. */
async function askOn(terminal: number, prompt: string, signal: AbortSignal): Promise<ChatFileContent> {
  const { ReadStream } = await import("node:tty");
  const tcgetattr = libc("int tcgetattr(int fd, void *settings)");
  const tcsetattr = libc("int tcsetattr(int fd, int when, void *settings)");
  // Larger than any struct termios.
  const found = Buffer.alloc(256);
  tcgetattr(terminal, found);
  const settings = Buffer.from(found);
  settings.writeUInt32LE(((settings.readUInt32LE(LFLAG) | ICANON) & ~(ECHO | ECHONL)) >>> 0, LFLAG);
  tcsetattr(terminal, TCSAFLUSH, settings);
  writeSync(terminal, Buffer.from(`${prompt} `, "latin1"));
  // The stream closes its own descriptor.
  const stream = new ReadStream(openSync("/dev/tty", constants.O_RDONLY | constants.O_NOCTTY));
  try {
    return await readLine(stream, signal);
  } finally {
    stream.destroy();
    tcsetattr(terminal, TCSANOW, found);
    writeSync(terminal, "\n");
    closeSync(terminal);
  }
}

/** Run a program, found as execvp(3) finds it, for the first line of its output; no shell. */
async function runForLine(argv: readonly string[], signal: AbortSignal): Promise<ChatFileContent> {
  const [program, ...args] = argv.map((word) => Buffer.from(word, "latin1").toString());
  if (program === undefined) return { kind: "error", reason: "no program is named" };
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"], signal });
  const ended = new Promise<string | undefined>((resolve) => {
    child.once("error", (error: NodeJS.ErrnoException) => {
      resolve(error.code === "ENOENT" ? "No such file or directory" : error.message);
    });
    child.once("close", (status, killedBy) => {
      resolve(status === 0 ? undefined : `it ended with ${killedBy ?? `status ${status}`}`);
    });
  });
  const line = await readLine(child.stdout, signal).finally(() => child.stdout.resume());
  const why = await ended;
  signal.throwIfAborted();
  return why === undefined ? line : { kind: "error", reason: why };
}

/** The first line, without its end. */
function readLine(stream: NodeJS.ReadableStream, signal: AbortSignal): Promise<ChatFileContent> {
  return new Promise((resolve, reject) => {
    let bytes = Buffer.alloc(0);
    const settle = (finish: () => void): void => {
      stream.off("data", onData);
      signal.removeEventListener("abort", onAbort);
      finish();
    };
    const onAbort = (): void => settle(() => reject(signal.reason));
    const onEnd = (): void => {
      const bare = bytes.at(-1) === 0x0d ? bytes.subarray(0, -1) : bytes;
      const given: ChatFileContent =
        bare.length === 0 ? { kind: "error", reason: "nothing was given" } : { kind: "content", bytes: bare };
      settle(() => resolve(given));
    };
    const onData = (more: Buffer): void => {
      bytes = Buffer.concat([bytes, more]);
      const end = bytes.indexOf(0x0a);
      if (end >= 0) bytes = bytes.subarray(0, end);
      if (end >= 0 || bytes.length > LONGEST_LINE) onEnd();
    };
    if (signal.aborted) return onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    stream.on("data", onData);
    stream.once("end", onEnd);
    stream.once("error", onEnd);
  });
}
