import { describe, expect, test } from "vitest";
import type { Cause } from "../../../src/link/causes.ts";
import { type Decision, decide } from "../../../src/link/decide.ts";
import { isDialHour } from "../../../src/link/dial-hours.ts";
import { billedMs } from "../../../src/link/limits.ts";
import { localDay, localMonth, minuteOfWeek } from "../../../src/link/local-calendar.ts";
import type { PastCall } from "../../../src/link/past-call.ts";
import type { Settings } from "../../../src/link/setting-table.ts";
import { local, pastCall, settingsOf } from "./policy-fixture.ts";

const begin = Date.UTC(2026, 0, 1);
const year = 365 * 86_400_000;

/** What becomes of a call: how long it rings, and how long it is online when nothing ends it before. */
type Provider = (count: number) => { readonly cause: Cause; readonly ms: number; readonly onlineMs: number };

/** Somebody who wants to be online always, through a year; ends when the policy blocks. */
function liveThroughYear(provider: Provider, settings: Settings): { calls: readonly PastCall[]; blocked: boolean } {
  const all: PastCall[] = [];
  let now = begin;
  let recent: PastCall[] = [];
  while (now < begin + year) {
    const calls = recent;
    const decision: Decision = decide({ settings, calls, now: local(now), random: 0.5, when: "after" });
    // `keep` begins anew where one command would stop.
    if (decision.action === "block") return { calls: all, blocked: true };
    const next =
      decision.action === "stop" ? decide({ settings, calls, now: local(now), random: 0.5, when: "start" }) : decision;
    if (next.action === "stop" || next.action === "block") throw new Error("a start neither stops nor blocks");
    const at = next.action === "refuse" ? next.until : next.at;
    if (next.action === "refuse" || at > now) {
      expect(at).toBeGreaterThan(now);
      now = at;
      if (next.action === "refuse") continue;
      // What was decided before the pause may not hold after it.
      const after = decide({ settings, calls, now: local(now), random: 0.5, when: "start" });
      if (after.action === "refuse") continue;
    }
    const allowed = "onlineMs" in next ? next.onlineMs : Infinity;
    const fate = provider(all.length);
    const onlineMs = Math.min(fate.onlineMs, allowed);
    const call = pastCall(onlineMs < fate.onlineMs ? "time-limit" : fate.cause, {
      startedAt: now,
      endedAt: now + fate.ms + onlineMs,
      onlineMs,
      upMs: Math.max(0, onlineMs - 1000),
      number: next.number,
    });
    now = call.endedAt;
    all.push(call);
    // As the history store: only so much is kept; a month and a streak must be.
    recent.push(call);
    if (recent.length > 300) recent = recent.slice(-250);
  }
  return { calls: all, blocked: false };
}

function mostPer(
  unit: (at: PastCall) => number,
  calls: readonly PastCall[],
  value: (call: PastCall) => number,
): number {
  const sums = new Map<number, number>();
  for (const call of calls) sums.set(unit(call), (sums.get(unit(call)) ?? 0) + value(call));
  return Math.max(0, ...sums.values());
}
const day = ({ startedAt }: PastCall): number => localDay(local(startedAt));
const month = ({ startedAt }: PastCall): number => localMonth(local(startedAt));

describe("a year", { timeout: 120_000 }, () => {
  test("of a number that is always busy: some 150 dials a day", () => {
    const { calls } = liveThroughYear(() => ({ cause: "busy", ms: 8000, onlineMs: 0 }), settingsOf());
    expect(mostPer(day, calls, () => 1)).toBeLessThan(160);
    // And it never gives up.
    expect(calls.at(-1)?.startedAt).toBeGreaterThan(begin + year - 3_600_000);
  });

  test("of a line that is lost after ten seconds", () => {
    const { calls } = liveThroughYear(() => ({ cause: "line-lost", ms: 20_000, onlineMs: 10_000 }), settingsOf());
    expect(mostPer(day, calls, () => 1)).toBeLessThan(150);
  });

  test("of a provider that refuses the password: one dial", () => {
    const { calls, blocked } = liveThroughYear(
      () => ({ cause: "auth-refused", ms: 9000, onlineMs: 6000 }),
      settingsOf(),
    );
    expect({ dials: calls.length, blocked }).toEqual({ dials: 1, blocked: true });
  });

  test("of three numbers that never answer: at most so many calls a day, each number in its turn", () => {
    const settings = settingsOf("PON_PHONE=1|2:3", "PON_DAY_CALLS=30");
    const { calls } = liveThroughYear(() => ({ cause: "no-answer", ms: 60_000, onlineMs: 0 }), settings);
    expect(mostPer(day, calls, () => 1)).toBe(30);
    expect(calls.slice(0, 7).map(({ number }) => number)).toEqual(["1", "2", "3", "1", "2", "3", "1"]);
  });

  test("of calls of all lengths: the bill within its limits, never a dial outside the hours", () => {
    const settings = settingsOf(
      "PON_DAY_TIME=2h",
      "PON_MONTH_TIME=20h",
      "PON_UNIT=180",
      "PON_HOURS=Mo-Fr 7:30-20:00, Sa 22:00-2:00",
    );
    const provider: Provider = (count) => ({
      cause: count % 7 === 3 ? "no-carrier" : count % 5 === 1 ? "lcp-timeout" : "line-lost",
      ms: 15_000,
      onlineMs: count % 7 === 3 ? 0 : ((count * 7919) % 5400) * 1000,
    });
    const { calls } = liveThroughYear(provider, settings);
    const bill = ({ onlineMs }: PastCall): number => billedMs(onlineMs, 180_000);
    expect(mostPer(day, calls, bill)).toBeLessThanOrEqual(2 * 3_600_000);
    expect(mostPer(month, calls, bill)).toBeLessThanOrEqual(20 * 3_600_000);
    // It is used, too: what is left of a month is less than a unit and what ends a call in time.
    expect(mostPer(month, calls, bill)).toBeGreaterThan(19.5 * 3_600_000);
    expect(calls.every(({ startedAt }) => isDialHour(settings.PON_HOURS, minuteOfWeek(local(startedAt))))).toBe(true);
    expect(new Set(calls.map(month)).size).toBe(12);
  });
});
