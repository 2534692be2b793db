import { spawn } from "node:child_process";
import type { RunCommand } from "../app/deps.ts";

const searchPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
/** Its last words are read in this time after its end, milliseconds: what it left running may hold the pipe for ever. */
const lastWordsMs = 100;
/** As much of what it says on its standard error as anybody reads. */
const mostSaid = 4096;

/** See app/deps.ts. It is the head of a process group, so that what it has started ends with it. */
export const runCommand: RunCommand = (argv, { variables, limitMs, signal }) =>
  new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const [program = "", ...args] = argv.map((word) => Buffer.from(word, "latin1").toString());
    const env = { PATH: searchPath, ...variables };
    const child = spawn(program, args, { env, cwd: "/", detached: true, stdio: ["ignore", "ignore", "pipe"] });
    let said = "";
    let late = false;
    const kill = (): void => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
      } catch {
        // All of it has ended.
      }
    };
    const timer = setTimeout(() => {
      late = true;
      kill();
    }, limitMs);
    signal.addEventListener("abort", kill, { once: true });
    const settle = (why: string | undefined): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", kill);
      child.stderr.destroy();
      if (signal.aborted) reject(signal.reason);
      else resolve(why);
    };
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      said = (said + text).slice(-mostSaid);
    });
    child.once("error", (error: NodeJS.ErrnoException) => {
      const reasons: Readonly<Record<string, string>> = {
        ENOENT: "No such file or directory",
        EACCES: "Permission denied",
      };
      settle(`${program}: ${reasons[error.code ?? ""] ?? error.message}`);
    });
    child.once("exit", (status, killedBy) => {
      const end = (): void => {
        clearTimeout(patience);
        const last = said.trim().split("\n").at(-1) ?? "";
        const words = last === "" ? "" : `: ${last}`;
        if (late) settle(`${program} was killed at its time limit of ${limitMs / 1000} s${words}`);
        else if (status === 0) settle(undefined);
        else settle(`${program} ended with ${killedBy ?? `status ${status}`}${words}`);
      };
      const patience = setTimeout(end, lastWordsMs);
      child.once("close", end);
    });
  });
