import { readdirSync, readFileSync } from "node:fs";
import type { ProcessEntry } from "../vm/guest-protocol.ts";

const KTHREADD = 2;

/** Every process that is not a thread of the kernel's, by /proc; one that ends meanwhile is left out. */
export function listProcesses(): ProcessEntry[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readProcess(Number(name)))
    .filter(({ pid, ppid }) => pid !== KTHREADD && ppid !== KTHREADD);
}

function readProcess(pid: number): ProcessEntry[] {
  try {
    const argv = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").slice(0, -1);
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // "PID (NAME) STATE PPID PGRP SESSION …", and NAME may hold anything (proc(5)).
    const end = stat.lastIndexOf(")");
    const [state, ppid, , session] = stat.slice(end + 2).split(" ");
    const name = stat.slice(stat.indexOf("(") + 1, end);
    return [{ pid, ppid: Number(ppid), session: Number(session), state: state ?? "?", name, argv }];
  } catch {
    return [];
  }
}
