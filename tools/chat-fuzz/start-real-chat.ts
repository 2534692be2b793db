import { existsSync, readFileSync } from "node:fs";
import type { StartChat } from "./run-on-line.ts";
import { loadSpawnOnTty } from "./spawn-on-tty.ts";

/** Numbers of system calls on this machine (asm/unistd.h), as /proc/PID/syscall has them. */
const CALLS: Readonly<Record<string, { readonly read: string; readonly sleeps: readonly string[] }>> = {
  x64: { read: "0", sleeps: ["35", "230"] },
  arm64: { read: "63", sleeps: ["101", "115"] },
};
/** chat sleeps 10 ms before each byte; who sleeps so much longer is in a `\d`. */
const LONG_SLEEP_MS = 100;

/** chat(8) itself, as a process without a controlling terminal. */
export function loadRealChat(): StartChat {
  const calls = CALLS[process.arch];
  if (calls === undefined) throw new Error(`it is not known how ${process.arch} calls the kernel`);
  const spawnOnTty = loadSpawnOnTty();
  return (words, tty, env, stderr) => {
    const common = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", TZ: "UTC", LC_ALL: "C" };
    const { pid, ended } = spawnOnTty("/usr/sbin/chat", words, { ...common, ...env }, { tty, stderr });
    let over = false;
    const finish = ended.finally(() => {
      over = true;
    });
    /** How often it has waited: what was done to it while it waited it has seen when it waits again. */
    const readWaits = (): string | undefined =>
      /^voluntary_ctxt_switches:\s*(\d+)$/m.exec(readProc(pid, "status"))?.[1];
    let waitsBefore: string | undefined;
    let asleep: { readonly waits: string | undefined; readonly since: number } | undefined;
    return {
      ended: finish,
      stderr: () => (existsSync(stderr) ? readFileSync(stderr, "latin1") : ""),
      kill: (signal) => {
        if (!over) process.kill(pid, signal);
      },
      expectChange: () => {
        waitsBefore = readWaits();
        asleep = undefined;
      },
      look: () => {
        const [call, fd] = readProc(pid, "syscall").split(" ");
        if (call === calls.read && fd === "0x0") {
          asleep = undefined;
          return waitsBefore !== undefined && readWaits() === waitsBefore ? undefined : "reads";
        }
        if (call === undefined || !calls.sleeps.includes(call)) return undefined;
        const waits = readWaits();
        if (asleep?.waits !== waits) asleep = { waits, since: performance.now() };
        return performance.now() - (asleep?.since ?? 0) > LONG_SLEEP_MS ? "delays" : undefined;
      },
    };
  };
}

/** Empty when the process has ended. */
function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "latin1");
  } catch (error) {
    if (["ENOENT", "ESRCH"].includes((error as NodeJS.ErrnoException).code ?? "")) return "";
    throw error;
  }
}
