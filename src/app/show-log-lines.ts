import { PppctlError } from "../core/errors.ts";
import { ExitCode } from "../core/exit-codes.ts";
import { splitLogLine } from "../pppd/split-log-line.ts";
import type { LogRequest } from "./log-request.ts";
import { type LogDeps, showLog } from "./show-log.ts";
import { type TimedLine, timeLogLines } from "./time-log-lines.ts";

/** The log of a peer's last call (io/call-log.ts): one character a byte. */
export interface CallLogFile {
  readonly path: string;
  readonly text: string;
  readonly times: string;
  /** Milliseconds since 1970. */
  readonly changedAt: number;
}

/** What showing lines one by one needs beside LogDeps. */
export interface LogLineDeps extends LogDeps {
  /** The peer's, by whomever it was called; undefined: there is none. Throws PppctlError `log.denied`. */
  readonly readCallLog: (peer: string) => CallLogFile | undefined;
  /** Go on from byte `from`; resolves when we are told to end. */
  readonly follow: (path: string, from: number, onLine: (line: string) => void) => Promise<void>;
  readonly now: () => number;
  readonly parseStamp: (stamp: string) => number | undefined;
  /** What `--since` takes. */
  readonly parseSince: (text: string) => number | undefined;
  readonly formatTime: (at: number) => string;
  readonly formatIsoTime: (at: number) => string;
}

type LinesRequest = Extract<LogRequest, { readonly kind: "lines" }>;

/**
 * Show the log of a peer's last call, or the system's log of pppd, as lines with times.
 *
 * @returns exit status 0; 1 when there is no such line.
 * @throws PppctlError `log.none` (no call of that peer), `log.since`, `log.denied`.
 */
export async function showLogLines(request: LinesRequest, deps: LogLineDeps): Promise<number> {
  const since = readSince(request.since, deps);
  const isWanted = ({ at }: TimedLine): boolean => since === undefined || (at !== undefined && at >= since);
  let shown = 0;
  const show = (line: TimedLine): void => {
    if (!isWanted(line)) return;
    shown++;
    deps.write(request.json ? formatJson(line, deps) : formatText(line, deps));
  };
  if (request.peer === undefined) await showSystem(request, deps, show);
  else await showCall(request.peer, request, deps, show);
  return shown === 0 && !request.follow ? ExitCode.fatal : ExitCode.ok;
}

async function showCall(
  peer: string,
  { lines, follow }: LinesRequest,
  deps: LogLineDeps,
  show: (line: TimedLine) => void,
): Promise<void> {
  const log = deps.readCallLog(peer);
  if (log === undefined) {
    throw new PppctlError({
      code: "log.none",
      message: `${peer}: there is no log of a call by pon`,
      exitCode: ExitCode.fatal,
      hint: "`plog` shows the system's log, where links that others started are; a file is named by a path, ./NAME",
    });
  }
  const timed = timeLogLines(log.text, log.times, log.changedAt, deps.parseStamp);
  for (const line of choose(timed, lines)) show(line);
  if (!follow) return;
  await deps.follow(log.path, log.text.length, (line) => {
    for (const each of timeLogLines(`${line}\n`, "", deps.now(), deps.parseStamp)) show({ ...each, exact: true });
  });
}

function choose(lines: readonly TimedLine[], which: LinesRequest["lines"]): readonly TimedLine[] {
  if (which === undefined) return lines;
  if ("from" in which) return lines.slice(which.from - 1);
  return which.last === 0 ? [] : lines.slice(-which.last);
}

/** tail and journalctl give the lines; --since looks through all of them. */
async function showSystem(
  { lines, follow, since }: LinesRequest,
  deps: LogLineDeps,
  show: (line: TimedLine) => void,
): Promise<void> {
  const count =
    lines === undefined ? (since === undefined ? "10" : "+1") : "from" in lines ? `+${lines.from}` : String(lines.last);
  const take = (line: string): void => {
    const { text, program, pid, stamp } = splitLogLine(line);
    const at = stamp === undefined ? undefined : deps.parseStamp(stamp);
    show({ at, exact: at !== undefined, program: program ?? "pppd", pid, text });
  };
  const { runLines } = deps;
  await showLog(["-n", count, ...(follow ? ["-f"] : [])], {
    ...deps,
    run: (program, args) => runLines(program, args, take),
    write: take,
  });
}

function readSince(text: string | undefined, deps: LogLineDeps): number | undefined {
  if (text === undefined) return undefined;
  const since = deps.parseSince(text);
  if (since !== undefined) return since;
  throw new PppctlError({
    code: "log.since",
    message: `${JSON.stringify(text)} is no time that --since takes`,
    exitCode: ExitCode.options,
    hint: "write 30min, 2h, 1d, today, yesterday, 14:05, 2026-11-20 or '2026-11-20 14:05'",
  });
}

/** As syslog has lines, so that grep and `pppctl explain --log -` read them. `<`: it was there by then. */
function formatText({ at, exact, program, pid, text }: TimedLine, deps: LogLineDeps): string {
  const time = at === undefined ? "" : `${exact ? "" : "<"}${deps.formatTime(at)} `;
  return `${time}${program}${pid === undefined ? "" : `[${pid}]`}: ${text}`;
}

function formatJson({ at, exact, program, pid, text }: TimedLine, deps: LogLineDeps): string {
  const time = at === undefined ? null : deps.formatIsoTime(at);
  return JSON.stringify({ at: time, exact, program, ...(pid === undefined ? {} : { pid }), text });
}
