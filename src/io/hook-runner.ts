import { type ChildProcess, spawn } from "node:child_process";
import type { ScriptEnd, ScriptRun } from "../app/run-hooks.ts";

/** Milliseconds between SIGTERM and SIGKILL, and after that until we stop waiting. */
interface Grace {
  readonly term: number;
  readonly kill: number;
}

const patience: Grace = { term: 5_000, kill: 1_000 };

/**
 * Run a script in a session and process group of its own and wait for it, not for what
 * it left running in the background (its output is a file or inherited, never a pipe).
 * At the limit the whole group is ended.
 */
export async function runScript(run: ScriptRun, grace: Grace = patience): Promise<ScriptEnd> {
  try {
    return await waitForScript(start(run), run.limit, grace);
  } catch (error) {
    // spawn() throws what it finds out before the fork: a NUL in a variable, no memory.
    return { kind: "failed", reason: error instanceof Error ? error.message : String(error) };
  }
}

function waitForScript(child: ChildProcess, limit: number, grace: Grace): Promise<ScriptEnd> {
  return new Promise((resolve) => {
    let timedOut = false;
    let timer = setTimeout(() => {
      timedOut = true;
      signalGroup(child, "SIGTERM");
      timer = setTimeout(() => {
        signalGroup(child, "SIGKILL");
        // A process in an uninterruptible system call outlives SIGKILL: the next script must not wait for it.
        timer = setTimeout(() => finish({ kind: "timeout" }), grace.kill);
      }, grace.term);
    }, limit);

    child.once("error", (error) => finish({ kind: "failed", reason: error.message }));
    child.once("exit", (status, signal) => {
      if (timedOut) {
        signalGroup(child, "SIGKILL");
        finish({ kind: "timeout" });
      } else {
        finish(signal === null ? { kind: "exit", status: status ?? 0 } : { kind: "signal", signal });
      }
    });

    function finish(end: ScriptEnd): void {
      clearTimeout(timer);
      child.unref();
      resolve(end);
    }
  });
}

/** The umask is the process's own, so it is changed just for the fork. */
function start({ path, args, env, log, umask }: ScriptRun): ChildProcess {
  const output = log?.descriptor ?? "inherit";
  const before = umask === undefined ? undefined : process.umask(umask);
  try {
    return spawn(path, args, { cwd: "/", env, detached: true, stdio: ["ignore", output, output] });
  } finally {
    if (before !== undefined) process.umask(before);
  }
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // ESRCH: the group has ended by itself.
  }
}
