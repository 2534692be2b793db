import { spawn } from "node:child_process";
import { closeSync, constants, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { HookDeps, HookLog } from "../app/run-hooks.ts";
import { listHookFiles } from "./hook-files.ts";
import { runScript } from "./hook-runner.ts";
import { recordDirectory } from "./record-store.ts";

/** Where the hooks' files are; tests have others. */
export interface HookPaths {
  /** pppd's configuration. */
  readonly etc: string;
  /** The folders of our links, one a link's name (`recordDirectory`): record.json, quick. */
  readonly links: string;
  /** The scripts' output goes here when it exists. */
  readonly log: string;
  /** Left by Debian's `pon -q`. */
  readonly stockQuick: string;
  readonly logger: string;
}

export const hookPaths: HookPaths = {
  etc: "/etc/ppp",
  links: "/run/pppctl/links",
  log: "/var/log/ppp-ipupdown.log",
  stockQuick: "/var/run/ppp-quick",
  logger: "/usr/bin/logger",
};

/** The world as `runHooks` sees it. */
export function createHookDeps(paths: HookPaths = hookPaths): HookDeps {
  return {
    clock: { now: () => performance.now() },
    listFiles: (event, linkname) => listHookFiles(paths.etc, event, linkname),
    readConnectRate: (linkname) => readConnectRate(join(recordDirectory(linkname, paths.links), "record.json")),
    openLog: (truncate) => openHookLog(paths.log, truncate),
    run: (script) => runScript(script),
    takeQuickMark: (linkname) => takeFile(join(recordDirectory(linkname, paths.links), "quick")),
    takeStockQuickMark: () => takeFile(paths.stockQuick) !== undefined,
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

/**
 * pppd sends SIGTERM to a script that still runs some seconds after the call
 * (child-timeout, pppd(8)). Debian's script dies of it while its run-parts goes on with
 * the rest: so do we.
 */
export function outlivePppd(): void {
  process.on("SIGTERM", () => {});
}

/** The file's text, and the file is gone; undefined when there was none. */
function takeFile(path: string): string | undefined {
  try {
    const text = readFileSync(path, "latin1");
    rmSync(path);
    return text;
  } catch {
    return undefined;
  }
}

function readConnectRate(path: string): number | undefined {
  try {
    const record: unknown = JSON.parse(readFileSync(path, "utf8"));
    if (typeof record !== "object" || record === null || !("connectRate" in record)) return undefined;
    return typeof record.connectRate === "number" ? record.connectRate : undefined;
  } catch {
    // No record: not a call of ours, or not dialed.
    return undefined;
  }
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
