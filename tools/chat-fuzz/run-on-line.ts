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
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep, setImmediate as turn } from "node:timers/promises";
import { pollFd, pumpFd } from "../../src/io/pump-fd.ts";
import type { ModemStep } from "../../test/app/scripted-line.ts";
import type { PtyCalls } from "./pty-calls.ts";
import type { ChatCase } from "./random-chat-case.ts";

/** What a chat did. Texts have one character a byte; the case's directory is `@DIR@`, the time of a report TIME. */
export interface LineRun {
  readonly exit: number | null;
  readonly signal: string | null;
  readonly sent: string;
  readonly stderr: string;
  readonly report: string | undefined;
  /** What the modem sent and nobody took. */
  readonly unread: string;
  /** The tty has the settings that it had. */
  readonly restored: boolean;
}

/** A chat that has been started on a tty. */
export interface StartedChat {
  readonly ended: Promise<{ readonly exit: number | null; readonly signal: string | null }>;
  readonly stderr: () => string;
  readonly kill: (signal: string) => void;
}

/** Starts a chat with the words on the open tty. The descriptor stays the caller's. */
export type StartChat = (words: readonly string[], tty: number, env: Readonly<Record<string, string>>) => StartedChat;

/** Nothing takes longer: every case is made so that it ends. */
const LIMIT_MS = 60_000;
/** The kernel moves what was written last in a thread of its own, milliseconds. */
const SETTLED_MS = 30;

/** Let a chat talk to the modem of a case on a new pty. */
export async function runOnLine(
  start: StartChat,
  chatCase: ChatCase,
  { open, readSettings }: PtyCalls,
): Promise<LineRun> {
  const folder = mkdtempSync(join(tmpdir(), "pppctlfuzz"));
  const report = join(folder, "report");
  const fill = (text: string): string => text.replaceAll("@REPORT@", report).replaceAll("@DIR@", folder);
  for (const [name, content] of Object.entries(chatCase.files ?? {})) {
    writeFileSync(join(folder, name), fill(content), "latin1");
  }
  const words = chatCase.argv.map(fill);
  if (chatCase.script !== undefined) {
    const script = join(folder, "script.chat");
    writeFileSync(script, fill(chatCase.script), "latin1");
    words.push("-f", script);
  }

  const master = open();
  const tty = openSync(master.path, constants.O_RDWR | constants.O_NOCTTY);
  const modem = openModem(master.fd);
  const before = readSettings(tty);
  const chat = start(words, tty, chatCase.env ?? {});
  const limit = setTimeout(() => chat.kill("SIGKILL"), LIMIT_MS);
  try {
    const ended = chat.ended.finally(modem.stop);
    // The modem's times count from the moment at which chat has the tty.
    while (!modem.stopped() && readSettings(tty) === before) await modem.until(() => false, 10);
    await modem.play(chatCase.modem, chat.kill);
    const { exit, signal } = await ended;
    await modem.settle();
    const tidy = (text: string): string =>
      text.replaceAll(folder, "@DIR@").replaceAll(/(chat: {2})[A-Z][a-z]{2} \d\d \d\d:\d\d:\d\d /g, "$1TIME ");
    return {
      exit,
      signal,
      sent: tidy(modem.sent()),
      stderr: tidy(chat.stderr()),
      report: existsSync(report) ? tidy(readFileSync(report, "latin1")) : undefined,
      unread: readUnread(master.path),
      restored: readSettings(tty) === before,
    };
  } finally {
    clearTimeout(limit);
    modem.close();
    closeSync(tty);
    closeSync(master.fd);
    rmSync(folder, { recursive: true });
  }
}

interface FuzzModem {
  /** Until `ready`, the chat's end, or `ms` are over. */
  readonly until: (ready: () => boolean, ms: number) => Promise<void>;
  /** Do the steps, or as many as come before the chat's end. */
  readonly play: (steps: readonly ModemStep[], raise: (signal: string) => void) => Promise<void>;
  readonly settle: () => Promise<void>;
  readonly sent: () => string;
  /** The chat has ended. */
  readonly stop: () => void;
  readonly stopped: () => boolean;
  readonly close: () => void;
}

function openModem(fd: number): FuzzModem {
  let sent = "";
  let lastByteAt = performance.now();
  let over = false;
  let wake: (() => void) | undefined;
  const poller = pollFd(fd);
  const pump = pumpFd(fd, poller, {
    bytes: (bytes) => {
      sent += Buffer.from(bytes).toString("latin1");
      lastByteAt = performance.now();
      wake?.();
    },
    end: () => undefined,
    drained: () => undefined,
  });
  pump.setReading(true);

  const until = async (ready: () => boolean, ms: number): Promise<void> => {
    for (const end = performance.now() + ms; !over && !ready(); ) {
      const left = end - performance.now();
      if (left <= 0) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      wake = undefined;
    }
  };

  const untilQuiet = async (ms: number): Promise<void> => {
    while (!over) {
      const left = ms - (performance.now() - lastByteAt);
      if (left > 0) await until(() => false, left);
      // Where this process was held up, there may be bytes that it has not seen.
      const seen = sent.length;
      await turn();
      await turn();
      if (left <= 0 && seen === sent.length) return;
    }
  };

  const play: FuzzModem["play"] = async (steps, raise) => {
    lastByteAt = performance.now();
    let from = 0;
    for (const step of steps) {
      if (over) return;
      if ("quiet" in step) await untilQuiet(step.quiet * 1000);
      else if ("wait" in step) {
        await until(() => sent.includes(step.wait, from), (step.t ?? 10) * 1000);
        const at = sent.indexOf(step.wait, from);
        if (at >= 0) from = at + step.wait.length;
      } else if ("waitn" in step) await until(() => sent.length >= step.waitn, (step.t ?? 10) * 1000);
      else if ("sleep" in step) await until(() => false, step.sleep * 1000);
      else if ("signal" in step) raise(`SIG${step.signal}`);
      else if ("send" in step) {
        const size = step.chunk ?? (step.send.length || 1);
        for (let at = 0; at < step.send.length; at += size) {
          pump.write(Buffer.from(step.send.slice(at, at + size), "latin1"));
          if (step.gap !== undefined) await sleep(step.gap * 1000);
        }
        // chat's own times have begun again, perhaps.
        lastByteAt = performance.now();
      } else throw new Error(`no such step here: ${JSON.stringify(step)}`);
    }
  };

  return {
    until,
    play,
    settle: async () => {
      for (let seen = -1; seen !== sent.length; ) {
        seen = sent.length;
        await sleep(SETTLED_MS);
      }
    },
    sent: () => sent,
    stop: () => {
      over = true;
      wake?.();
    },
    stopped: () => over,
    close: () => {
      pump.stop();
      poller.destroy();
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
