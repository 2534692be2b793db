import { connectGuest } from "./guest-client.ts";
import type {
  Condition,
  FileStatus,
  ProcessEntry,
  ProcessResult,
  StartOptions,
  TextEncoding,
} from "./guest-protocol.ts";

/** How long an operation may take when the caller does not say, in milliseconds. */
const PATIENCE_MS = 60_000;

export type RunOptions = StartOptions & { readonly timeoutMs?: number };

/** A process in the guest, in a session of its own; it outlives the connection. */
export type GuestProcess = {
  readonly pid: number;
  /** What it printed so far. */
  readonly output: () => Promise<{ readonly stdout: string; readonly stderr: string }>;
  /** Waits until its output (stdout, a line feed, stderr) matches; gives the match and its groups. */
  readonly waitForOutput: (pattern: RegExp, timeoutMs?: number) => Promise<readonly string[]>;
  /** Waits for its end; may be asked again. */
  readonly wait: (timeoutMs?: number) => Promise<ProcessResult>;
  /** Writes to its standard input, which must have been started with `keepInputOpen` or `pty`. */
  readonly write: (text: string, options?: { readonly end?: boolean }) => Promise<void>;
  /** Signals it, or with `group` its whole process group; false when it is gone already. */
  readonly kill: (signal?: NodeJS.Signals, options?: { readonly group?: boolean }) => Promise<boolean>;
  /** Passes on what it prints, as it prints it, and resolves when it has ended. */
  readonly follow: (onOutput: (stream: "stdout" | "stderr", text: string) => void) => Promise<ProcessResult>;
};

/** What a program of the host can do in the emulated kernel. Every failure is a GuestError that says what was there. */
export type Guest = ReturnType<typeof openGuest>;

/** Opens the guest behind an agent's socket (see bootVm); connects on the first use. */
export function openGuest(agentSocket: string) {
  const { ask, close } = connectGuest(agentSocket);
  const processes = async (): Promise<readonly ProcessEntry[]> => {
    const agent = (await ask("hello", {})).pid;
    const all = await ask("processes", {});
    return all.filter(({ pid, argv }) => pid !== 1 && pid !== agent && argv[1] !== "syslogd");
  };
  return {
    /** Answers when the guest is up. */
    hello: () => ask("hello", {}),

    /** Runs a program to its end; rejects (and kills its group) when it takes longer than `timeoutMs`. */
    run: (argv: readonly string[], { timeoutMs = PATIENCE_MS, ...options }: RunOptions = {}): Promise<ProcessResult> =>
      ask("run", { argv, timeoutMs, ...options }),

    /** Starts a program and leaves it running. */
    spawn: async (argv: readonly string[], options: StartOptions = {}): Promise<GuestProcess> => {
      const { handle, pid } = await ask("spawn", { argv, ...options });
      const wait = (timeoutMs = PATIENCE_MS) => ask("wait", { handle, timeoutMs });
      return {
        pid,
        output: () => ask("output", { handle }),
        waitForOutput: (pattern, timeoutMs = PATIENCE_MS) =>
          ask("matchOutput", { handle, pattern: pattern.source, timeoutMs }),
        wait,
        write: async (text, { end = false } = {}) => void (await ask("write", { handle, text, end })),
        kill: (signal = "SIGTERM", { group = false } = {}) => ask("kill", { pid, signal, group }),
        follow: async (onOutput) => {
          for (let stdoutSeen = 0, stderrSeen = 0, ended = false; !ended; ) {
            const more = await ask("more", { handle, stdoutSeen, stderrSeen });
            if (more.stdout) onOutput("stdout", more.stdout);
            if (more.stderr) onOutput("stderr", more.stderr);
            stdoutSeen += more.stdout.length;
            stderrSeen += more.stderr.length;
            ended = more.ended;
          }
          return wait();
        },
      };
    },

    /** Signals one process, or with `group` its whole group; false when it is gone. */
    kill: (pid: number, signal: NodeJS.Signals = "SIGTERM", { group = false } = {}): Promise<boolean> =>
      ask("kill", { pid, signal, group }),

    /** The processes, without the kernel's threads and without the guest's own (init, syslogd, the agent). */
    processes,
    /** Kills every process that a test left behind, and gives back what there was: expect it to be empty. */
    killLeftovers: async (): Promise<readonly ProcessEntry[]> => {
      const left = await processes();
      for (const { pid } of left) await ask("kill", { pid, signal: "SIGKILL", group: false });
      for (const { pid } of left) await ask("waitFor", { condition: { gone: pid }, timeoutMs: PATIENCE_MS });
      return left;
    },

    readFile: (path: string, encoding: TextEncoding = "utf8"): Promise<string> => ask("readFile", { path, encoding }),
    /** Writes a file and the folders above it; the mode is set exactly, whatever the umask. */
    writeFile: async (path: string, text: string, mode = 0o644, encoding: TextEncoding = "utf8"): Promise<void> =>
      void (await ask("writeFile", { path, text, mode, encoding })),
    makeDirectory: async (path: string, mode = 0o755): Promise<void> =>
      void (await ask("makeDirectory", { path, mode })),
    symlink: async (target: string, path: string): Promise<void> => void (await ask("symlink", { target, path })),
    /** Removes a file or a folder with all that is in it; nothing happens when there is none. */
    remove: async (path: string): Promise<void> => void (await ask("remove", { path })),
    exists: async (path: string): Promise<boolean> => (await ask("status", { path })) !== null,
    /** lstat(2); null when there is nothing. */
    status: (path: string): Promise<FileStatus | null> => ask("status", { path }),
    /** The sorted names in a folder. */
    list: (path: string): Promise<readonly string[]> => ask("list", { path }),
    readLink: (path: string): Promise<string> => ask("readLink", { path }),

    /** Waits inside the guest, looking every 15 ms; rejects with what is there instead. */
    waitFor: (condition: Condition, timeoutMs = PATIENCE_MS) => ask("waitFor", { condition, timeoutMs }),
    /** Waits for a file, and for a match in it when a pattern is given. */
    waitForFile: (file: string, pattern?: RegExp, timeoutMs = PATIENCE_MS) =>
      ask("waitFor", { condition: pattern ? { file, matches: pattern.source } : { file }, timeoutMs }),

    close,
  };
}
