import { type ChildProcess, spawn } from "node:child_process";
import { statSync } from "node:fs";
import { constants } from "node:os";
import type { LogDeps, LogPaths } from "../app/show-log.ts";

const systemPaths: LogPaths = { pppLog: "/var/log/ppp.log", syslog: "/var/log/syslog" };

/** Ends of a reader that a shell would have delivered to tail itself, by exec. */
const forwarded = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** The world as `showLog` sees it: real files, tail(1), journalctl(1), standard output. */
export function createLogDeps(paths: LogPaths = systemPaths): LogDeps {
  return {
    paths,
    fileSize: (path) => {
      try {
        return statSync(path).size;
      } catch {
        return undefined;
      }
    },
    run: (program, args) => waitFor(spawn(program, args, { stdio: "inherit" })),
    runLines: async (program, args, onLine) => {
      const child = spawn(program, args, { stdio: ["inherit", "pipe", "inherit"] });
      const ended = waitFor(child);
      // `plog | head` goes away: what we have is of no use to anybody any more.
      process.stdout.on("error", () => child.kill("SIGPIPE"));
      // Here, for ppp.log needs no line parser and plog is to start fast.
      const { readLines } = await import("./log-lines.ts");
      await readLines(child.stdout, onLine);
      return await ended;
    },
    write: (line) => process.stdout.write(`${line}\n`, "latin1"),
  };
}

/** The exit status as a shell has it (128 and the signal's number); undefined when there is no such program. */
function waitFor(child: ChildProcess): Promise<number | undefined> {
  const handlers = forwarded.map((signal) => [signal, () => child.kill(signal)] as const);
  for (const [signal, handler] of handlers) process.on(signal, handler);
  return new Promise<number | undefined>((resolve, reject) => {
    child.once("error", (error: NodeJS.ErrnoException) =>
      error.code === "ENOENT" ? resolve(undefined) : reject(error),
    );
    child.once("exit", (status, signal) => resolve(signal === null ? (status ?? 0) : 128 + constants.signals[signal]));
  }).finally(() => {
    for (const [signal, handler] of handlers) process.off(signal, handler);
  });
}
