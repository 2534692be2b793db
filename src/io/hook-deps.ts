import { spawn } from "node:child_process";
import { closeSync, constants, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { HookCaller, HookDeps, HookLog } from "../app/run-hooks.ts";
import { listHookFiles } from "./hook-files.ts";
import { runScript } from "./hook-runner.ts";
import { defaultRunDirectory, readTextFile, recordDirectory } from "./record-store.ts";

/** Where the hooks' files are; tests have others. */
export interface HookPaths {
  /** pppd's configuration. */
  readonly etc: string;
  /** The folders of our records, one a peer (`recordDirectory`). */
  readonly run: string;
  /** The scripts' output goes here when it exists. */
  readonly log: string;
  /** Left by Debian's `pon -q`. */
  readonly stockQuick: string;
  readonly logger: string;
}

const systemPaths: HookPaths = {
  etc: "/etc/ppp",
  run: defaultRunDirectory,
  log: "/var/log/ppp-ipupdown.log",
  stockQuick: "/var/run/ppp-quick",
  logger: "/usr/bin/logger",
};

/** The world as `runHooks` sees it. */
export function createHookDeps(paths: HookPaths = systemPaths): HookDeps {
  return {
    clock: { now: () => performance.now() },
    listFiles: (event, linkname) => listHookFiles(paths.etc, event, linkname),
    readCaller,
    readRecord: (peer, name) => readTextFile(join(recordDirectory(peer, paths.run), name)),
    openLog: (truncate) => openHookLog(paths.log, truncate),
    run: (script) => runScript(script),
    takeStockQuickMark: () => takeFile(paths.stockQuick),
    terminate: (pid) => {
      try {
        process.kill(pid, "SIGTERM");
      } catch {
        // It has ended already, which is what was wanted.
      }
    },
    report: (line) => logLine(paths.logger, line),
  };
}

/** True when the file was there; it is gone. */
function takeFile(path: string): boolean {
  try {
    rmSync(path);
    return true;
  } catch {
    return false;
  }
}

/** proc(5): the environment that a process was started with; its children by fork have the same. */
function readCaller(pppd: number): HookCaller {
  const variables = (readTextFile(`/proc/${pppd}/environ`) ?? "").split("\0");
  const find = (name: string) => variables.find((text) => text.startsWith(`${name}=`))?.slice(name.length + 1);
  return { peer: find("PPPCTL_PEER") || undefined, quick: find("PPPCTL_QUICK") === "1" };
}

function openHookLog(path: string, truncate: boolean): HookLog | undefined {
  try {
    const mode = constants.O_WRONLY | constants.O_APPEND | (truncate ? constants.O_TRUNC : 0);
    const descriptor = openSync(path, mode);
    return {
      descriptor,
      write: (text) => {
        try {
          writeSync(descriptor, text);
        } catch {
          // A full disk must not keep the scripts from running.
        }
      },
      close: () => closeSync(descriptor),
    };
  } catch {
    return undefined;
  }
}

/** To pppd's own facility on Debian, local2. Nothing waits for it, nothing depends on it. */
function logLine(logger: string, line: string): void {
  const child = spawn(logger, ["-i", "-t", "pppctl", "-p", "local2.err", "--", line], {
    stdio: "ignore",
    detached: true,
  });
  child.once("error", () => {});
  child.unref();
}
