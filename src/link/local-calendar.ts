/** A moment, and where the hands of the local clock stand then. */
export interface LocalTime {
  /** Milliseconds since 1970. */
  readonly wall: number;
  /** Local time less UTC, milliseconds. */
  readonly offset: number;
  /** The same at another moment, where it is not always so (summer time). */
  readonly offsetAt?: (wall: number) => number;
}

/** Another moment by the same clock. */
export function atMoment({ offset, offsetAt }: LocalTime, wall: number): LocalTime {
  return offsetAt === undefined ? { wall, offset } : { wall, offset: offsetAt(wall), offsetAt };
}

const dayMs = 86_400_000;

/** Days since 1970-01-01 of a local clock. */
export function localDay({ wall, offset }: LocalTime): number {
  return Math.floor((wall + offset) / dayMs);
}

/** Months since January of year 0 of a local clock. */
export function localMonth(at: LocalTime): number {
  return monthOfDay(localDay(at));
}

/** Minutes since Monday 0:00 of a local clock. */
export function minuteOfWeek(at: LocalTime): number {
  const day = localDay(at);
  const minute = Math.floor((at.wall + at.offset - day * dayMs) / 60_000);
  // 1970-01-01 was a Thursday.
  return ((((day + 3) % 7) + 7) % 7) * 1440 + minute;
}

/** When the next local day begins, milliseconds since 1970. */
export function nextDay(at: LocalTime): number {
  return beginOfDay(localDay(at) + 1, at);
}

/** When the next local month begins, milliseconds since 1970. */
export function nextMonth(at: LocalTime): number {
  const month = localMonth(at);
  let day = localDay(at) + 27;
  while (monthOfDay(day) > month) day--;
  while (monthOfDay(day) === month) day++;
  return beginOfDay(day, at);
}

/** The clock may be changed before that day begins. */
function beginOfDay(day: number, at: LocalTime): number {
  return day * dayMs - atMoment(at, day * dayMs - at.offset).offset;
}

function monthOfDay(day: number): number {
  const { year, month } = civilOfDay(day);
  return year * 12 + month - 1;
}

/** `2026-11-25 13:05:59`. */
export function formatLocalTime(at: LocalTime): string {
  const day = localDay(at);
  const { year, month, dayOfMonth } = civilOfDay(day);
  const second = Math.floor((at.wall + at.offset - day * dayMs) / 1000);
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${year}-${two(month)}-${two(dayOfMonth)} ${two(Math.floor(second / 3600))}:${two(Math.floor(second / 60) % 60)}:${two(second % 60)}`;
}

/** The Gregorian calendar, counted from March so that the leap day is a year's last (Howard Hinnant, chrono algorithms). */
function civilOfDay(day: number): { readonly year: number; readonly month: number; readonly dayOfMonth: number } {
  const shifted = day + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const fromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
  const dayOfMonth = dayOfYear - Math.floor((153 * fromMarch + 2) / 5) + 1;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfMonth };
}
