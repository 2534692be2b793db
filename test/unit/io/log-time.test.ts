import { describe, expect, it } from "vitest";
import { formatLogTimeForPeople, parseLogStamp, parseSince } from "../../../src/io/log-time.ts";

const now = new Date(2026, 0, 5, 12, 0, 0).getTime();
const local = (...parts: [number, number, number, number, number, number?, number?]) => new Date(...parts).getTime();

describe("parseLogStamp", () => {
  it.each<[string, number | undefined]>([
    ["Jan  5 11:59:58", local(2026, 0, 5, 11, 59, 58)],
    ["Nov 20 22:00:00.123", local(2025, 10, 20, 22, 0, 0, 123)],
    ["Thu Jul 30 19:48:50 2026", local(2026, 6, 30, 19, 48, 50)],
    ["2026-11-20T22:00:00.123456+01:00", Date.parse("2026-11-20T21:00:00.123Z")],
    ["2026-11-20T22:00:00+0000", Date.parse("2026-11-20T22:00:00Z")],
    ["2026-11-20 22:00:00", local(2026, 10, 20, 22, 0, 0)],
    ["Fri 2026-11-20 22:00:00 UTC", Date.parse("2026-11-20T22:00:00Z")],
    ["1700000000.123456", 1700000000123.456],
    ["[ 4711.123456]", undefined],
    ["Foo 99 22:00:00", undefined],
  ])("%s", (stamp, at) => {
    expect(parseLogStamp(stamp, now)).toBe(at);
  });

  it("reads back what is shown to people", () => {
    expect(formatLogTimeForPeople(now)).toBe("Jan  5 12:00:00.000");
    expect(parseLogStamp(formatLogTimeForPeople(now), now)).toBe(now);
  });
});

describe("parseSince", () => {
  it.each<[string, number | undefined]>([
    ["30s", now - 30_000],
    ["10 min", now - 600_000],
    ["2 hours ago", now - 7_200_000],
    ["1d", now - 86_400_000],
    ["today", local(2026, 0, 5, 0, 0)],
    ["yesterday", local(2026, 0, 4, 0, 0)],
    ["9:05", local(2026, 0, 5, 9, 5)],
    ["2026-01-02", local(2026, 0, 2, 0, 0)],
    ["2026-01-02 03:04:05", local(2026, 0, 2, 3, 4, 5)],
    ["2026-01-02T03:04Z", Date.parse("2026-01-02T03:04:00Z")],
    ["soon", undefined],
    ["10 moons", undefined],
    ["2026-13-40", undefined],
    ["24:00", undefined],
    ["14:75", undefined],
  ])("%s", (text, at) => {
    expect(parseSince(text, now)).toBe(at);
  });
});
