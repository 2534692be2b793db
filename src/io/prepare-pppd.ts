import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { constants } from "node:os";
import type { PreparePppd } from "../app/deps.ts";
import { PppctlError } from "../core/errors.ts";
import { ExitCode } from "../core/exit-codes.ts";

/**
 * A pppd that waits is a pppd in the middle of its options: the last of them is `file /proc/self/fd/0`, a pipe in which
 * stands `connect` without its argument, so that the program is loaded and everything else is read when the modem says
 * CONNECT. Go is the missing word, and the pipe's end. When we die or cancel the pipe ends without it: that is a mistake
 * in an option for pppd, which ends then and has not looked at the line.
 *
 * pppd opens its option files by name, which a socket (all that node has for a child) does not allow, so the shell makes
 * the pipe: a here-document, opened once more for writing. What writes go into it is a child of a child, of which pppd
 * knows nothing. A shell that has files for its here-documents becomes pppd only at go.
 *
 * The text is constant: pppd and its arguments are passed as arguments, and `more` is a word of ours.
 */
const waiting = `exec 7<&0 8<<'end'
connect
end
if [ -p /proc/self/fd/8 ]; then
  exec 9>/proc/self/fd/8
  ({ read -r more <&7 && printf '"" %s\\n' "$more" >&9; } 8<&- &)
  exec "$@" <&8 7<&- 8<&- 9>&-
fi
read -r more <&7 && exec "$@" 7<&- 8<&- <<end
connect "" $more
end
`;

/**
 * @param program the path of pppd
 * @throws PppctlError pppd.start, exit status 1
 */
export function preparePppdWith(program: string): PreparePppd {
  return async ({ args, env, output, waits }) => {
    const log = typeof output === "object" ? openSync(output.file, "a", 0o640) : output;
    try {
      const [file, ...words] = waits ? ["/bin/sh", "-c", waiting, "sh", program, ...args] : [program, ...args];
      const child = spawn(file as string, words, {
        env: { ...process.env, ...env },
        stdio: [waits ? "pipe" : output === "inherit" ? "inherit" : "ignore", log, log],
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
      // The process may be gone when we speak to it: `exited` tells.
      child.stdin?.on("error", () => undefined);
      const kill = (signal: NodeJS.Signals): void => {
        if (child.exitCode === null && child.signalCode === null) process.kill(pid, constants.signals[signal]);
      };
      let started = !waits;
      return {
        pid,
        exited,
        start: (more) => {
          started = true;
          child.stdin?.end(`${more ?? ""}\n`);
        },
        cancel: async () => {
          // By a signal, of which pppd says nothing there: it would complain of the missing word in syslog.
          if (!started) kill("SIGTERM");
          child.stdin?.end();
          await exited;
        },
        kill,
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
