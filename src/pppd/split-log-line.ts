/** A line of a log, the logger's prefix taken apart. */
export interface LogLine {
  /** What the program said. */
  readonly text: string;
  /** `pppd`, `chat`, …; undefined for a bare line of a logfile. */
  readonly program: string | undefined;
  readonly pid: number | undefined;
  /** The time as the logger wrote it. */
  readonly stamp: string | undefined;
}

/**
 * Prefixes of syslog (`Nov 20 22:00:00 host pppd[123]: `), of rsyslog and `journalctl -o
 * short-iso` (`2026-11-20T22:00:00+0000 host pppd[123]: `) and of OpenWrt's logread
 * (`Thu Jul 30 19:49:25 2026 daemon.info pppd[123]: `).
 */
const prefixed =
  /^((?:[A-Z][a-z]{2} )?[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?:\.\d+)?(?: \d{4})?|\d{4}-\d\d-\d\d[T ]\S+) \S+ ([\w./-]+)(?:\[(\d+)\])?: (.*)$/s;

/** As pppd and chat say option errors on standard error: `/usr/sbin/pppd: unrecognized option 'x'`. */
const named = /^(?:\S*\/)?(pppd|chat): +(.*)$/s;

export function splitLogLine(line: string): LogLine {
  const bare = line.replace(/\r?\n$/, "");
  const log = prefixed.exec(bare);
  if (log) {
    return { text: log[4] ?? "", program: log[2], pid: log[3] ? Number(log[3]) : undefined, stamp: log[1] };
  }
  const own = named.exec(bare);
  if (own) return { text: own[2] ?? "", program: own[1], pid: undefined, stamp: undefined };
  return { text: bare, program: undefined, pid: undefined, stamp: undefined };
}
