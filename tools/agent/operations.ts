import {
  chmodSync,
  type Dirent,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  type Stats,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { release } from "node:os";
import { dirname } from "node:path";
import type { FileStatus, OperationName, ProcessResult, RequestOf, ValueOf } from "../vm/guest-protocol.ts";
import { AgentError } from "./agent-error.ts";
import { type Child, startChild } from "./child-process.ts";
import { listProcesses } from "./list-processes.ts";
import { describeCondition, isMet, waitUntil } from "./wait-until.ts";

type Handlers = {
  readonly [Name in OperationName]: (request: RequestOf<Name>) => ValueOf<Name> | Promise<ValueOf<Name>>;
};

/** The agent's operations; what was spawned lives as long as they do. */
export function makeOperations(): Handlers {
  const children = new Map<number, Child>();
  const find = (handle: number): Child => {
    const child = children.get(handle);
    if (child === undefined) throw new AgentError(`no process was spawned as ${handle}`);
    return child;
  };

  return {
    hello: () => ({ pid: process.pid, uptimeMs: Math.round(process.uptime() * 1000), kernel: release() }),

    run: async ({ argv, timeoutMs, ...options }) => {
      const child = await startChild(argv, options);
      try {
        return await waitForResult(child, timeoutMs, argv.join(" "));
      } catch (error) {
        signalProcess(child.pid, "SIGKILL", true);
        throw error;
      }
    },
    spawn: async ({ argv, ...options }) => {
      const child = await startChild(argv, options);
      const handle = children.size + 1;
      children.set(handle, child);
      return { handle, pid: child.pid };
    },
    output: ({ handle }) => find(handle).output(),
    more: async ({ handle, stdoutSeen, stderrSeen }) => {
      const child = find(handle);
      const look = () => {
        const { stdout, stderr } = child.output();
        const ended = child.result() !== undefined;
        const more = stdout.length > stdoutSeen || stderr.length > stderrSeen;
        return more || ended
          ? { stdout: stdout.slice(stdoutSeen), stderr: stderr.slice(stderrSeen), ended }
          : undefined;
      };
      return look() ?? (await waitForChange(child, look));
    },
    matchOutput: async ({ handle, pattern, timeoutMs }) => {
      const child = find(handle);
      const expression = new RegExp(pattern, "m");
      const text = () => `${child.output().stdout}\n${child.output().stderr}`;
      const look = () => {
        const match = expression.exec(text());
        if (match) return [...match].map((group) => group ?? "");
        if (child.result() === undefined) return undefined;
        throw new AgentError(`it ended without /${pattern}/m in its output:\n${text()}`, "ended");
      };
      return waitUntil(look, timeoutMs, () => `/${pattern}/m in the output:\n${text()}`);
    },
    wait: ({ handle, timeoutMs }) => waitForResult(find(handle), timeoutMs, `the end of pid ${find(handle).pid}`),
    write: ({ handle, text, end }) => {
      find(handle).write(text, end);
      return null;
    },
    kill: ({ pid, signal, group }) => signalProcess(pid, signal as NodeJS.Signals, group),
    processes: () => listProcesses(),

    readFile: ({ path, encoding }) => readFileSync(path, encoding),
    writeFile: ({ path, text, mode, encoding }) => {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text, { encoding, mode });
      chmodSync(path, mode);
      return null;
    },
    makeDirectory: ({ path, mode }) => {
      mkdirSync(path, { recursive: true });
      chmodSync(path, mode);
      return null;
    },
    symlink: ({ target, path }) => {
      symlinkSync(target, path);
      return null;
    },
    remove: ({ path }) => {
      rmSync(path, { recursive: true, force: true });
      return null;
    },
    status: ({ path }) => readStatus(path),
    list: ({ path }) => readdirSync(path).sort(),
    readLink: ({ path }) => readlinkSync(path),
    waitFor: async ({ condition, timeoutMs }) => {
      const started = performance.now();
      await waitUntil(
        () => isMet(condition) || undefined,
        timeoutMs,
        () => describeCondition(condition),
      );
      return { ms: Math.round(performance.now() - started) };
    },
  };
}

function waitForChange<T>(child: Child, look: () => T | undefined): Promise<T> {
  return new Promise((resolve) => {
    const check = () => {
      const found = look();
      if (found === undefined) return;
      child.events.off("change", check);
      resolve(found);
    };
    child.events.on("change", check);
  });
}

async function waitForResult(child: Child, timeoutMs: number, what: string): Promise<ProcessResult> {
  const now = child.result();
  if (now) return now;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const { stdout, stderr } = child.output();
      reject(new AgentError(`not within ${timeoutMs} ms: ${what}\nstdout: ${stdout}\nstderr: ${stderr}`, "timeout"));
    }, timeoutMs);
  });
  try {
    return await Promise.race([waitForChange(child, () => child.result()), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** False when there is no such process (any more). */
function signalProcess(pid: number, signal: NodeJS.Signals, group: boolean): boolean {
  try {
    process.kill(group ? -pid : pid, signal);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
    throw error;
  }
}

function readStatus(path: string): FileStatus | null {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return null;
  return { type: nameType(found), mode: found.mode & 0o7777, uid: found.uid, gid: found.gid, size: found.size };
}

function nameType(found: Stats | Dirent): FileStatus["type"] {
  if (found.isDirectory()) return "directory";
  if (found.isSymbolicLink()) return "symlink";
  if (found.isCharacterDevice()) return "character";
  if (found.isBlockDevice()) return "block";
  if (found.isFIFO()) return "fifo";
  return found.isSocket() ? "socket" : "file";
}
