import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { constants } from "node:os";
import type { StartPppd } from "../app/deps.ts";
import { PppctlError } from "../core/errors.ts";
import { ExitCode } from "../core/exit-codes.ts";

/**
 * The shell waits for one line on standard input and then becomes pppd, so that
 * pppd's pid is known, and the line's lock file names it, before pppd looks
 * (pppd/utils.c lock(): "somebody else locked it for us"). When we die before the
 * word is given, `read` fails and pppd never starts. The text is constant: pppd and
 * its arguments are passed as arguments.
 */
const trampoline = 'read -r go && exec "$@" </dev/null';
const trampolineWithStdin = 'read -r go <&3 && exec "$@" 3<&-';

/**
 * @param program the path of pppd
 * @throws PppctlError pppd.missing, exit status 127
 */
export function startPppdWith(program: string): StartPppd {
  return async ({ args, env, output, beforeExec }) => {
    const log = typeof output === "object" ? openSync(output.file, "a", 0o640) : output;
    try {
      const interactive = output === "inherit";
      const child = spawn("/bin/sh", ["-c", interactive ? trampolineWithStdin : trampoline, "sh", program, ...args], {
        env: { ...process.env, ...env },
        stdio: interactive ? ["inherit", "inherit", "inherit", "pipe"] : ["pipe", log, log],
        // Never a session of its own: as session leader pppd would make the modem's line its
        // controlling terminal, and the kernel hangs that line up when the leader exits at updetach.
        detached: false,
      });
      const exited = new Promise<{ status: number | undefined; signal: string | undefined }>((resolve) => {
        child.once("exit", (status, signal) => resolve({ status: status ?? undefined, signal: signal ?? undefined }));
      });
      const pid = await new Promise<number>((resolve, reject) => {
        child.once("spawn", () => resolve(child.pid as number));
        child.once("error", (error) => reject(startError(program, error)));
      });
      const go = (interactive ? child.stdio[3] : child.stdin) as NodeJS.WritableStream;
      go.on("error", () => undefined);
      try {
        beforeExec(pid);
      } catch (error) {
        go.end();
        await exited;
        throw error;
      }
      go.end("go\n");
      return {
        pid,
        exited,
        kill: (signal) => {
          if (child.exitCode === null && child.signalCode === null) process.kill(pid, constants.signals[signal]);
        },
      };
    } finally {
      if (typeof log === "number") closeSync(log);
    }
  };
}

function startError(program: string, error: Error): PppctlError {
  return new PppctlError({
    code: "pppd.start",
    message: `${program} cannot be started: ${error.message}`,
    exitCode: ExitCode.fatal,
    cause: error,
  });
}
