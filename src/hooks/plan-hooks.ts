import { distrustOwner } from "./distrust-owner.ts";
import type { HookDirectory, HookFile, HookFiles } from "./hook-files.ts";

/**
 * One script of an event. `refused` tells a script that is not run for safety's sake, or
 * that cannot be run, from one that run-parts would pass over without a word.
 */
type HookStep =
  | { readonly path: string; readonly run: true }
  | { readonly path: string; readonly run: false; readonly reason: string; readonly refused: boolean };

/** What an event runs, in this order. */
export interface HookPlan {
  /** True when /etc/ppp/EVENT.local takes the place of everything else. */
  readonly override: boolean;
  readonly steps: readonly HookStep[];
}

/** run-parts(8) without --lsbsysinit and --regex: so `foo.sh` and `foo.dpkg-old` are not run. */
const runPartsName = /^[A-Za-z0-9_-]+$/;

/** The scripts of one link come after those of the directory whose names begin with 05 or less. */
const lastBeforeLink = "05";

/** True for a link's name that can name a directory inside the event's own. */
export function isDirectoryName(linkname: string): boolean {
  return linkname !== "" && linkname !== "." && linkname !== ".." && !/[/\0]/.test(linkname);
}

/**
 * Which scripts an event runs and in which order: Debian's /etc/ppp/ip-up, with the
 * peer-specific directories of the PPTP HOWTO (`ip-up.d/LINKNAME/`). Those are left to a
 * runnable script of the user's whose name has `peer-specific` in it, when there is one.
 */
export function planHooks(files: HookFiles): HookPlan {
  const { override, directory, linkDirectory, runner } = files;
  if (override?.type === "file" && isExecutable(override)) {
    return { override: true, steps: [judgeContent(override, runner)] };
  }
  const own = directory === undefined ? [] : planDirectory(directory, runner);
  const userDoesIt = own.some((step) => step.run && baseName(step.path).includes("peer-specific"));
  if (linkDirectory === undefined || userDoesIt) return { override: false, steps: own };
  const after = own.findIndex((step) => baseName(step.path).slice(0, lastBeforeLink.length) > lastBeforeLink);
  const split = after === -1 ? own.length : after;
  const steps = [...own.slice(0, split), ...planDirectory(linkDirectory, runner), ...own.slice(split)];
  return { override: false, steps };
}

/** The directory's scripts as run-parts takes them: in the order of their bytes (the C locale). */
function planDirectory(directory: HookDirectory, runner: number): readonly HookStep[] {
  const distrust = distrustOwner(directory, runner);
  return directory.files
    .filter((file) => file.type !== "directory")
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map((file) => {
      const step = judge(file, runner);
      return step.run && distrust !== undefined ? refuse(file, `${directory.path}: ${distrust}`) : step;
    });
}

function judge(file: HookFile, runner: number): HookStep {
  if (!runPartsName.test(file.name)) return pass(file, "run-parts takes only names of letters, digits, _ and -");
  return judgeContent(file, runner);
}

function judgeContent(file: HookFile, runner: number): HookStep {
  if (file.type === "broken") return refuse(file, "it is a link to nothing");
  if (file.type !== "file") return pass(file, "it is not a regular file");
  if (!isExecutable(file)) return pass(file, "it is not executable");
  if (file.size === 0) return pass(file, "it is empty");
  const distrust = distrustOwner(file, runner);
  return distrust === undefined ? { path: file.path, run: true } : refuse(file, distrust);
}

function refuse(file: HookFile, reason: string): HookStep {
  return { path: file.path, run: false, reason, refused: true };
}

function pass(file: HookFile, reason: string): HookStep {
  return { path: file.path, run: false, reason, refused: false };
}

function isExecutable(file: HookFile): boolean {
  return (file.mode & 0o111) !== 0;
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
