import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { World } from "../app/deps.ts";
import { blockStore } from "../io/block-store.ts";
import { followFile } from "../io/follow-file.ts";
import { historyStore, stateDirectoriesFor } from "../io/history-store.ts";
import { hasHooks } from "../io/hook-files.ts";
import { hookShim } from "../io/hook-shim.ts";
import { hostJournal } from "../io/host-journal-file.ts";
import { inheritedLine } from "../io/inherited-line.ts";
import { systemNameServers } from "../io/name-servers.ts";
import { systemNetwork } from "../io/network.ts";
import { systemInterfaces } from "../io/network-interfaces.ts";
import { oneTimeSecrets } from "../io/one-time-secrets.ts";
import { openSerialLine } from "../io/open-serial-line.ts";
import { peerStores, runDirectoryFor } from "../io/peer-store.ts";
import { findPppd, kernelHasPpp, pppdVersion } from "../io/pppd-program.ts";
import { preparePppdWith } from "../io/prepare-pppd.ts";
import { readProcess, systemProcesses } from "../io/process-table.ts";
import { systemRoutes } from "../io/route-table.ts";
import { startWatcherWith } from "../io/start-watcher.ts";
import { systemClock } from "../io/system-clock.ts";
import { systemFiles } from "../io/system-files.ts";
import { systemHost } from "../io/system-host.ts";
import { lockLine } from "../io/uucp-lock.ts";
import { systemXl2tpd } from "../io/xl2tpd.ts";

/**
 * Bring the real world together for the use cases.
 *
 * @param mainUrl `import.meta.url` of the command, which is bundled to dist/NAME-main.js
 */
export function composeWorld(env: NodeJS.ProcessEnv, mainUrl: string): World {
  const uid = process.getuid?.() ?? 0;
  const runDirectory = runDirectoryFor(uid, env);
  const stateDirectories = stateDirectoriesFor(uid, env);
  let version: ReturnType<typeof pppdVersion> | undefined;
  const packageDirectory = join(dirname(fileURLToPath(mainUrl)), "..");
  return {
    clock: systemClock,
    root: process.getuid?.() === 0,
    env,
    files: systemFiles,
    secrets: oneTimeSecrets,
    processes: systemProcesses,
    self: { pid: process.pid, startTime: readProcess(process.pid)?.startTime ?? 0 },
    probe: async (...probe) => (await import("../io/probe-link.ts")).probeLink(...probe),
    stores: peerStores(runDirectory),
    foreignStores: uid === 0 ? [] : [peerStores()],
    history: historyStore(stateDirectories),
    blocks: blockStore(stateDirectories),
    localOffset: (wallTime) => -60_000 * new Date(wallTime).getTimezoneOffset(),
    random: Math.random,
    openLine: openSerialLine,
    inheritedLine: () => inheritedLine(),
    lockLine: (device) => lockLine(device),
    runCommand: async (...command) => (await import("../io/run-command.ts")).runCommand(...command),
    followFile,
    pppd: {
      program: findPppd,
      version: () => {
        version ??= pppdVersion(runDirectory);
        return version;
      },
      kernelHasPpp: () => kernelHasPpp(),
      prepare: (start) => preparePppdWith(findPppd())(start),
    },
    host: systemHost(),
    network: systemNetwork,
    xl2tpd: systemXl2tpd,
    routes: systemRoutes,
    journal: hostJournal(runDirectory),
    nameServers: systemNameServers,
    ...systemInterfaces,
    startWatcher: startWatcherWith(join(packageDirectory, "dist", "watch-main.js")),
    hasHooks: (event) => hasHooks("/etc/ppp", event),
    ownPrograms: {
      pppctl: join(packageDirectory, "bin", "pppctl"),
      hook: (event) => hookShim(join(packageDirectory, "bin", "hooks", event)),
    },
    // ifupdown(8) calls us with a cleared environment and these.
    startedByIfupdown: env["IFACE"] !== undefined && env["METHOD"] === "ppp",
  };
}
