import type { Command } from "commander";
import type { World } from "../app/deps.ts";
import { settleAll } from "../app/settle-all.ts";
import { parsePeerName } from "../core/peer-name.ts";
import type { HistoryEntry } from "../link/history-entry.ts";
import { formatLocalTime } from "../link/local-calendar.ts";
import { type CallTotal, sumCalls } from "../link/sum-calls.ts";
import { escapeControls } from "../peer/finding.ts";
import { formatBytes, formatDuration } from "./format-amounts.ts";
import { standardError } from "./standard-streams.ts";

const help = `
Examples:
  pppctl history                 every call, totals by day and month
  pppctl history yosefcom
  pppctl history --json          docs/json.md
  pppctl history --csv > calls.csv

Exit status: 0; 2 wrong usage.`;

/** Add \`history\` to pppctl. */
export function registerHistoryCommand(program: Command, world: World, print: (text: string) => void): Command {
  return program
    .command("history")
    .description("List the calls that have ended, with totals by day and month")
    .argument("[peer]", "only its calls")
    .option("--json", "print as JSON: docs/json.md")
    .option("--csv", "print a table for spreadsheets, a line a call")
    .addHelpText("after", help)
    .action((name: string | undefined, options: { readonly json?: boolean; readonly csv?: boolean }) => {
      const peer = name === undefined ? undefined : parsePeerName(name);
      settleAll(world, (text) => standardError.write(`pppctl: not in the history: ${text}\n`));
      const calls = world.history.read().filter((entry) => peer === undefined || entry.peer === peer);
      const timeOf = (wall: number): string => formatLocalTime({ wall, offset: world.localOffset(wall) });
      const isoOf = (wall: number): string => new Date(wall + world.localOffset(wall)).toISOString();
      const days = sumCalls(calls, (wall) => isoOf(wall).slice(0, 10));
      const months = sumCalls(calls, (wall) => isoOf(wall).slice(0, 7));
      if (options.json === true) print(`${JSON.stringify({ calls, days, months })}\n`);
      else if (options.csv === true) print(formatCsv(calls));
      else print(calls.length === 0 ? "no call has ended yet\n" : describeAll(calls, days, months, timeOf));
    });
}

const columns = [
  ...["peer", "origin", "attempt", "startedAt", "connectedAt", "upAt", "endedAt", "noticedAt", "device", "number"],
  ...["connectRate", "iface", "local", "remote", "bytesSent", "bytesReceived", "cause", "exitStatus", "sentence"],
] as readonly (keyof HistoryEntry)[];

/** RFC 4180; times as in ISO 8601, UTC. */
function formatCsv(calls: readonly HistoryEntry[]): string {
  const field = (entry: HistoryEntry, name: keyof HistoryEntry): string => {
    const value = entry[name];
    const text = name.endsWith("At") && typeof value === "number" ? new Date(value).toISOString() : String(value ?? "");
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const lines = calls.map((entry) => columns.map((name) => field(entry, name)).join(","));
  return [columns.join(","), ...lines].map((line) => `${line}\r\n`).join("");
}

function describeAll(
  calls: readonly HistoryEntry[],
  days: readonly CallTotal[],
  months: readonly CallTotal[],
  timeOf: (wall: number) => string,
): string {
  const lines = [
    ...calls.map((entry) => `${timeOf(entry.startedAt)}  ${describeCall(entry)}`),
    "",
    ...days.map(describeTotal),
    "",
    ...months.map(describeTotal),
  ];
  return lines.map((line) => `${escapeControls(line)}\n`).join("");
}

function describeCall(entry: HistoryEntry): string {
  const { peer, upAt, endedAt, bytesSent, bytesReceived, sentence, attempt } = entry;
  const up = upAt === undefined ? "failed" : `up ${formatDuration(endedAt - upAt)}`;
  const bytes =
    bytesSent === undefined || bytesReceived === undefined
      ? ""
      : `, sent ${formatBytes(bytesSent)}, received ${formatBytes(bytesReceived)}`;
  return `${peer}${attempt > 1 ? ` (attempt ${attempt})` : ""}: ${up}${bytes}: ${sentence}`;
}

function describeTotal(total: CallTotal): string {
  const failures = Object.entries(total.failures).map(([cause, count]) => `${count} ${cause}`);
  const failed = failures.length === 0 ? "" : `; failed: ${failures.join(", ")}`;
  const bytes = `sent ${formatBytes(total.bytesSent)}, received ${formatBytes(total.bytesReceived)}`;
  return `${total.period}  ${total.calls} of ${total.attempts} attempts up, online ${formatDuration(total.onlineMs)}, ${bytes}${failed}`;
}
