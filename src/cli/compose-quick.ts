import type { QuickWorld } from "../app/is-plainly-up.ts";
import { systemInterfaces } from "../io/network-interfaces.ts";
import { peerStores, runDirectoryFor } from "../io/peer-store.ts";
import { pppdVersion } from "../io/pppd-program.ts";
import { systemProcesses } from "../io/process-table.ts";
import { systemClock } from "../io/system-clock.ts";
import { systemFiles } from "../io/system-files.ts";
import { systemHost } from "../io/system-host.ts";

/** As much of the world as a look at a link that is up needs. */
export function composeQuickWorld(env: NodeJS.ProcessEnv): QuickWorld {
  const uid = process.getuid?.() ?? 0;
  const runDirectory = runDirectoryFor(uid, env);
  return {
    clock: systemClock,
    root: uid === 0,
    files: systemFiles,
    processes: systemProcesses,
    probe: async (...probe) => (await import("../io/probe-link.ts")).probeLink(...probe),
    stores: peerStores(runDirectory),
    foreignStores: uid === 0 ? [] : [peerStores()],
    pppd: { version: () => pppdVersion(runDirectory) },
    host: systemHost(),
    ...systemInterfaces,
  };
}
