/** A logger's time as milliseconds since 1970. One without a year is of the last twelve months, one without a zone is local. */
export function parseLogStamp(stamp: string, now: number): number | undefined {
  const syslog = /^(?:[A-Z][a-z]{2} )?([A-Z][a-z]{2}) +(\d+) (\d\d:\d\d:\d\d(?:\.\d+)?)(?: (\d{4}))?$/.exec(stamp);
  if (syslog !== null) {
    const [, month, day, time, year] = syslog;
    const inYear = (of: number): number => Date.parse(`${month} ${day} ${of} ${time}`);
    if (year !== undefined) return numberOf(inYear(Number(year)));
    const thisYear = new Date(now).getFullYear();
    const at = inYear(thisYear);
    return numberOf(at > now + dayMs ? inYear(thisYear - 1) : at);
  }
  if (/^\d{10}\.\d+$/.test(stamp)) return Number(stamp) * 1000;
  const iso =
    /^(?:[A-Z][a-z]{2} )?(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:[.,](\d{1,3})\d*)?(?: ?(Z|UTC|[+-]\d\d:?\d\d))?$/.exec(
      stamp,
    );
  if (iso === null) return undefined;
  const [, date, time, fraction = "0", zone = ""] = iso;
  const offset = zone === "UTC" ? "Z" : zone.replace(/^([+-]\d\d):?(\d\d)$/, "$1:$2");
  return numberOf(Date.parse(`${date}T${time}.${fraction.padEnd(3, "0")}${offset}`));
}

const dayMs = 86_400_000;
const units: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: dayMs, w: 7 * dayMs };

/**
 * What `--since` takes: `30 min`, `2h`, `1d` (ago), `today`, `yesterday`, `14:05`, `2026-11-20`, `2026-11-20 14:05:30`.
 * Milliseconds since 1970; undefined for anything else.
 */
export function parseSince(text: string, now: number): number | undefined {
  const ago = /^(\d+) ?(s|m|h|d|w)(?:ec|in|our|ay|eek|econd|inute)?s?(?: ago)?$/.exec(text);
  if (ago !== null) return now - Number(ago[1]) * (units[ago[2] ?? ""] ?? 0);
  const midnight = new Date(now).setHours(0, 0, 0, 0);
  if (text === "today") return midnight;
  if (text === "yesterday") return new Date(midnight - dayMs / 2).setHours(0, 0, 0, 0);
  const time = /^([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?$/.exec(text);
  if (time !== null) return new Date(now).setHours(Number(time[1]), Number(time[2]), Number(time[3] ?? 0), 0);
  const day = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(:\d\d)?(Z|[+-]\d\d:\d\d)?)?$/.exec(text);
  return day === null
    ? undefined
    : numberOf(Date.parse(`${day[1]}T${day[2] ?? "00:00"}${day[3] ?? ":00"}${day[4] ?? ""}`));
}

const months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

/** As syslog has times, with milliseconds, local: `Nov 20 22:00:00.123`. */
export function formatLogTimeForPeople(at: number): string {
  const date = new Date(at);
  const two = (value: number): string => String(value).padStart(2, "0");
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(":");
  const day = String(date.getDate()).padStart(2);
  return `${months[date.getMonth()]} ${day} ${time}.${String(date.getMilliseconds()).padStart(3, "0")}`;
}

function numberOf(value: number): number | undefined {
  return Number.isNaN(value) ? undefined : value;
}
