import { linkSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { HostJournal } from "../app/host-deps.ts";
import { formatJournal, parseJournal } from "../link/host-journal.ts";
import { readProcess } from "./process-table.ts";
import { defaultRunDirectory, makeRecordDirectory, readTextFile, writeFileAtomically } from "./record-store.ts";

const pollMs = 10;

/** The journal of everything that pon changes on this machine: one file, one writer at a time. */
export function hostJournal(directory = defaultRunDirectory): HostJournal {
  const path = join(directory, "journal");
  const lock = `${path}.lock`;
  return {
    isEmpty: () => (statSync(path, { throwIfNoEntry: false })?.size ?? 0) === 0,
    change: async (work) => {
      makeRecordDirectory(`${directory}/.`);
      await takeLock(lock);
      try {
        return await work({
          entries: parseJournal(readTextFile(path) ?? ""),
          write: (entries) => {
            if (entries.length === 0) rmSync(path, { force: true });
            else writeFileAtomically(path, formatJournal(entries));
          },
        });
      } finally {
        rmSync(lock, { force: true });
      }
    },
  };
}

/** Wait until nobody else writes. The lock appears with its owner in it, so that one of a process that is gone is known. */
async function takeLock(lock: string): Promise<void> {
  const own = `${lock}.${crypto.randomUUID()}`;
  writeFileSync(own, markOf(process.pid));
  try {
    for (;;) {
      try {
        linkSync(own, lock);
        return;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      }
      const holder = readTextFile(lock);
      if (holder !== undefined && holder !== markOf(Number.parseInt(holder, 10))) removeStale(lock, holder, own);
      else await new Promise((resolve) => setTimeout(resolve, pollMs));
    }
  } finally {
    rmSync(own, { force: true });
  }
}

/** Only the lock that was looked at: another process may have taken its place meanwhile, and gets it back. */
function removeStale(lock: string, holder: string, own: string): void {
  const aside = `${own}.stale`;
  try {
    renameSync(lock, aside);
    if (readTextFile(aside) !== holder) linkSync(aside, lock);
  } catch {
    // Somebody else was faster, with either.
  } finally {
    rmSync(aside, { force: true });
  }
}

/** pid and start time: a pid alone is used again. */
function markOf(pid: number): string {
  return `${pid} ${readProcess(pid)?.startTime ?? "gone"}\n`;
}
