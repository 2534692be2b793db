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
  /** Run a program on our own standard output; its exit status, or undefined when it is not installed. */
  readonly run: (program: string, args: readonly string[]) => Promise<number | undefined>;
  /** Run a program and take its lines; otherwise as `run`. */
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

/**
 * Show what pppd, chat and pppctl logged: ppp.log when there is something in it, else
 * their lines of the syslog, else the journal.
 *
 * @param args tail(1)'s arguments.
 * @returns the exit status: tail's or journalctl's; 1 when the syslog has no such line, as grep's.
 * @throws PppctlError `log.none`, `log.arguments`.
 */
export async function showLog(args: readonly string[], deps: LogDeps): Promise<number> {
  const { pppLog, syslog } = deps.paths;
  if ((deps.fileSize(pppLog) ?? 0) > 0) {
    return (await deps.run("tail", tailArguments(args, pppLog))) ?? ExitCode.commandNotFound;
  }
  if (deps.fileSize(syslog) !== undefined) return await showSyslog(args, deps);
  return await showJournal(args, deps);
}

async function showSyslog(args: readonly string[], deps: LogDeps): Promise<number> {
  let found = false;
  const status = await deps.runLines("tail", tailArguments(args, deps.paths.syslog), (line) => {
    if (!ofOurs.test(line)) return;
    found = true;
    deps.write(line);
  });
  return status === 0 && !found ? 1 : (status ?? ExitCode.commandNotFound);
}

async function showJournal(args: readonly string[], deps: LogDeps): Promise<number> {
  const request = parseTailArguments(args);
  // journalctl cannot begin at any line but the first.
  const unknown = "unknown" in request ? request.unknown : laterStart(request);
  if ("unknown" in request || unknown !== undefined) {
    throw new PppctlError({
      code: "log.arguments",
      message: `the log is in the journal, which has no use for tail's ${JSON.stringify(unknown)}`,
      exitCode: ExitCode.fatal,
      hint: `use -n NUMBER, -n +1 or -f, or run journalctl ${tags.map((tag) => `-t ${tag}`).join(" ")}`,
    });
  }
  const status = await deps.run("journalctl", journalArguments(request));
  if (status === undefined) {
    const { pppLog, syslog } = deps.paths;
    throw new PppctlError({
      code: "log.none",
      message: `no log: ${pppLog} is empty or missing, ${syslog} is missing, and journalctl is not installed`,
      exitCode: ExitCode.fatal,
      hint: "install a syslog daemon, or give pppd the option logfile",
    });
  }
  return status;
}

function laterStart({ lines }: TailRequest): string | undefined {
  return "from" in lines && lines.from > 1 ? `+${lines.from}` : undefined;
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
