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
 * Times as loggers write them: syslog (`Nov 20 22:00:00`), OpenWrt's logread (`Thu Jul 30 19:49:25 2026`), rsyslog and
 * `journalctl -o short-iso` (`2026-11-20T22:00:00+0000`, or with a blank), `-o short-full` (`Fri 2026-11-20 22:00:00
 * UTC`), `-o short-monotonic` and the kernel's (`[ 4711.123456]`), `-o short-unix` (`1700000000.123456`). Before it may
 * stand syslog's `<29>`, and `<` alone where `plog` knows no more than that the line was written by then.
 */
const stamp =
  /^(?:<\d*>?)?((?:[A-Z][a-z]{2} )?[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?:\.\d+)?(?: \d{4})?|\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d\S*|[A-Z][a-z]{2} \d{4}-\d\d-\d\d \d\d:\d\d:\d\d \S+|\[ *\d+\.\d+\]|\d{10}\.\d{3,6})(?: (.*)|$)/s;

/** Behind the time: a host, busybox's `daemon.notice`, the program. */
const tagged = /^(?:\S+ ){0,2}?([\w./-]+?)(?:\[(\d+)\])?: ?(.*)$/s;

/** As pppd and chat say option errors on standard error: `/usr/sbin/pppd: unrecognized option 'x'`. */
const named = /^(?:\S*\/)?(pppd|chat|pppctl): +(.*)$/s;

/** A word before a colon may be pppd's own (`LCP: timeout …`, `Remote message: …`). */
const isProgram = (word: string, pid: string | undefined): boolean =>
  pid !== undefined || /^(\S*\/)?(pppd|chat|pppctl)$/.test(word);

export function splitLogLine(line: string): LogLine {
  const bare = line.replace(/\r?\n$/, "");
  const timed = stamp.exec(bare);
  if (timed) {
    const rest = timed[2] ?? "";
    const by = tagged.exec(rest);
    if (by?.[1] !== undefined && isProgram(by[1], by[2])) {
      return {
        text: by[3] ?? "",
        program: by[1].replace(/^.*\//, ""),
        pid: by[2] ? Number(by[2]) : undefined,
        stamp: timed[1],
      };
    }
    // A logfile that something has put times before: `2026-11-20 22:00:00 Modem hangup`.
    return { text: rest, program: undefined, pid: undefined, stamp: timed[1] };
  }
  const own = named.exec(bare);
  if (own) return { text: own[2] ?? "", program: own[1], pid: undefined, stamp: undefined };
  return { text: bare, program: undefined, pid: undefined, stamp: undefined };
}
