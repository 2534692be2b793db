import { minutesUntilDialHour } from "./dial-hours.ts";
import { atMoment, type LocalTime, localDay, localMonth, minuteOfWeek, nextDay, nextMonth } from "./local-calendar.ts";
import { type PastCall, straightenTimes, wasDialed } from "./past-call.ts";
import type { Settings } from "./setting-table.ts";

export type LimitSettings = Pick<
  Settings,
  | "PON_DAY_TIME"
  | "PON_DAY_CALLS"
  | "PON_DAY_BYTES"
  | "PON_MONTH_TIME"
  | "PON_MONTH_CALLS"
  | "PON_MONTH_BYTES"
  | "PON_HOURS"
  | "PON_UNIT"
>;

/** What may still be used; Infinity: no limit is set. */
export interface Allowance {
  readonly kind: "allowed";
  /** Milliseconds that a call may last from its CONNECT on, whole billing units. */
  readonly onlineMs: number;
  readonly bytes: number;
}

export interface Refusal {
  readonly kind: "refused";
  /** Which setting refuses. */
  readonly setting: keyof LimitSettings;
  /** Milliseconds since 1970 at which it may be different. */
  readonly until: number;
  /** One clause. */
  readonly reason: string;
}

export const timeLimitNames = ["PON_DAY_TIME", "PON_MONTH_TIME"] as const;
export const trafficLimitNames = ["PON_DAY_BYTES", "PON_MONTH_BYTES"] as const;
const usageLimitNames = [...timeLimitNames, ...trafficLimitNames] as const;
const limitNames = ["PON_DAY_CALLS", "PON_MONTH_CALLS", ...usageLimitNames] as const;

/** A limit is set that a call reaches while it is on. */
export function hasUsageLimit(settings: Pick<LimitSettings, (typeof usageLimitNames)[number]>): boolean {
  return usageLimitNames.some((name) => settings[name] !== Infinity);
}

/** What a pppd that calls again unasked would pass over. */
const unaskedNames = ["PON_HOURS", "PON_DAY_CALLS", "PON_MONTH_CALLS", "PON_TRIES", "PON_ON"] as const;

/**
 * After pon has gone, somebody has to watch the link's calls: pppd knows no billing units, and has been told once, at its start, how
 * long a call may last; and one that calls again without asking us knows no other setting of the policy either.
 *
 * @param given the settings that the peer names
 * @param pppd.redials it makes more than one call; `asks`: before each it runs `pppctl dial`, which waits or refuses
 */
export function needsWatcher(
  settings: LimitSettings & Pick<Settings, "PON_UNIT_IDLE">,
  given: ReadonlySet<keyof Settings>,
  pppd: { readonly redials: boolean; readonly asks: boolean },
): boolean {
  if (settings.PON_UNIT > 0 && settings.PON_UNIT_IDLE > 0) return true;
  return pppd.redials && (hasUsageLimit(settings) || (!pppd.asks && unaskedNames.some((name) => given.has(name))));
}

/** What a call that began then may use, after those before it, by the limits of time and bytes alone. */
export function allowanceFor(
  settings: LimitSettings,
  before: readonly PastCall[],
  began: LocalTime,
): Omit<Allowance, "kind"> {
  const usage = { ...settings, PON_HOURS: [], PON_DAY_CALLS: Infinity, PON_MONTH_CALLS: Infinity };
  const limits = checkLimits(usage, straightenTimes(before, began.wall), began);
  return limits.kind === "allowed" ? limits : { onlineMs: 0, bytes: 0 };
}

/** Milliseconds that a call needs to be ended in time: LCP Terminate-Requests, the modem's DTR. */
const reserveMs = 10_000;

/**
 * May this peer be dialed now, and how long and how much? A call counts for the day and the month in which it began.
 *
 * @param calls of this peer, with straightened times
 */
export function checkLimits(settings: LimitSettings, calls: readonly PastCall[], now: LocalTime): Allowance | Refusal {
  const { PON_HOURS, PON_UNIT } = settings;
  const wait = minutesUntilDialHour(PON_HOURS, minuteOfWeek(now));
  if (wait > 0) {
    // From the beginning of this minute: hours begin at whole ones.
    const asNow = Math.floor(now.wall / 60_000) * 60_000 + wait * 60_000;
    const until = asNow + now.offset - atMoment(now, asNow).offset;
    return { kind: "refused", setting: "PON_HOURS", until, reason: "dialing is not allowed at this hour" };
  }
  const isOf = (unit: (at: LocalTime) => number) => {
    const current = unit(now);
    return ({ startedAt }: PastCall): boolean => unit(atMoment(now, startedAt)) === current;
  };
  if (!limitNames.some((name) => settings[name] !== Infinity))
    return { kind: "allowed", onlineMs: Infinity, bytes: Infinity };
  // Times are in order: the last of another month ends the search.
  const isThisMonth = isOf(localMonth);
  const thisMonth = calls.slice(calls.findLastIndex((call) => !isThisMonth(call)) + 1);
  const today = thisMonth.filter(isOf(localDay));
  const spans = [
    { span: "day", calls: today, until: nextDay(now), names: ["PON_DAY_CALLS", "PON_DAY_TIME", "PON_DAY_BYTES"] },
    {
      span: "month",
      calls: thisMonth,
      until: nextMonth(now),
      names: ["PON_MONTH_CALLS", "PON_MONTH_TIME", "PON_MONTH_BYTES"],
    },
  ] as const;
  let onlineMs = Infinity;
  let bytes = Infinity;
  // The month first: it refuses for longer.
  for (const { span, calls: those, until, names } of spans.toReversed()) {
    const [callsName, timeName, bytesName] = names;
    const refuse = (setting: keyof LimitSettings, what: string): Refusal => {
      return { kind: "refused", setting, until, reason: `the ${what} of this ${span} are used up (${setting})` };
    };
    if (those.filter(wasDialed).length >= settings[callsName]) return refuse(callsName, "calls");
    const billed = those.reduce((sum, call) => sum + billedMs(call.onlineMs, PON_UNIT), 0);
    const left = wholeUnits(settings[timeName] - billed, PON_UNIT) - reserveMs;
    if (left < reserveMs) return refuse(timeName, "minutes");
    const bytesLeft = settings[bytesName] - those.reduce((sum, call) => sum + call.bytes, 0);
    if (bytesLeft <= 0) return refuse(bytesName, "bytes");
    onlineMs = Math.min(onlineMs, left);
    bytes = Math.min(bytes, bytesLeft);
  }
  return { kind: "allowed", onlineMs, bytes };
}

/** What a telephone company charges for: each unit that began. */
export function billedMs(onlineMs: number, unit: number): number {
  return unit === 0 ? onlineMs : Math.ceil(onlineMs / unit) * unit;
}

function wholeUnits(ms: number, unit: number): number {
  return unit === 0 || ms === Infinity ? ms : Math.floor(ms / unit) * unit;
}
