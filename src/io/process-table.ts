import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import type { ProcessInfo, ProcessTable } from "../app/deps.ts";

/** PF_KTHREAD of a process's flags (linux/sched.h), which proc(5)'s stat has as field 9. */
const kernelThread = 0x0020_0000;

/**
 * /proc, read afresh at each call. A pid alone is no identity (it is reused), so a
 * process is named by its pid and its start time in clock ticks since boot (proc(5),
 * stat field 22).
 */
export function readProcess(pid: number): ProcessInfo | undefined {
  try {
    const found = readStat(pid);
    if (found === undefined) return undefined;
    const { isThread, ...process } = found;
    // Half of a machine's processes are the kernel's own, and have no arguments to read.
    const argv = isThread ? [] : readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").slice(0, -1);
    // It has ended since; or it is just becoming another program.
    if (!isThread && argv.length === 0 && readStat(pid) === undefined) return undefined;
    return { pid, argv, ...process };
  } catch {
    return undefined;
  }
}

/** Undefined: it has ended. Throws when there is none. */
function readStat(pid: number): (Omit<ProcessInfo, "pid" | "argv"> & { readonly isThread: boolean }) | undefined {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The second field is the name in parentheses and may itself hold blanks and parentheses.
  const close = stat.lastIndexOf(")");
  const fields = stat.slice(close + 2).split(" ");
  const state = fields[0] ?? "";
  if (state === "Z" || state === "X") return undefined;
  const name = stat.slice(stat.indexOf("(") + 1, close);
  const isThread = (Number(fields[6]) & kernelThread) !== 0;
  return { name, parent: Number(fields[1]), startTime: Number(fields[19]), isThread };
}

/** Of the environment that a process was started with (proc(5)); its children by fork have the same. */
export function readVariable(pid: number, name: string): string | undefined {
  try {
    const variables = readFileSync(`/proc/${pid}/environ`, "latin1").split("\0");
    return variables.find((text) => text.startsWith(`${name}=`))?.slice(name.length + 1);
  } catch {
    return undefined;
  }
}

/** USER_HZ: what /proc counts in, on every architecture of Linux that node runs on. */
const ticksPerSecond = 100;

/** Milliseconds since a process started; 0 where the kernel does not tell. */
export function processAge({ startTime }: Pick<ProcessInfo, "startTime">): number {
  try {
    const uptime = Number(readFileSync("/proc/uptime", "utf8").split(" ")[0]);
    return Math.max(0, (uptime - startTime / ticksPerSecond) * 1000);
  } catch {
    return 0;
  }
}

/** Looks at /proc in a row: of what ends while it is looked at, each has made the next one necessary. */
const mostLooks = 5;

/**
 * Every process that lives now. One that ended between the list of names and the look at it may have left a child that was not on
 * the list yet (a pppd that goes to the background), so what is new since is looked at, too.
 */
export function listProcesses(): ProcessInfo[] {
  const seen = new Map<string, ProcessInfo | undefined>();
  for (let look = 0; look < mostLooks; look++) {
    const fresh = readdirSync("/proc").filter((entry) => /^[0-9]+$/.test(entry) && !seen.has(entry));
    for (const entry of fresh) seen.set(entry, readProcess(Number(entry)));
    if (fresh.every((entry) => seen.get(entry) !== undefined)) break;
  }
  return [...seen.values()].filter((info) => info !== undefined);
}

/** All of it. */
export const systemProcesses: ProcessTable = {
  list: listProcesses,
  read: readProcess,
  variable: readVariable,
  hasOpen,
  kill: (pid, signal) => {
    try {
      return process.kill(pid, signal);
    } catch {
      return false;
    }
  },
  ageMs: processAge,
};

/** Who has `path` (a real path, no link) open: `minicom (pid 123), pppd (pid 7)`; empty when nobody or unknown. */
export function describeHolders(path: string): string {
  return findHolders(path)
    .map((info) => `${info.name} (pid ${info.pid})`)
    .join(", ");
}

/** The other processes that have `path` (a real path, no link) open, as far as we may see. */
export function findHolders(path: string): readonly ProcessInfo[] {
  return listProcesses().filter((info) => info.pid !== process.pid && hasOpen(info.pid, path));
}

/** Undefined where we may not look at that process's files. */
export function hasOpen(pid: number, path: string): boolean | undefined {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => {
      try {
        return readlinkSync(`/proc/${pid}/fd/${fd}`) === path;
      } catch {
        return false;
      }
    });
  } catch {
    return undefined;
  }
}
