import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isDialHour, minutesUntilDialHour, parseDialHours, weekMinutes } from "../../../src/link/dial-hours.ts";

const days = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"];

/** `Sa 9:30` as minutes since Monday 0:00. */
function minute(text: string): number {
  const [day = "", hour = "", minutes = ""] = text.split(/[ :]/);
  return days.indexOf(day) * 1440 + Number(hour) * 60 + Number(minutes);
}

describe("hours when dialing is allowed", () => {
  test.each([
    ["", "Su 3:00", 0],
    ["8:00-18:00", "Mo 7:59", 1],
    ["8:00-18:00", "Mo 8:00", 0],
    ["8:00-18:00", "We 17:59", 0],
    ["8:00-18:00", "We 18:00", 14 * 60],
    ["8-18", "Su 18:00", 14 * 60],
    ["Mo-Fr 8:00-18:00", "Fr 18:00", 62 * 60],
    ["Mo-Fr 8:00-18:00, Sa 9:00-12:30", "Sa 12:00", 0],
    ["Mo-Fr 8:00-18:00, Sa 9:00-12:30", "Fr 19:00", 14 * 60],
    ["Monday-Friday 8:00-18:00", "Mo 8:00", 0],
    ["22:00-6:00", "Mo 3:00", 0],
    ["22:00-6:00", "Mo 6:00", 16 * 60],
    ["Su 22:00-6:00", "Mo 5:59", 0],
    ["Su 22:00-6:00", "Mo 6:00", 6 * 1440 + 16 * 60],
    ["Fr-Mo 0:00-24:00", "Tu 0:00", 3 * 1440],
    ["Fr-Mo 0:00-24:00", "Su 12:00", 0],
  ])("%j at %s: %i minutes to wait", (text, at, minutes) => {
    expect(minutesUntilDialHour(parseDialHours(text) ?? [], minute(at))).toBe(minutes);
  });

  test("after the wait it is an hour to dial, and not a minute before", () => {
    const hours = parseDialHours("Mo-We 8:15-12:00, Th 23:00-1:00, Su 20:00-24:00") ?? [];
    fc.assert(
      fc.property(fc.integer({ min: 0, max: weekMinutes - 1 }), (now) => {
        const wait = minutesUntilDialHour(hours, now);
        expect(isDialHour(hours, (now + wait) % weekMinutes)).toBe(true);
        if (wait > 0) expect(isDialHour(hours, (now + wait - 1) % weekMinutes)).toBe(false);
      }),
    );
  });
});
