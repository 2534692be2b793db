import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { billedMs, checkLimits } from "../../../src/link/limits.ts";
import {
  formatLocalTime,
  type LocalTime,
  localDay,
  localMonth,
  minuteOfWeek,
  nextDay,
  nextMonth,
} from "../../../src/link/local-calendar.ts";
import { type PastCall, straightenTimes } from "../../../src/link/past-call.ts";
import { local, monday8, pastCall, settingsOf } from "./policy-fixture.ts";

const hour = 3_600_000;

describe("the local calendar", () => {
  const moment = fc.record({
    wall: fc.integer({ min: Date.UTC(1970, 0, 2), max: Date.UTC(2200, 0, 1) }),
    offset: fc.integer({ min: -48, max: 56 }).map((quarters) => quarters * 900_000),
  });

  test("is that of Date", () => {
    fc.assert(
      fc.property(moment, (at: LocalTime) => {
        const date = new Date(at.wall + at.offset);
        const weekday = (date.getUTCDay() + 6) % 7;
        expect(formatLocalTime(at)).toBe(date.toISOString().slice(0, 19).replace("T", " "));
        expect(localMonth(at)).toBe(date.getUTCFullYear() * 12 + date.getUTCMonth());
        expect(minuteOfWeek(at)).toBe(weekday * 1440 + date.getUTCHours() * 60 + date.getUTCMinutes());
        expect(nextDay(at) + at.offset).toBe(
          Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate() + 1),
        );
        expect(nextMonth(at) + at.offset).toBe(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1));
      }),
    );
  });

  test("a day at the place is not that of Greenwich", () => {
    const wall = Date.UTC(2026, 5, 30, 23, 30);
    expect(localDay({ wall, offset: hour }) - localDay(local(wall))).toBe(1);
    expect(localMonth({ wall, offset: hour }) - localMonth(local(wall))).toBe(1);
  });
});

describe("limits", () => {
  const today = [
    pastCall("ended", { startedAt: monday8 - 2 * hour, onlineMs: 61_000, upMs: 50_000, bytes: 600 }),
    pastCall("busy", { startedAt: monday8 - hour }),
    pastCall("device-missing", { startedAt: monday8 - hour }),
  ];
  const yesterday = [pastCall("ended", { startedAt: monday8 - 20 * hour, onlineMs: 5 * hour, bytes: 10_000 })];
  const calls = [...yesterday, ...today];
  const tomorrow = Date.UTC(2026, 0, 6);

  test.each([
    ["none", [], { kind: "allowed", onlineMs: Infinity, bytes: Infinity }],
    ["calls: a device that is not there was none", ["PON_DAY_CALLS=3"], { kind: "allowed" }],
    ["calls, used up", ["PON_DAY_CALLS=2"], { setting: "PON_DAY_CALLS", until: tomorrow }],
    ["time", ["PON_DAY_TIME=2m"], { kind: "allowed", onlineMs: 120_000 - 61_000 - 10_000 }],
    ["time in units of a minute: two have begun", ["PON_DAY_TIME=3m", "PON_UNIT=60"], { onlineMs: 50_000 }],
    ["time, used up", ["PON_DAY_TIME=2m", "PON_UNIT=60"], { setting: "PON_DAY_TIME", until: tomorrow }],
    ["bytes", ["PON_DAY_BYTES=1K"], { kind: "allowed", bytes: 424 }],
    ["bytes, used up", ["PON_DAY_BYTES=600"], { setting: "PON_DAY_BYTES" }],
    [
      "the month counts, too, and refuses for longer",
      ["PON_DAY_BYTES=600", "PON_MONTH_BYTES=10K"],
      {
        setting: "PON_MONTH_BYTES",
        until: Date.UTC(2026, 1, 1),
      },
    ],
    ["calls of a month", ["PON_MONTH_CALLS=3"], { setting: "PON_MONTH_CALLS" }],
    ["the hours", ["PON_HOURS=9:00-18:00"], { setting: "PON_HOURS", until: monday8 + hour }],
    ["within the hours", ["PON_HOURS=Mo 8:00-8:01"], { kind: "allowed" }],
  ] as [string, string[], object][])("%s", (_, lines, expected) => {
    expect(checkLimits(settingsOf(...lines), calls, local(monday8))).toMatchObject(expected);
  });

  test("each unit that began is billed", () => {
    expect([0, 1, 59_999, 60_000, 60_001].map((ms) => billedMs(ms, 60_000))).toEqual([
      0, 60_000, 60_000, 60_000, 120_000,
    ]);
    expect(billedMs(1234, 0)).toBe(1234);
  });
});

