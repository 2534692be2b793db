import { chmodSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import type { BlockStore } from "../app/deps.ts";
import { formatBlockRecord, parseBlockRecord } from "../link/block-record.ts";
import { readTextFile, recordDirectory, writeFileAtomically } from "./record-store.ts";

/**
 * Blocked peers: `blocked/<peer percent-encoded>.json` below the state directory, which outlives a reboot.
 *
 * @param directories `own` is written, `all` are read (io/history-store.ts)
 */
export function blockStore(directories: { readonly own: string; readonly all: readonly string[] }): BlockStore {
  const fileOf = (peer: string, state: string): string => `${recordDirectory(peer, join(state, "blocked"))}.json`;
  return {
    peers: () => directories.all.flatMap((state) => listBlocked(join(state, "blocked"))),
    read: (peer) =>
      directories.all
        .map((state) => parseBlockRecord(readTextFile(fileOf(peer, state)) ?? ""))
        .find((record) => record?.peer === peer),
    write: (record) => {
      const path = fileOf(record.peer, directories.own);
      const directory = dirname(path);
      const made = mkdirSync(directory, { recursive: true, mode: 0o755 });
      // Whatever the umask is: others see that a peer is blocked.
      if (made !== undefined) chmodSync(directory, 0o755);
      if (made !== undefined && made !== directory) chmodSync(directories.own, 0o755);
      writeFileAtomically(path, formatBlockRecord(record));
    },
    remove: (peer) => rmSync(fileOf(peer, directories.own), { force: true }),
  };
}

function listBlocked(directory: string): readonly string[] {
  let names: readonly string[];
  try {
    names = readdirSync(directory);
  } catch {
    return [];
  }
  return names
    .filter((name) => name.endsWith(".json"))
    .flatMap((name) => parseBlockRecord(readTextFile(join(directory, name)) ?? "")?.peer ?? []);
}
