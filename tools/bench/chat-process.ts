import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, constants, openSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { openPtyMaster } from "../../src/io/pty-master.ts";
import { pollFd, pumpFd } from "../../src/io/pump-fd.ts";

/** After a chat's end, milliseconds. */
const SETTLED_MS = 200;

/** One pty, on which chats are run one after another; the bench is the modem. */
export interface BenchPty {
  /** Start a chat (a program and its words) on it. */
  readonly start: (argv: readonly string[]) => BenchChat;
  readonly close: () => void;
}

export interface BenchChat {
  /** Until the chat has sent this text; performance.now() at its last byte. It is then forgotten. */
  readonly heard: (text: string) => Promise<number>;
  readonly say: (bytes: string | Uint8Array) => void;
  /** Until the kernel has taken all that was said. */
  readonly drained: () => Promise<void>;
  /** Processor time so far, and the most memory that it ever had. */
  readonly usage: () => { readonly cpuMs: number; readonly peakBytes: number };
  /** @throws Error unless it ended with 0; performance.now() of the end. */
  readonly ended: Promise<number>;
}

export async function openBenchPty(): Promise<BenchPty> {
  const master = await openPtyMaster();
  const tty = openSync(master.path, constants.O_RDWR | constants.O_NOCTTY);
  const poller = pollFd(master.fd);
  let sent = "";
  let changed = (): void => undefined;
  const pump = pumpFd(master.fd, poller, {
    bytes: (bytes) => {
      sent += Buffer.from(bytes).toString("latin1");
      changed();
    },
    end: () => undefined,
    drained: () => changed(),
  });
  pump.setReading(true);
  const until = (ready: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      changed = () => {
        if (ready()) resolve();
      };
      changed();
    });

  return {
    start: ([program = "", ...args]) => {
      sent = "";
      const child = spawn(program, args, { stdio: [tty, tty, "inherit"] });
      const ended = once(child, "exit").then(([status, signal]) => {
        if (status === 0) return performance.now();
        throw new Error(`${program} ended with ${status ?? signal}`);
      });
      ended.catch(() => undefined);
      const failed = ended.then(async () => {
        // Its last bytes may not have been read yet.
        await sleep(SETTLED_MS);
        throw new Error(`${program} ended too soon`);
      });
      failed.catch(() => undefined);
      return {
        ended,
        heard: async (text) => {
          await Promise.race([until(() => sent.includes(text)), failed]);
          sent = sent.slice(sent.indexOf(text) + text.length);
          return performance.now();
        },
        say: (bytes) => pump.write(typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes),
        drained: () => Promise.race([until(() => pump.backlog() === 0), failed]),
        usage: () => {
          const nanoseconds = Number(readFileSync(`/proc/${child.pid}/schedstat`, "latin1").split(" ")[0]);
          const peak = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${child.pid}/status`, "latin1"))?.[1];
          return { cpuMs: nanoseconds / 1e6, peakBytes: Number(peak) * 1024 };
        },
      };
    },
    close: () => {
      pump.stop();
      poller.destroy();
      closeSync(tty);
      master.close();
    },
  };
}
