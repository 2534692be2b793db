import { spawn } from "node:child_process";
import { closeSync, constants, openSync, rmSync, writeSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { HookCaller, HookDeps, HookLog } from "../app/run-hooks.ts";
import { lacOptionsName, parseXl2tpdLink, xl2tpdLinkName } from "../app/xl2tpd-record.ts";
import { openCallLog } from "./call-log.ts";
import { defaultStateDirectory, historyStore } from "./history-store.ts";
import { listHookFiles } from "./hook-files.ts";
import { runScript } from "./hook-runner.ts";
import { hostJournal } from "./host-journal-file.ts";
import { systemNameServers } from "./name-servers.ts";
import { peerStores } from "./peer-store.ts";
import { listProcesses, readProcess, readVariable } from "./process-table.ts";
import { defaultRunDirectory, readTextFile, recordDirectory } from "./record-store.ts";
import { systemRoutes } from "./route-table.ts";
import { systemClock } from "./system-clock.ts";
import { systemFiles } from "./system-files.ts";

/** Where the hooks' files are; tests have others. */
export interface HookPaths {
  /** pppd's configuration. */
  readonly etc: string;
  /** The folders of our records, one a peer (`recordDirectory`). */
  readonly run: string;
  /** Where the history is. */
  readonly state: string;
  /** The scripts' output goes here when it exists. */
  readonly log: string;
  /** Left by Debian's `pon -q`. */
  readonly stockQuick: string;
  readonly logger: string;
}

const systemPaths: HookPaths = {
  etc: "/etc/ppp",
  run: defaultRunDirectory,
  state: defaultStateDirectory,
  log: "/var/log/ppp-ipupdown.log",
  stockQuick: "/var/run/ppp-quick",
  logger: "/usr/bin/logger",
};

/** The world as `runHooks` sees it. */
export function createHookDeps(paths: HookPaths = systemPaths): HookDeps {
  return {
    clock: { now: () => performance.now() },
    listFiles: (event, linkname) => listHookFiles(paths.etc, event, linkname),
    readCaller: (pppd) => readCaller(pppd, paths.run),
    readRecord: (peer, name) => readTextFile(join(recordDirectory(peer, paths.run), name)),
    openCallLog: (peer) => openCallLog(recordDirectory(peer, paths.run)),
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
    calls: {
      clock: systemClock,
      history: historyStore({ own: paths.state, all: [paths.state] }),
      self: { pid: process.pid, startTime: readProcess(process.pid)?.startTime ?? 0 },
      stores: peerStores(paths.run),
      files: systemFiles,
      processes: { list: listProcesses, read: readProcess, variable: readVariable },
    },
    host: {
      routes: systemRoutes,
      journal: hostJournal(paths.run),
      nameServers: systemNameServers,
      readRecord: (peer, name) => peerStores(paths.run).of(peer).read(name),
      writeRecord: (peer, name, text) => peerStores(paths.run).of(peer).write(name, text),
      removeRecord: (peer, name) => peerStores(paths.run).of(peer).remove(name),
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

function readCaller(pppd: number, run: string): HookCaller {
  const find = (name: string) => readVariable(pppd, name) || undefined;
  const told = { peer: find("PPPCTL_PEER"), quick: find("PPPCTL_QUICK") === "1", call: find("PPPCTL_CALL") };
  return told.peer === undefined && told.call === undefined ? (readLacCaller(pppd, run) ?? told) : told;
}

/** xl2tpd has started it, with an option file of pon's. */
function readLacCaller(pppd: number, run: string): HookCaller | undefined {
  const file = readProcess(pppd)?.argv.find((word) => word.endsWith(`/${lacOptionsName}`));
  const directory = dirname(file ?? "");
  const link = dirname(directory) === run ? parseXl2tpdLink(readTextFile(join(directory, xl2tpdLinkName))) : undefined;
  if (link === undefined) return undefined;
  return { peer: decodeURIComponent(basename(directory)), quick: link.quick === true, call: link.call };
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
