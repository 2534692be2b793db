import fc from "fast-check";
import { expect, test } from "vitest";
import { isUnitOver } from "../../../src/link/billing-unit.ts";

const minute = { PON_UNIT: 60_000, PON_UNIT_IDLE: 20_000 };

test.each([
  ["the first second", 0, 0, false],
  ["too early", 49_000, 49_000, false],
  ["in time", 50_000, 50_000, true],
  ["in time, idle for just long enough", 55_000, 20_000, true],
  ["in use", 55_000, 19_999, false],
  ["too late to hang up before it", 57_000, 57_000, false],
  ["of the tenth unit", 590_000, 30_000, true],
  ["a clock that runs backwards", -5000, 30_000, false],
])("%s", (_, onlineMs, idleMs, over) => {
  expect(isUnitOver(minute, { onlineMs, idleMs })).toBe(over);
});

test("never without a unit, or without an idle time", () => {
  const call = { onlineMs: 55_000, idleMs: 55_000 };
  expect(isUnitOver({ ...minute, PON_UNIT: 0 }, call)).toBe(false);
  expect(isUnitOver({ ...minute, PON_UNIT_IDLE: 0 }, call)).toBe(false);
});

test("who looks every second sees the moment of each unit of 5 s and more, and has a third of the lead left", () => {
  const units = fc.record({
    unit: fc.integer({ min: 5, max: 3600 }),
    phase: fc.integer({ min: 0, max: 999 }),
    nth: fc.integer({ min: 0, max: 50 }),
  });
  fc.assert(
    fc.property(units, ({ unit, phase, nth }) => {
      const looks = Array.from({ length: unit }, (_, second) => (nth * unit + second) * 1000 + phase);
      const settings = { PON_UNIT: unit * 1000, PON_UNIT_IDLE: 1000 };
      const over = looks.filter((onlineMs) => isUnitOver(settings, { onlineMs, idleMs: 1e9 }));
      expect(over.length).toBeGreaterThan(0);
      for (const onlineMs of over) expect(unit * 1000 - (onlineMs % (unit * 1000))).toBeGreaterThanOrEqual(500);
    }),
  );
});
