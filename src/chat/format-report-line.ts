const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** A moment in local time; `month` is 0 for January, as in JavaScript. */
export interface LocalTime {
  readonly month: number;
  readonly day: number;
  readonly hours: number;
  readonly minutes: number;
  readonly seconds: number;
}

/** A line as chat writes it to its report file: `chat:  Nov 20 21:01:13 CONNECT 9600`. */
export function formatReportLine(text: string, at: LocalTime): string {
  const two = (number: number): string => String(number).padStart(2, "0");
  const time = [at.hours, at.minutes, at.seconds].map(two).join(":");
  return `chat:  ${MONTHS[at.month]} ${two(at.day)} ${time} ${text}\n`;
}
