import { spawn } from "node:child_process";

/** What a program of the system said. `status` is null when a signal ended it or it could not be started. */
export interface ProgramEnd {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The first line of its standard error, or why it could not be started. */
  readonly complaint: string;
}

/** Looked in after PATH: pppd's scripts and cron have short ones. */
const systemFolders = "/usr/sbin:/sbin:/usr/bin:/bin";

const limitMs = 10_000;

/**
 * Run a program of the system to its end, in the C locale; it is killed after ten seconds. execa is left out: pppd waits for
 * its hooks, and execa takes longer to load than ip(8) to run.
 */
export function runProgram(program: string, words: readonly string[], input = ""): Promise<ProgramEnd> {
  return new Promise((resolve) => {
    const env = { ...process.env, PATH: `${process.env["PATH"] ?? ""}:${systemFolders}`, LC_ALL: "C" };
    const child = spawn(program, words, { env, timeout: limitMs, stdio: ["pipe", "pipe", "pipe"] });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    // It need not read what it is given.
    child.stdin.on("error", () => undefined);
    child.stdin.end(input);
    child.once("error", ({ message }) => resolve({ status: null, stdout, stderr, complaint: message }));
    child.once("close", (status, signal) => {
      const said = stderr.trim().split("\n")[0] ?? "";
      resolve({ status, stdout, stderr, complaint: said || `${program} ended with ${signal ?? `status ${status}`}` });
    });
  });
}
