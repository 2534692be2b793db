/**
 * What the host asks the guest's agent, one JSON object a line, over a virtio-serial port: `{id, op, …}`,
 * answered by `{id, value}` or `{id, error}`. Requests are answered as they finish, in any order.
 */

/** How bytes travel as text: latin1 keeps every byte. */
export type TextEncoding = "utf8" | "latin1";

export type StartOptions = {
  /** Added to the agent's environment (PATH, HOME, LANG), or instead of it with `clearEnv`. */
  readonly env?: Readonly<Record<string, string>>;
  readonly clearEnv?: boolean;
  readonly cwd?: string;
  /** Written to standard input, which is then closed. Without it standard input is /dev/null. */
  readonly input?: string;
  /** Leaves standard input open after `input`, for more by `write`. A terminal (`pty`) always is. */
  readonly keepInputOpen?: boolean;
  readonly uid?: number;
  readonly gid?: number;
  /** For input, stdout and stderr; utf8 unless told. */
  readonly encoding?: TextEncoding;
  /** Runs it on a new terminal of its own (80x24), as a login would; stdout then holds what both streams print. */
  readonly pty?: boolean;
};

export type ProcessResult = {
  /** Exit status, or null when a signal ended it. */
  readonly status: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Wall time in the guest from start to exit. */
  readonly ms: number;
  /** True when another process still held stdout or stderr open a second after the exit. */
  readonly heldOpen: boolean;
};

export type ProcessEntry = {
  readonly pid: number;
  readonly ppid: number;
  readonly session: number;
  /** R, S, D, T, Z … (proc(5)). */
  readonly state: string;
  readonly name: string;
  readonly argv: readonly string[];
};

/** Something to wait for. `matches` and the process patterns are sources of regular expressions (flag m). */
export type Condition =
  | { readonly file: string; readonly matches?: string }
  | { readonly noFile: string }
  | { readonly gone: number }
  | { readonly process: string }
  | { readonly noProcess: string };

export type FileStatus = {
  readonly type: "file" | "directory" | "symlink" | "character" | "block" | "fifo" | "socket";
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
};

/** Every operation: what it is given and what it gives back. Times are milliseconds. */
export type Operations = {
  hello: [request: object, value: { readonly pid: number; readonly uptimeMs: number; readonly kernel: string }];
  run: [request: { argv: readonly string[]; timeoutMs: number } & StartOptions, value: ProcessResult];
  spawn: [
    request: { argv: readonly string[] } & StartOptions,
    value: { readonly handle: number; readonly pid: number },
  ];
  output: [request: { handle: number }, value: { readonly stdout: string; readonly stderr: string }];
  /** Answers when there is more than was seen, or when the process and its output have ended. */
  more: [
    request: { handle: number; stdoutSeen: number; stderrSeen: number },
    value: { readonly stdout: string; readonly stderr: string; readonly ended: boolean },
  ];
  matchOutput: [request: { handle: number; pattern: string; timeoutMs: number }, value: readonly string[]];
  wait: [request: { handle: number; timeoutMs: number }, value: ProcessResult];
  write: [request: { handle: number; text: string; end: boolean }, value: null];
  kill: [request: { pid: number; signal: string; group: boolean }, value: boolean];
  processes: [request: object, value: readonly ProcessEntry[]];
  readFile: [request: { path: string; encoding: TextEncoding }, value: string];
  writeFile: [request: { path: string; text: string; mode: number; encoding: TextEncoding }, value: null];
  makeDirectory: [request: { path: string; mode: number }, value: null];
  symlink: [request: { target: string; path: string }, value: null];
  remove: [request: { path: string }, value: null];
  status: [request: { path: string }, value: FileStatus | null];
  list: [request: { path: string }, value: readonly string[]];
  readLink: [request: { path: string }, value: string];
  waitFor: [request: { condition: Condition; timeoutMs: number }, value: { readonly ms: number }];
};

export type OperationName = keyof Operations;
export type RequestOf<Name extends OperationName> = Operations[Name][0];
export type ValueOf<Name extends OperationName> = Operations[Name][1];

export type AgentRequest = { readonly id: string; readonly op: OperationName } & Readonly<Record<string, unknown>>;
export type AgentAnswer =
  | { readonly id: string; readonly value: unknown }
  | { readonly id: string; readonly error: { readonly message: string; readonly code?: string } };
