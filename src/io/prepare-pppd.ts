import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { constants } from "node:os";
import type { PreparePppd } from "../app/deps.ts";
import { PppctlError } from "../core/errors.ts";
import { ExitCode } from "../core/exit-codes.ts";

/**
 * The shell waits for one line and then becomes pppd, so that pppd's pid is known, and
 * the line's lock file names it, before pppd looks (pppd/utils.c lock(): "somebody else
 * locked it for us"); and so that the process is there already when the modem says
 * CONNECT. When we die before, `read` fails and pppd never starts. The texts are constant:
 * pppd and its arguments are passed as arguments, and `more` is a word of ours.
 */
const trampoline = 'read -r more && exec "$@" $more </dev/null';
const trampolineOnTerminal = 'read -r more <&3 && exec "$@" $more 3<&-';

/**
 * @param program the path of pppd
 * @throws PppctlError pppd.start, exit status 1
 */
export function preparePppdWith(program: string): PreparePppd {
  return async ({ args, env, output }) => {
    const terminal = output === "inherit";
    const log = typeof output === "object" ? openSync(output.file, "a", 0o640) : "ignore";
    try {
      const child = spawn("/bin/sh", ["-c", terminal ? trampolineOnTerminal : trampoline, "sh", program, ...args], {
        env: { ...process.env, ...env },
        stdio: terminal ? ["inherit", "inherit", "inherit", "pipe"] : ["pipe", log, log],
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
      const go = (terminal ? child.stdio[3] : child.stdin) as NodeJS.WritableStream;
      // The process may be gone when we speak to it: `exited` tells.
      go.on("error", () => undefined);
      return {
        pid,
        exited,
        start: (more) => go.end(`${more ?? ""}\n`),
        cancel: async () => {
          go.end();
          await exited;
        },
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
