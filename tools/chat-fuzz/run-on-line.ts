import {
  closeSync,
  constants,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pollFd, pumpFd } from "../../src/io/pump-fd.ts";
import type { PtyCalls } from "./pty-calls.ts";
import type { FuzzCase } from "./random-chat-case.ts";

/** What a chat did. Texts have one character a byte; the case's directory is `@DIR@`, the time of a report TIME. */
export interface LineRun {
  readonly exit: number | null;
  readonly signal: string | null;
  readonly sent: string;
  readonly stderr: string;
  readonly report: string | undefined;
  /** What the modem sent and nobody took. */
  readonly unread: string;
  /** The tty has the settings that it had; of a line that hung up nobody knows. */
  readonly restored: boolean;
}

/** A run, and whether the modem was late for something that does not wait for it. */
export interface TimedRun {
  readonly run: LineRun;
  readonly late: boolean;
}

/** A chat that has been started on a tty. */
export interface StartedChat {
  readonly ended: Promise<{ readonly exit: number | null; readonly signal: string | null }>;
  readonly stderr: () => string;
  readonly kill: (signal: string) => void;
  /**
   * What it does, once it has seen all that was done to it: it waits for a byte, or it is in a delay that is longer
   * than the one before a byte. Undefined: neither.
   */
  readonly look: () => "reads" | "delays" | undefined;
  /** Something is about to be done to it: so many bytes are written, or it gets a signal (0 bytes). */
  readonly expectChange: (bytes: number) => void;
}

/** Starts a chat with the words on the open tty, which stays the caller's. `stderr` is a path where a file may be made. */
export type StartChat = (
  words: readonly string[],
  tty: number,
  env: Readonly<Record<string, string>>,
  stderr: string,
) => StartedChat;

/** Nothing takes longer: every case is made so that it ends. */
const LIMIT_MS = 60_000;
/** Between two looks, milliseconds. */
const LOOK_MS = 10;
/** Looks further apart may find a delay over that was to be cut, or chat's patience with a REPORT line. */
const LATE_MS = 250;
/** Written behind chat's last byte; no chat writes this. */
const END = "\0\0that was all\0\0";
/** More silences than any script has expects. */
const MOST_ALARMS = 60;

/**
 * Let a chat talk to the modem of a case on a new pty. No clock decides: each step of the modem is done when chat
 * waits for a byte and has taken all before, and when there is none left SIGALRM is the end of chat's patience.
 */
export async function runOnLine(start: StartChat, fuzzCase: FuzzCase, ptys: PtyCalls): Promise<TimedRun> {
  const folder = mkdtempSync(join(tmpdir(), "pppctlfuzz"));
  const report = join(folder, "report");
  const fill = (text: string): string => text.replaceAll("@REPORT@", report).replaceAll("@DIR@", folder);
  for (const [name, content] of Object.entries(fuzzCase.files)) {
    writeFileSync(join(folder, name), fill(content), "latin1");
  }
  const words = fuzzCase.argv.map(fill);
  if (fuzzCase.script !== undefined) {
    const script = join(folder, "script.chat");
    writeFileSync(script, fill(fuzzCase.script), "latin1");
    words.push("-f", script);
  }

  const master = ptys.open();
  const tty = openSync(master.path, constants.O_RDWR | constants.O_NOCTTY);
  const line = openLine(master.fd, tty);
  const before = ptys.readSettings(tty);
  const chat = start(words, tty, fuzzCase.env, join(folder, "stderr"));
  const limit = setTimeout(() => chat.kill("SIGKILL"), LIMIT_MS);
  try {
    const late = await play(chat, line, fuzzCase);
    const { exit, signal } = await chat.ended;
    await line.settle();
    const tidy = (text: string): string =>
      text.replaceAll(folder, "@DIR@").replaceAll(/(chat: {2})[A-Z][a-z]{2} \d\d \d\d:\d\d:\d\d /g, "$1TIME ");
    const run: LineRun = {
      exit,
      signal,
      sent: tidy(line.sent()),
      stderr: tidy(chat.stderr()),
      report: existsSync(report) ? tidy(readFileSync(report, "latin1")) : undefined,
      unread: line.isOpen() ? readUnread(master.path) : "",
      restored: !line.isOpen() || ptys.readSettings(tty) === before,
    };
    return { run, late };
  } finally {
    clearTimeout(limit);
    line.hangUp();
    closeSync(tty);
    rmSync(folder, { recursive: true });
  }
}

/** Until chat ends; whether it was late for something that does not wait. */
async function play(
  chat: StartedChat,
  line: FuzzLine,
  { modem, cutsDelays, argv, script }: FuzzCase,
): Promise<boolean> {
  let over = false;
  const done = (): void => {
    over = true;
  };
  chat.ended.then(done, done);
  const raise = (signal: string): void => {
    chat.expectChange(0);
    chat.kill(signal);
  };
  let next = 0;
  let longest = 0;
  let lookedAt = performance.now();
  for (let alarms = 0; !over; await sleep(LOOK_MS)) {
    const doing = chat.look();
    longest = Math.max(longest, performance.now() - lookedAt);
    lookedAt = performance.now();
    if (doing === undefined || (doing === "delays" && !cutsDelays)) continue;
    const step = doing === "reads" ? modem[next++] : undefined;
    if (step === undefined || "alarm" in step) raise(++alarms > MOST_ALARMS ? "SIGTERM" : "SIGALRM");
    else if ("signal" in step) raise(`SIG${step.signal}`);
    else if ("hangup" in step) {
      await line.settle();
      chat.expectChange(0);
      line.hangUp();
    } else {
      chat.expectChange(step.send.length);
      line.write(step.send);
    }
  }
  // It may have ended because nobody looked.
  longest = Math.max(longest, performance.now() - lookedAt);
  // In a REPORT line that its end has interrupted chat waits a second for each byte.
  const hasty = cutsDelays || argv.includes("REPORT") || script?.includes("REPORT") === true;
  return hasty && longest > LATE_MS;
}

interface FuzzLine {
  readonly write: (text: string) => void;
  /** Idempotent. */
  readonly hangUp: () => void;
  readonly isOpen: () => boolean;
  readonly sent: () => string;
  /** Until what chat wrote last has come through: the kernel moves it in a thread of its own. */
  readonly settle: () => Promise<void>;
}

function openLine(fd: number, tty: number): FuzzLine {
  let sent = "";
  let open = true;
  const poller = pollFd(fd);
  const pump = pumpFd(fd, poller, {
    bytes: (bytes) => {
      sent += Buffer.from(bytes).toString("latin1");
    },
    end: () => undefined,
    drained: () => undefined,
  });
  pump.setReading(true);
  return {
    write: (text) => pump.write(Buffer.from(text, "latin1")),
    hangUp: () => {
      if (!open) return;
      open = false;
      pump.stop();
      poller.destroy();
      closeSync(fd);
    },
    isOpen: () => open,
    sent: () => sent,
    settle: async () => {
      if (!open) return;
      writeSync(tty, END);
      while (!sent.endsWith(END)) await sleep(LOOK_MS);
      sent = sent.slice(0, -END.length);
    },
  };
}

/** The descriptor that chat had is of a blocking open file. */
function readUnread(path: string): string {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NOCTTY | constants.O_NONBLOCK);
  const buffer = Buffer.alloc(65_536);
  try {
    return buffer.toString("latin1", 0, readSync(fd, buffer, 0, buffer.length, null));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EAGAIN") return "";
    throw error;
  } finally {
    closeSync(fd);
  }
}