describe("the nights in which summer time begins and ends", () => {
  const begins = Date.UTC(2026, 2, 29, 1);
  const ends = Date.UTC(2026, 9, 25, 1);
  /** Berlin's clock. */
  const offsetAt = (wall: number): number => (wall >= begins && wall < ends ? 2 * hour : hour);
  const at = (wall: number): LocalTime => ({ wall, offset: offsetAt(wall), offsetAt });

  test("the days have 23 and 25 hours", () => {
    const spring = nextDay(at(Date.UTC(2026, 2, 28, 12)));
    expect(nextDay(at(spring)) - spring).toBe(23 * hour);
    const autumn = nextDay(at(Date.UTC(2026, 9, 24, 12)));
    expect(nextDay(at(autumn)) - autumn).toBe(25 * hour);
    expect(nextMonth(at(spring))).toBe(Date.UTC(2026, 2, 31, 22));
    expect(nextMonth(at(autumn))).toBe(Date.UTC(2026, 9, 31, 23));
  });

  test("a call of the first hour counts for its own day", () => {
    const settings = settingsOf("PON_DAY_CALLS=1");
    for (const [midnight, noon] of [
      [Date.UTC(2026, 2, 28, 23), Date.UTC(2026, 2, 29, 10)],
      [Date.UTC(2026, 9, 24, 22), Date.UTC(2026, 9, 25, 11)],
    ] as const) {
      const call = (startedAt: number): PastCall => pastCall("busy", { startedAt });
      const until = nextDay(at(noon));
      expect(checkLimits(settings, [call(midnight - 60_000)], at(noon))).toMatchObject({ kind: "allowed" });
      expect(checkLimits(settings, [call(midnight + 60_000)], at(noon))).toMatchObject({ kind: "refused", until });
    }
  });

  test("hours begin when the clock says so", () => {
    const settings = settingsOf("PON_HOURS=8:00-20:00");
    expect(checkLimits(settings, [], at(Date.UTC(2026, 2, 28, 20)))).toMatchObject({ until: Date.UTC(2026, 2, 29, 6) });
    expect(checkLimits(settings, [], at(Date.UTC(2026, 9, 24, 20)))).toMatchObject({ until: Date.UTC(2026, 9, 25, 7) });
  });
});

describe("times of calls when the clock was set", () => {
  const times = (walls: readonly number[], now: number): number[] =>
    straightenTimes(
      walls.map((startedAt): PastCall => pastCall("busy", { startedAt, endedAt: startedAt })),
      now,
    ).map(({ startedAt }) => startedAt);

  const day = 24 * hour;

  test.each([
    ["as they should be", [1, 2, 3], 4, [1, 2, 3]],
    ["the clock was set back", [100, 200, 3, 4], 5, [3, 3, 3, 4]],
    ["it was just set back", [1, 200], 5, [1, 5]],
    ["back and forth", [1, 2, 300, 4, 500], 6, [1, 2, 4, 4, 6]],
    ["a clock that was a year ahead", [1, 400 * day, 2 * day], 3 * day, [1, day, 2 * day]],
    ["one that was a year ahead until now", [1, 400 * day], 3 * day, [1, 2 * day]],
    ["one that began at 1970", [5 * day, 1, 2, 6 * day], 7 * day, [5 * day, 5 * day, 5 * day, 6 * day]],
    ["one that has begun at 1970", [5 * day, 6 * day, 1], 2, [1 - day, 1 - day, 1]],
  ])("%s: %j, now %i: %j", (_, walls, now, straight) => {
    expect(times(walls, now)).toEqual(straight);
  });

  test("they never run backwards, and never into the future", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1000 * day)), fc.nat(1000 * day), (walls, now) => {
        const straight = times(walls, now);
        expect(straight).toEqual(straight.toSorted((a, b) => a - b));
        for (const at of straight) expect(at).toBeLessThanOrEqual(now);
      }),
    );
  });

  test("a machine that begins at 1970 keeps to the limits of the calls that it made before", () => {
    const at = (startedAt: number, ms: number, more: Partial<PastCall> = {}): PastCall =>
      pastCall("ended", { startedAt, endedAt: startedAt + ms, onlineMs: ms, upMs: ms, ...more });
    const before = at(monday8 - 3 * hour, hour);
    // The second attempt after the start asked the network for the time.
    const calls = [before, pastCall("busy", { startedAt: 30_000 }), at(60_000, monday8 - 60_000)];
    const straight = straightenTimes(calls, monday8 + 1);
    expect(straight.map(({ startedAt }) => monday8 - startedAt)).toEqual([3 * hour, 2 * hour, 2 * hour]);
    // No more than there was time for.
    expect(straight.at(-1)?.onlineMs).toBe(2 * hour);
    expect(checkLimits(settingsOf("PON_DAY_CALLS=3"), straight, local(monday8 + 1)).kind).toBe("refused");
    // While the clock says 1970 nothing of that is of today.
    const early = straightenTimes(calls.slice(0, 2), 40_000);
    expect(checkLimits(settingsOf("PON_DAY_CALLS=2", "PON_DAY_TIME=1h"), early, local(40_000)).kind).toBe("allowed");
  });

  test("no call of today escapes today's limit when the clock is set back an hour", () => {
    const calls = [
      pastCall("busy", { startedAt: monday8 + hour }),
      pastCall("busy", { startedAt: monday8 + 2 * hour }),
    ];
    const settings = settingsOf("PON_DAY_CALLS=2");
    expect(checkLimits(settings, straightenTimes(calls, monday8), local(monday8)).kind).toBe("refused");
  });
});
