import type { HookOwnership } from "./hook-files.ts";

const groupWritable = 0o020;
const otherWritable = 0o002;

/**
 * Why a script (or a directory of scripts) is not to be run by `runner`: somebody
 * with fewer rights could have written it. Undefined when it may be run.
 *
 * run-parts(8) asks none of this. ModemManager's dispatcher also refuses set-user-id
 * files and any group's write permission; those run here as they always did, as long
 * as the group is root's.
 */
export function distrustOwner(file: HookOwnership, runner: number): string | undefined {
  if (file.uid !== 0 && file.uid !== runner) {
    return `it belongs to user ${file.uid}, who could have any command run as root`;
  }
  if ((file.mode & otherWritable) !== 0) return "everybody may write to it";
  if ((file.mode & groupWritable) !== 0 && file.gid !== 0) return `group ${file.gid} may write to it`;
  return undefined;
}
