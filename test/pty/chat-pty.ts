import { spawn } from "node:child_process";
import { once } from "node:events";
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
import { setPriority, tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import { libc } from "../../src/io/libc.ts";
import { openPtyMaster } from "../../src/io/pty-master.ts";
import { pollFd, pumpFd } from "../../src/io/pump-fd.ts";
import type { RecordedCase } from "../app/chat-cases.ts";

/** What a chat did on a pty. Texts have one character a byte; the case's directory is `@DIR@`. */
export interface ChatRun {
  readonly exit: number | null;
  readonly signal: string | null;
  readonly sent: string;
  readonly stderr: string;
  readonly report: string | undefined;
  /** Of the tty, in hexadecimal; undefined after a hang-up. */
  readonly settings: { readonly before: string; readonly after: string | undefined };
  readonly nonBlockLeft: boolean;
  /** What the modem sent and nobody read. */
  readonly unread: string;
}

const LIMIT_MS = 60_000;
/** The closest races of a case, between chat's clock and the modem's, have nearly a second. */
const LATE_MS = 500;
/** Runs that do not count, at most. */
const MOST_LATE = 5;
/** A modem is a machine of its own: this process goes before the programs that talk to it, as far as it may. */
const AHEAD = goAhead(10);
const O_NONBLOCK = 0o4000;
const F_GETFL = 3;

/**
 * Run a program as chat on a pty, against the modem of a recorded case. A run in which this process, which is the modem,
 * was held up does not count, whatever came of it: the program was not told then what the case says.
 */
export async function runOnPty(program: readonly string[], { case: recorded }: RecordedCase): Promise<ChatRun> {
  for (let late = 0; late < MOST_LATE; late++) {
    const folder = mkdtempSync(join(tmpdir(), "pppctlchat"));
    await turnToStart();
    const heldUp = watchHoldUps();
    try {
      const run = await runIn(folder, program, recorded);
      if (heldUp.longest() < LATE_MS) return run;
    } finally {
      heldUp.end();
      rmSync(folder, { recursive: true });
    }
  }
  throw new Error(`the modem of a case was ${LATE_MS} ms late ${MOST_LATE} times: run the tests on an idle machine`);
}

/** The steps of nice(1) that this process is ahead of its programs: none without the right to it. */
function goAhead(steps: number): number {
  try {
    setPriority(-steps);
    return steps;
  } catch {
    return 0;
  }
}

let turn: Promise<unknown> = Promise.resolve();

/** One program is started in a turn of the event loop: a start takes long, and the modems of the others are to answer meanwhile. */
async function turnToStart(): Promise<void> {
  turn = turn.then(() => nextTurn());
  await turn;
}

/** For how long this process did nothing at most, milliseconds. */
function watchHoldUps(): { readonly longest: () => number; readonly end: () => void } {
  let most = 0;
  let last = performance.now();
  const look = (): void => {
    const now = performance.now();
    most = Math.max(most, now - last);
    last = now;
  };
  const timer = setInterval(look, 20);
  return {
    longest: () => {
      look();
      return most;
    },
    end: () => clearInterval(timer),
  };
}

async function runIn(folder: string, program: readonly string[], recorded: RecordedCase["case"]): Promise<ChatRun> {
  const report = join(folder, "report");
  const fill = (text: string): string => text.replaceAll("@REPORT@", report).replaceAll("@DIR@", folder);
  for (const [name, content] of Object.entries(recorded.files ?? {})) {
    writeFileSync(join(folder, name), fill(content), "latin1");
  }
  const words = recorded.argv.map(fill);
  if (recorded.script !== undefined) {
    const script = join(folder, "script.chat");
    writeFileSync(script, fill(recorded.script), "latin1");
    words.push("-f", script);
  }

  const master = await openPtyMaster();
  const slave = openSync(master.path, constants.O_RDWR | constants.O_NOCTTY);
  const poller = pollFd(master.fd);
  const changed = new Set<() => void>();
  const wake = (): void => {
    for (const tell of [...changed]) tell();
  };
  let sent = "";
  let lastByteAt = performance.now();
  let open = true;
  const pump = pumpFd(master.fd, poller, {
    bytes: (bytes) => {
      sent += Buffer.from(bytes).toString("latin1");
      lastByteAt = performance.now();
      wake();
    },
    end: wake,
    drained: wake,
  });
  pump.setReading(true);
  const before = readSettings(slave);
  const hangUp = (): void => {
    if (!open) return;
    open = false;
    pump.stop();
    poller.destroy();
    closeSync(slave);
    master.close();
  };

  // Words with bytes that are no UTF-8 cannot be given by spawn(2) of node: printf(1) makes them.
  const [command = "", ...first] = program;
  const child = spawn("/bin/sh", ["-c", shellCommand(["nice", "-n", `${AHEAD}`, command, ...first, ...words])], {
    detached: true, // setsid(2): the pty does not become the controlling terminal
    env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", TZ: "UTC", LC_ALL: "C", ...recorded.env },
    stdio: [recorded.stdin === "null" ? "ignore" : slave, slave, "pipe"],
  });
  let stderr = "";
  child.stderr?.setEncoding("latin1").on("data", (text: string) => {
    stderr += text;
  });
  let running = true;
  const closed = once(child, "close").then(([status, signal]) => {
    running = false;
    wake();
    return { exit: status as number | null, signal: signal as string | null };
  });
  const limit = setTimeout(() => child.kill("SIGKILL"), LIMIT_MS);

  /** Until `ready`, the program's end, or `ms` are over. */
  const until = async (ready: () => boolean, ms: number): Promise<void> => {
    const over = performance.now() + ms;
    while (running && !ready() && performance.now() < over) {
      await new Promise<void>((resolve) => {
        const done = (): void => {
          clearTimeout(timer);
          changed.delete(done);
          resolve();
        };
        const timer = setTimeout(done, Math.min(20, over - performance.now()));
        changed.add(done);
      });
    }
  };

  try {
    // The modem's times count from the moment at which the program has the tty.
    await until(() => readSettings(slave) !== before, LIMIT_MS);
    lastByteAt = performance.now();
    let from = 0;
    for (const step of recorded.modem) {
      if ("wait" in step) {
        await until(() => sent.includes(step.wait, from), (step.t ?? 10) * 1000);
        const at = sent.indexOf(step.wait, from);
        if (at >= 0) from = at + step.wait.length;
      } else if ("waitn" in step) await until(() => sent.length >= step.waitn, (step.t ?? 10) * 1000);
      else if ("quiet" in step) await until(() => performance.now() - lastByteAt >= step.quiet * 1000, 10_000);
      else if ("sleep" in step) await sleep(step.sleep * 1000);
      else if ("signal" in step) {
        // It may still be about to wait for what the signal is to interrupt.
        await sleep(30);
        process.kill(child.pid as number, `SIG${step.signal}`);
      } else if ("hangup" in step) hangUp();
      else {
        const size = step.chunk ?? (step.send.length || 1);
        for (let at = 0; at < step.send.length; at += size) {
          if (open) pump.write(Buffer.from(step.send.slice(at, at + size), "latin1"));
          if (step.gap !== undefined) await sleep(step.gap * 1000);
        }
      }
    }
    const ended = await closed;
    // What was written last may still be in the pty: the kernel moves it in a thread of its own.
    const over = performance.now() + 1000;
    lastByteAt = performance.now();
    while (open && performance.now() - lastByteAt < 30 && performance.now() < over) await sleep(5);
    const flags = open ? fcntl(slave, F_GETFL, 0) : 0;
    const after = open ? readSettings(slave) : undefined;
    return {
      ...ended,
      sent: sent.replaceAll(folder, "@DIR@"),
      stderr: stderr.replaceAll(folder, "@DIR@"),
      report: existsSync(report) ? readFileSync(report, "latin1").replaceAll(folder, "@DIR@") : undefined,
      settings: { before, after },
      nonBlockLeft: (flags & O_NONBLOCK) !== 0,
      unread: open ? readUnread(master.path) : "",
    };
  } finally {
    clearTimeout(limit);
    if (running) child.kill("SIGKILL");
    await closed;
    hangUp();
  }
}

/** A constant command with every word quoted; octal escapes where a byte is no printable ASCII. */
function shellCommand(words: readonly string[]): string {
  const quoted = words.map((word) => {
    if (/^[\x20-\x7e]*$/.test(word)) return `'${word.replaceAll("'", "'\\''")}'`;
    const octal = [...word].map((char) => `\\${char.charCodeAt(0).toString(8).padStart(3, "0")}`).join("");
    return `"$(printf '${octal}.')"`;
  });
  // $(…) loses line ends at its end, so a point stands behind them and is taken off again.
  const set = quoted.map((word, i) => (word.startsWith('"') ? `w${i}=${word}; w${i}=\${w${i}%.};` : "")).join(" ");
  const call = quoted.map((word, i) => (word.startsWith('"') ? `"$w${i}"` : word)).join(" ");
  return `${set} exec ${call}`;
}

function fcntl(fd: number, command: number, value: number): number {
  return libc("int fcntl(int fd, int command, long value)")(fd, command, value) as number;
}

/** tcgetattr(3), in hexadecimal. */
function readSettings(fd: number): string {
  const settings = Buffer.alloc(256);
  libc("int tcgetattr(int fd, void *settings)")(fd, settings);
  return settings.toString("hex");
}

function readUnread(path: string): string {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NOCTTY | constants.O_NONBLOCK);
  const buffer = Buffer.alloc(65_536);
  try {
    return buffer.toString("latin1", 0, readSync(fd, buffer, 0, buffer.length, null));
  } catch {
    return "";
  } finally {
    closeSync(fd);
  }
}
