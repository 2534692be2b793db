import type { HistoryEntry } from "../link/history-entry.ts";
import { sumCalls } from "../link/sum-calls.ts";
import type { PeerStatus } from "./show-status.ts";

type Sample = readonly [labels: Readonly<Record<string, string>>, value: number];

/** Prometheus' text exposition (0.0.4) of what links do now and of the calls in the history. */
export function formatMetrics(states: readonly PeerStatus[], calls: readonly HistoryEntry[]): string {
  const up = states.filter(({ state }) => state === "up");
  const totals = [...new Set(calls.map(({ peer }) => peer))].sort().flatMap((peer) =>
    sumCalls(
      calls.filter((entry) => entry.peer === peer),
      () => peer,
    ),
  );
  const of = (peer: string, value: number): Sample => [{ peer }, value];
  return [
    family(
      "pppctl_link_up",
      "gauge",
      "1 when the network is up",
      states.map(({ peer, state }) => of(peer, state === "up" ? 1 : 0)),
    ),
    family(
      "pppctl_link_state",
      "gauge",
      "1 for the state that the link is in",
      states.map(({ peer, state }) => [{ peer, state }, 1]),
    ),
    family(
      "pppctl_link_up_since_seconds",
      "gauge",
      "When the network came up, seconds since 1970",
      up.flatMap(({ peer, upSince }) => (upSince === undefined ? [] : [of(peer, upSince / 1000)])),
    ),
    family(
      "pppctl_link_connect_rate_bits",
      "gauge",
      "As the modem reported it, bits per second",
      up.flatMap(({ peer, connectRate }) => (connectRate === undefined ? [] : [of(peer, connectRate)])),
    ),
    family(
      "pppctl_interface_sent_bytes_total",
      "counter",
      "Of the link's interface",
      up.flatMap(({ peer, bytesSent }) => (bytesSent === undefined ? [] : [of(peer, bytesSent)])),
    ),
    family(
      "pppctl_interface_received_bytes_total",
      "counter",
      "Of the link's interface",
      up.flatMap(({ peer, bytesReceived }) => (bytesReceived === undefined ? [] : [of(peer, bytesReceived)])),
    ),
    family(
      "pppctl_history_attempts",
      "gauge",
      "Calls in the history, failed ones too",
      totals.map(({ period, attempts }) => of(period, attempts)),
    ),
    family(
      "pppctl_history_online_seconds",
      "gauge",
      "From CONNECT to the end, calls in the history",
      totals.map(({ period, onlineMs }) => of(period, onlineMs / 1000)),
    ),
    family(
      "pppctl_history_sent_bytes",
      "gauge",
      "Calls in the history",
      totals.map(({ period, bytesSent }) => of(period, bytesSent)),
    ),
    family(
      "pppctl_history_received_bytes",
      "gauge",
      "Calls in the history",
      totals.map(({ period, bytesReceived }) => of(period, bytesReceived)),
    ),
    family(
      "pppctl_history_failures",
      "gauge",
      "Calls in the history that were never up, by cause",
      totals.flatMap(({ period, failures }) =>
        Object.entries(failures).map(([cause, count]): Sample => [{ peer: period, cause }, count]),
      ),
    ),
  ].join("");
}

function family(name: string, type: "gauge" | "counter", help: string, samples: readonly Sample[]): string {
  if (samples.length === 0) return "";
  const lines = samples.map(([labels, value]) => {
    const text = Object.entries(labels).map(([label, of]) => `${label}="${of.replace(/[\\"\n]/g, escapeLabel)}"`);
    return `${name}{${text.join(",")}} ${value}\n`;
  });
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join("")}`;
}

function escapeLabel(char: string): string {
  return char === "\n" ? "\\n" : `\\${char}`;
}
