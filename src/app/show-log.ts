import { PppctlError } from "../core/errors.ts";
import { ExitCode } from "../core/exit-codes.ts";
import { parseTailArguments, type TailRequest } from "./tail-arguments.ts";

/** Where logs may be. */
export interface LogPaths {
  /** Debian's own log of pppd, where syslog is told to keep one. */
  readonly pppLog: string;
  readonly syslog: string;
}

export interface LogDeps {
  readonly paths: LogPaths;
  /** Bytes, or undefined when there is no such file. */
  readonly fileSize: (path: string) => number | undefined;
  /** Run a program on our own standard output; its exit status. */
  readonly run: (program: string, args: readonly string[]) => Promise<number>;
  /** Run a program and take its lines; its exit status, or undefined when it is not installed. */
  readonly runLines: (
    program: string,
    args: readonly string[],
    onLine: (line: string) => void,
  ) => Promise<number | undefined>;
  /** Put out one line at once. Latin-1: a character a byte. */
  readonly write: (line: string) => void;
}

/** Programs whose messages plog shows. */
const tags = ["pppd", "chat", "pppctl"] as const;

/** Debian's `grep ' \(pppd\|chat\)\['`, and our own messages, which busybox's logger writes without a pid. */
const ofOurs = / (?:(?:pppd|chat|pppctl)\[|pppctl: )/;

/** journalctl's own remarks, such as `-- No entries --` and `-- Boot 0123 --`. */
const remark = /^-- .* --$/;

/**
 * Show what pppd, chat and pppctl logged: ppp.log when there is something in it, else
 * their lines of the syslog, else the journal.
 *
 * @param args tail(1)'s arguments.
 * @returns the exit status: tail's or journalctl's; 1 when nothing was found, as grep's.
 * @throws PppctlError `log.none`, `log.arguments`.
 */
export async function showLog(args: readonly string[], deps: LogDeps): Promise<number> {
  const { pppLog, syslog } = deps.paths;
  if ((deps.fileSize(pppLog) ?? 0) > 0) return await deps.run("tail", tailArguments(args, pppLog));
  if (deps.fileSize(syslog) !== undefined) {
    const found = keepLines((line) => ofOurs.test(line), deps);
    const status = await deps.runLines("tail", tailArguments(args, syslog), found.onLine);
    return found.exitStatus(status ?? ExitCode.commandNotFound);
  }
  return await showJournal(args, deps);
}

async function showJournal(args: readonly string[], deps: LogDeps): Promise<number> {
  const request = parseTailArguments(args);
  if ("unknown" in request) {
    throw new PppctlError({
      code: "log.arguments",
      message: `the log is in the journal, which has no use for tail's ${JSON.stringify(request.unknown)}`,
      exitCode: ExitCode.fatal,
      hint: `use -n NUMBER, -n +NUMBER or -f, or run journalctl ${tags.map((tag) => `-t ${tag}`).join(" ")}`,
    });
  }
  // journalctl cannot begin at a line's number, so the first ones are left out here.
  let skip = "from" in request.lines ? request.lines.from - 1 : 0;
  const found = keepLines((line) => remark.test(line) || skip-- <= 0, deps);
  const status = await deps.runLines("journalctl", journalArguments(request), found.onLine);
  if (status === undefined) {
    const { pppLog, syslog } = deps.paths;
    throw new PppctlError({
      code: "log.none",
      message: `no log: ${pppLog} is empty or missing, ${syslog} is missing, and journalctl is not installed`,
      exitCode: ExitCode.fatal,
      hint: "install a syslog daemon, or give pppd the option logfile",
    });
  }
  return found.exitStatus(status);
}

function journalArguments({ lines, follow }: TailRequest): string[] {
  return [
    "--no-pager",
    ...tags.flatMap((tag) => ["-t", tag]),
    ...("last" in lines ? ["-n", String(lines.last)] : []),
    ...(follow === "no" ? [] : ["-f"]),
    ...(follow !== "no" && "from" in lines ? ["--no-tail"] : []),
  ];
}

/** The arguments as they are, unless we understand them all: then with -F for -f, in the form that every tail takes. */
function tailArguments(args: readonly string[], path: string): string[] {
  const request = parseTailArguments(args);
  if (args.length === 0 || "unknown" in request) return [...args, path];
  const { lines, follow, other } = request;
  const count = "last" in lines ? String(lines.last) : `+${lines.from}`;
  const following = { no: [], descriptor: ["-f"], name: ["-F"] }[follow];
  return ["-n", count, ...following, ...other, path];
}

/** Write the lines that are wanted and remember whether there were any. */
function keepLines(wanted: (line: string) => boolean, deps: LogDeps) {
  let any = false;
  return {
    onLine: (line: string): void => {
      if (!wanted(line)) return;
      any ||= !remark.test(line);
      deps.write(line);
    },
    /** The program's status when it failed, else grep's. */
    exitStatus: (status: number): number => (status !== 0 || any ? status : 1),
  };
}
