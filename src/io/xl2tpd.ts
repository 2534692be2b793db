import { spawnSync } from "node:child_process";
import { closeSync, constants, mkdirSync, openSync, readSync, statSync } from "node:fs";
import type { SystemLogLine, Xl2tpd } from "../app/host-deps.ts";
import { readTextFile } from "./record-store.ts";
import { runProgram } from "./run-program.ts";

/** Where Debian's package and xl2tpd's own defaults have them (xl2tpd/file.h, l2tp.h). */
const paths = {
  config: "/etc/xl2tpd/xl2tpd.conf",
  control: "/run/xl2tpd/l2tp-control",
  logs: ["/var/log/syslog", "/var/log/daemon.log", "/var/log/messages"],
  systemd: "/run/systemd/system",
} as const;

const startLimitMs = 5000;
const pollMs = 50;

/** The xl2tpd of this machine. Only root may speak to it. */
export const systemXl2tpd: Xl2tpd = {
  config: () => readTextFile(paths.config),
  ensureRunning: async () => {
    if (isListening()) return undefined;
    mkdirSync("/run/xl2tpd", { recursive: true });
    const booted = statSync(paths.systemd, { throwIfNoEntry: false }) !== undefined;
    const [program, ...words] = booted ? (["systemctl", "start", "xl2tpd"] as const) : (["xl2tpd"] as const);
    const started = spawnSync(program, words, { stdio: ["ignore", "ignore", "ignore"] });
    if (started.error !== undefined) return "xl2tpd is not installed";
    const limit = performance.now() + startLimitMs;
    while (!isListening()) {
      if (performance.now() >= limit) return "xl2tpd does not run";
      await new Promise((resolve) => setTimeout(resolve, pollMs));
    }
    return undefined;
  },
  control: async (command, lac, lines = []) => {
    const { stderr, complaint, status } = await runProgram("xl2tpd-control", ["-d", command, lac, ...lines]);
    // With `-d` it says there what xl2tpd answered: `00 OK`, or a number that is not 0 and why; that of a busy one may come too late.
    const [, number, reason] = /^(\d\d) (.*)$/m.exec(stderr) ?? [];
    if (number !== undefined) return number === "00" ? undefined : reason;
    return status === null ? complaint : undefined;
  },
  markLog: () => ({ at: Date.now(), sizes: new Map(paths.logs.map((path) => [path, sizeOf(path)])) }),
  logSince: async ({ at, sizes }) => {
    const grown = paths.logs.find((path) => sizeOf(path) > (sizes.get(path) ?? 0));
    if (grown !== undefined) {
      const text = readFrom(grown, sizes.get(grown) ?? 0);
      return readLines(text);
    }
    if (statSync(paths.systemd, { throwIfNoEntry: false }) === undefined) return [];
    const since = `@${Math.floor(at / 1000)}`;
    const words = ["-q", "-t", "xl2tpd", "-t", "pppd", "--no-pager", "--since", since];
    return readLines((await runProgram("journalctl", words)).stdout);
  },
};

/** A pipe that nobody reads cannot be opened for writing without waiting (fifo(7): ENXIO). */
function isListening(): boolean {
  try {
    closeSync(openSync(paths.control, constants.O_WRONLY | constants.O_NONBLOCK));
    return true;
  } catch {
    return false;
  }
}

/** Of syslog's or the journal's short form. */
function readLines(text: string): readonly SystemLogLine[] {
  return [...text.matchAll(/ (xl2tpd|pppd)\[(\d+)\]: (.*)$/gm)].map(([, program = "", pid, line = ""]) => {
    return { program, pid: Number(pid), text: line };
  });
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/** What a log holds from a place on, at most its next megabyte. */
function readFrom(path: string, from: number): string {
  const file = openSync(path, "r");
  try {
    const bytes = Buffer.alloc(1024 * 1024);
    return bytes.toString("latin1", 0, readSync(file, bytes, 0, bytes.length, from));
  } finally {
    closeSync(file);
  }
}
