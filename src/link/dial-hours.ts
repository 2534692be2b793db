/** Days and times of a week at which dialing is allowed; minutes since Monday 0:00, local time, the end excluded. */
export type DialHours = readonly { readonly from: number; readonly to: number }[];

const days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
const dayMinutes = 24 * 60;
export const weekMinutes = 7 * dayMinutes;

/**
 * Read `PON_HOURS`: `8:00-18:00` (each day), `Mo-Fr 8:00-18:00, Sa 9:00-12:30`, `22:00-6:00` (into the next morning).
 * Empty: always. Undefined: not understood.
 */
export function parseDialHours(text: string): DialHours | undefined {
  if (text.trim() === "") return [];
  const spans: { from: number; to: number }[] = [];
  for (const part of text.split(",")) {
    const match = /^(?:([a-z]{2,})(?:-([a-z]{2,}))? +)?(\d\d?)(?::(\d\d))?-(\d\d?)(?::(\d\d))?$/i.exec(part.trim());
    if (match === null) return undefined;
    const [, firstDay = "mo", lastDay = match[1] ?? "su"] = match;
    const [first, last] = [dayOf(firstDay), dayOf(lastDay)];
    const from = minuteOf(match[3], match[4]);
    const to = minuteOf(match[5], match[6]);
    if (first < 0 || last < 0 || from === undefined || to === undefined || from === to || from === dayMinutes)
      return undefined;
    for (let day = first; ; day = (day + 1) % 7) {
      spans.push({ from: day * dayMinutes + from, to: day * dayMinutes + (to > from ? to : to + dayMinutes) });
      if (day === last) break;
    }
  }
  return spans;
}

/** `Mo`, `mon`, `Monday`: from 0; -1: none. */
function dayOf(text: string): number {
  return days.findIndex((day) => day.startsWith(text.toLowerCase()));
}

function minuteOf(hour = "", minute = "0"): number | undefined {
  const minutes = Number(hour) * 60 + Number(minute);
  return Number(minute) < 60 && minutes <= dayMinutes ? minutes : undefined;
}

/** @param minute since Monday 0:00 */
export function isDialHour(hours: DialHours, minute: number): boolean {
  return hours.length === 0 || hours.some((span) => minutesInto(span, minute) !== undefined);
}

/** Minutes until dialing is allowed; 0: it is now. */
export function minutesUntilDialHour(hours: DialHours, minute: number): number {
  if (isDialHour(hours, minute)) return 0;
  return Math.min(...hours.map(({ from }) => (from - minute + weekMinutes) % weekMinutes));
}

/** A span may reach over the end of the week. */
function minutesInto({ from, to }: DialHours[number], minute: number): number | undefined {
  const into = (minute - from + weekMinutes) % weekMinutes;
  return into < to - from ? into : undefined;
}
