import { type ChildProcess, spawn } from "node:child_process";
import { EventEmitter } from "node:events";
import type { ProcessResult, StartOptions } from "../vm/guest-protocol.ts";
import { AgentError } from "./agent-error.ts";
import { openTerminal, type Terminal } from "./open-terminal.ts";

/** How long an output may stay open after its process has ended, before it counts as held by another. */
const HELD_OPEN_MS = 1_000;

/** A process that the host asked for, in a session of its own, with all that it printed so far. */
export type Child = {
  readonly pid: number;
  readonly output: () => { readonly stdout: string; readonly stderr: string };
  readonly write: (text: string, end: boolean) => void;
  /** Undefined until the process has ended and its output was read. */
  readonly result: () => ProcessResult | undefined;
  /** Emits `change` when there is more output, and when the process has ended. */
  readonly events: EventEmitter;
};

/** Starts a process; throws AgentError when it cannot be started (ENOENT, EACCES…). */
export async function startChild(argv: readonly string[], options: StartOptions): Promise<Child> {
  const [command, ...words] = argv;
  if (command === undefined) throw new AgentError("an empty argv");
  const terminal = options.pty ? await openTerminal() : undefined;
  const started = performance.now();
  const child = spawnProcess(command, words, options, terminal);
  const encoding = options.encoding ?? "utf8";
  const chunks: { stdout: Buffer[]; stderr: Buffer[] } = { stdout: [], stderr: [] };
  const events = new EventEmitter();
  const text = (stream: "stdout" | "stderr") => Buffer.concat(chunks[stream]).toString(encoding);
  const collect = (stream: "stdout" | "stderr") => (chunk: Buffer) => {
    chunks[stream].push(chunk);
    events.emit("change");
  };
  let result: ProcessResult | undefined;
  const finish = (status: number | null, signal: string | null, ms: number, heldOpen: boolean) => {
    if (result !== undefined) return;
    result = { status, signal, stdout: text("stdout"), stderr: text("stderr"), ms, heldOpen };
    child.stdout?.destroy();
    child.stderr?.destroy();
    terminal?.close();
    events.emit("change");
  };

  child.stdout?.on("data", collect("stdout"));
  child.stderr?.on("data", collect("stderr"));
  child.stdin?.on("error", () => {}); // EPIPE: it did not want its input
  const terminalEnded = terminal?.read(collect("stdout"));
  child.once("exit", (status, signal) => {
    const ms = Math.round(performance.now() - started);
    const timer = setTimeout(() => finish(status, signal, ms, true), HELD_OPEN_MS);
    const closed = () => {
      clearTimeout(timer);
      finish(status, signal, ms, false);
    };
    if (terminalEnded === undefined) child.once("close", closed);
    else void terminalEnded.then(closed);
  });
  await new Promise<void>((resolve, reject) => {
    child.once("spawn", resolve);
    child.once("error", (error: NodeJS.ErrnoException) => reject(new AgentError(error.message, error.code)));
  });
  terminal?.closeFarEnd();
  const write = (input: string, end: boolean) => {
    if (terminal) return terminal.write(Buffer.from(input, encoding));
    child.stdin?.write(input, encoding);
    if (end) child.stdin?.end();
  };
  if (options.input !== undefined) write(options.input, !options.keepInputOpen);
  return {
    pid: child.pid ?? 0,
    output: () => ({ stdout: text("stdout"), stderr: text("stderr") }),
    write,
    result: () => result,
    events,
  };
}

function spawnProcess(
  command: string,
  words: readonly string[],
  options: StartOptions,
  terminal: Terminal | undefined,
): ChildProcess {
  const common = {
    env: options.clearEnv ? { ...options.env } : { ...process.env, ...options.env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.uid === undefined ? {} : { uid: options.uid }),
    ...(options.gid === undefined ? {} : { gid: options.gid }),
  };
  if (terminal) {
    // setsid(1) makes the terminal the controlling one of a new session, and keeps the pid.
    const fd = terminal.farEnd;
    return spawn("/usr/bin/setsid", ["--ctty", command, ...words], { ...common, stdio: [fd, fd, fd] });
  }
  const input = options.input === undefined && !options.keepInputOpen ? ("ignore" as const) : ("pipe" as const);
  return spawn(command, words, { ...common, stdio: [input, "pipe", "pipe"], detached: true });
}
