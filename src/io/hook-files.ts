import { lstatSync, readdirSync, type Stats, statSync } from "node:fs";
import { basename, join } from "node:path";
import type { HookEvent } from "../hooks/hook-event.ts";
import type { HookDirectory, HookFile, HookFiles } from "../hooks/hook-files.ts";
import { planHooks } from "../hooks/plan-hooks.ts";

/**
 * What the hook plan must know of `etc` (/etc/ppp).
 *
 * @throws the system's error when a directory is there but cannot be read.
 */
export function listHookFiles(etc: string, event: HookEvent, linkname: string | undefined): HookFiles {
  const directory = join(etc, `${event}.d`);
  return {
    runner: process.geteuid?.() ?? 0,
    override: readHookFile(join(etc, `${event}.local`)),
    directory: readHookDirectory(directory),
    linkDirectory: linkname === undefined ? undefined : readHookDirectory(join(directory, linkname)),
  };
}

/** Some script of an event, beside those of a link's own folder, would be run. */
export function hasHooks(etc: string, event: HookEvent): boolean {
  return planHooks(listHookFiles(etc, event, undefined)).steps.some(({ run }) => run);
}

function readHookDirectory(path: string): HookDirectory | undefined {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined || !stats.isDirectory()) return undefined;
  const files = readdirSync(path).map((name) => readHookFile(join(path, name)));
  return { path, ...ownership(stats), files: files.filter((file) => file !== undefined) };
}

/** Undefined when there is no such name (any more). */
function readHookFile(path: string): HookFile | undefined {
  const name = basename(path);
  try {
    const stats = statSync(path);
    const type = stats.isFile() ? "file" : stats.isDirectory() ? "directory" : "other";
    return { path, name, type, size: stats.size, ...ownership(stats) };
  } catch {
    // A link to nothing, a loop of links, or a place we may not look into.
    const link = lstatSync(path, { throwIfNoEntry: false });
    return link === undefined ? undefined : { path, name, type: "broken", size: 0, ...ownership(link) };
  }
}

function ownership({ uid, gid, mode }: Stats): { uid: number; gid: number; mode: number } {
  return { uid, gid, mode: mode & 0o7777 };
}
