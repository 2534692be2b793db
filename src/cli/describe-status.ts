import type { PeerStatus } from "../app/show-status.ts";
import { escapeControls } from "../peer/finding.ts";
import { formatBytes, formatDuration } from "./format-amounts.ts";

/** Bytes a second. */
export interface Rates {
  readonly sent: number;
  readonly received: number;
}

/** What is said of a link: a line, and its last failure below it when it is not up. */
export function describeStatus(status: PeerStatus, rates: Rates | undefined, now: number): string {
  const failure =
    status.lastFailure === undefined || status.state === "up"
      ? ""
      : `  last failure ${formatDuration(now - status.lastFailure.at)} ago: ${status.lastFailure.sentence}\n`;
  return `${escapeControls(`${status.peer}: ${describeState(status, rates, now)}`)}\n${escapeControls(failure.trimEnd())}${failure && "\n"}`;
}

function describeState(status: PeerStatus, rates: Rates | undefined, now: number): string {
  const { state, device, number, connectRate, attempt } = status;
  switch (state) {
    case "up":
      return describeUp(status, rates, now);
    case "dialing":
      return join([
        `dialing${number === undefined ? "" : ` ${number}`}${device === undefined ? "" : ` on ${device}`}`,
        attemptText(attempt),
      ]);
    case "connecting":
      return join([
        `connecting (pppd ${status.pid})`,
        device,
        connectRate && `connected ${connectRate}`,
        attemptText(attempt),
      ]);
    case "ending":
      return `hanging up (pppd ${status.pid})`;
    case "waiting": {
      const since = status.waitsSince === undefined ? "" : ` since ${formatDuration(now - status.waitsSince)}`;
      const next = status.nextAt === undefined ? undefined : `dials again in ${formatDuration(status.nextAt - now)}`;
      return join([`waiting${since}`, next, attemptText(attempt)]);
    }
    case "blocked":
      return `blocked since ${formatDuration(now - (status.blocked?.since ?? now))}: ${status.blocked?.sentence}; \`pppctl unblock ${status.peer}\` lets it dial again`;
    case "down":
      return status.missing === true ? `down, and there is no /etc/ppp/peers/${status.peer}` : state;
    default:
      return state satisfies never;
  }
}

function describeUp(status: PeerStatus, rates: Rates | undefined, now: number): string {
  const { iface, local, bytesSent, bytesReceived } = status;
  const perSecond = (rate: number | undefined): string => (rate === undefined ? "" : ` (${formatBytes(rate)}/s)`);
  return join([
    `up${iface === undefined ? "" : ` on ${iface}`}`,
    local !== undefined && `${local} -> ${status.remote ?? "?"}`,
    status.device,
    status.connectRate && `connected ${status.connectRate}`,
    status.dns && `DNS ${[...new Set(status.dns)].join(" ")}`,
    status.upSince && `for ${formatDuration(now - status.upSince)}`,
    bytesSent !== undefined && `sent ${formatBytes(bytesSent)}${perSecond(rates?.sent)}`,
    bytesReceived !== undefined && `received ${formatBytes(bytesReceived)}${perSecond(rates?.received)}`,
  ]);
}

function attemptText(attempt: number | undefined): string | undefined {
  return attempt !== undefined && attempt > 1 ? `attempt ${attempt}` : undefined;
}

function join(parts: readonly (string | number | false | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== false && part !== "" && part !== 0).join(", ");
}

/** What two looks at a link say of its speed; undefined when it was not the same link, up, in both. */
export function ratesBetween(before: PeerStatus | undefined, after: PeerStatus, ms: number): Rates | undefined {
  if (before?.state !== "up" || after.state !== "up" || before.iface !== after.iface || ms <= 0) return undefined;
  const rate = (from: number | undefined, to: number | undefined): number =>
    from === undefined || to === undefined || to < from ? 0 : ((to - from) * 1000) / ms;
  return { sent: rate(before.bytesSent, after.bytesSent), received: rate(before.bytesReceived, after.bytesReceived) };
}

/** The rates as `--json` has them, whole bytes a second. */
export function withRates(status: PeerStatus, rates: Rates | undefined): object {
  if (rates === undefined) return status;
  return { ...status, sendRate: Math.round(rates.sent), receiveRate: Math.round(rates.received) };
}
