import { splitLogLine } from "../pppd/split-log-line.ts";

/** A line of a log, and when it was written. */
export interface TimedLine {
  /** Milliseconds since 1970; undefined: nobody knows. */
  readonly at: number | undefined;
  /** False: it was there at `at`, and may have come before. */
  readonly exact: boolean;
  /** `pppd` where the line does not name another. */
  readonly program: string;
  readonly pid: number | undefined;
  readonly text: string;
}

/** A logger's time (`LogLine.stamp`) as milliseconds since 1970; undefined when it is none. */
export type ParseStamp = (stamp: string) => number | undefined;

/**
 * Give the lines of a call's log their times. Ours have them; of pppd's, which have none, those were seen to come that pon
 * waited for (`times`, io/call-log.ts), and of the rest it is known by when they were there: by the next mark, the next line of
 * ours, or the last change of the file.
 *
 * @param log one character a byte
 * @param changed when the file was changed last
 */
export function timeLogLines(
  log: string,
  times: string,
  changed: number | undefined,
  parseStamp: ParseStamp,
): readonly TimedLine[] {
  const marks = [...times.matchAll(/^(\d+) (\d+) (seen|by)$/gm)].map(([, bytes, at, kind]) => {
    return { bytes: Number(bytes), at: Number(at), seen: kind === "seen" };
  });
  const lines = log.split("\n");
  const result: TimedLine[] = [];
  let end = log.length;
  let bound = changed;
  for (const line of lines.reverse()) {
    // With its line feed.
    const bytes = end + 1;
    let seen = false;
    while ((marks.at(-1)?.bytes ?? 0) >= bytes) {
      const mark = marks.pop();
      seen ||= mark?.bytes === bytes && mark.seen;
      bound = earlier(bound, mark?.at);
    }
    const { text, program, pid, stamp } = splitLogLine(line);
    const own = stamp === undefined ? undefined : parseStamp(stamp);
    const at = own ?? bound;
    // chat leaves an empty line behind each match.
    if (text.trim() !== "")
      result.push({ at, exact: own !== undefined || seen, program: program ?? "pppd", pid, text });
    bound = at;
    end -= line.length + 1;
  }
  return result.reverse();
}

function earlier(one: number | undefined, other: number | undefined): number | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return Math.min(one, other);
}
