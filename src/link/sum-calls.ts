import type { HistoryEntry } from "./history-entry.ts";

/** What the calls of a day, a month or for ever come to. Times in milliseconds. */
export interface CallTotal {
  /** `2026-11-25`, `2026-11`; local time. */
  readonly period: string;
  readonly attempts: number;
  /** Attempts whose network was up. */
  readonly calls: number;
  /** From CONNECT, or from the network where no modem is, to the end. */
  readonly onlineMs: number;
  readonly bytesSent: number;
  readonly bytesReceived: number;
  /** Attempts whose network never was up, by cause. */
  readonly failures: Readonly<Record<string, number>>;
}

/**
 * Totals by period, in the order of the entries' periods. A call counts where it began.
 *
 * @param periodOf the period of a time in milliseconds since 1970
 */
export function sumCalls(entries: readonly HistoryEntry[], periodOf: (time: number) => string): CallTotal[] {
  const totals = new Map<string, CallTotal>();
  for (const entry of entries) {
    const period = periodOf(entry.startedAt);
    const before = totals.get(period) ?? emptyTotal(period);
    const from = entry.connectedAt ?? entry.upAt;
    const failed = entry.upAt === undefined;
    totals.set(period, {
      period,
      attempts: before.attempts + 1,
      calls: before.calls + (failed ? 0 : 1),
      onlineMs: before.onlineMs + (from === undefined ? 0 : Math.max(0, entry.endedAt - from)),
      bytesSent: before.bytesSent + (entry.bytesSent ?? 0),
      bytesReceived: before.bytesReceived + (entry.bytesReceived ?? 0),
      failures: failed
        ? { ...before.failures, [entry.cause]: (before.failures[entry.cause] ?? 0) + 1 }
        : before.failures,
    });
  }
  return [...totals.values()].sort((a, b) => (a.period < b.period ? -1 : 1));
}

function emptyTotal(period: string): CallTotal {
  return { period, attempts: 0, calls: 0, onlineMs: 0, bytesSent: 0, bytesReceived: 0, failures: {} };
}
