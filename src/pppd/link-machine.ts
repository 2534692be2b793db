import type { PppdEvent } from "./pppd-event.ts";

/** Where a link is in its life, as far as pppd's log tells. */
export type LinkMachinePhase =
  | "starting"
  | "dialing"
  | "negotiating"
  | "authenticating"
  | "network"
  | "up"
  | "ending"
  /** Between two attempts of a pppd that redials (`persist`, `demand`). */
  | "waiting"
  | "ended";

/** What is known of a link. Times are the callers' (any clock, milliseconds). */
export interface LinkState {
  readonly phase: LinkMachinePhase;
  /** The link is up when IPv4 addresses are known, or with `noip` when link-local IPv6 addresses are. */
  readonly network: "ip" | "ipv6";
  /** pppd goes on after a call that ended. */
  readonly redials: boolean;
  /** From 1; counts calls that began to negotiate or failed before. */
  readonly attempt: number;
  readonly version: string | undefined;
  readonly iface: string | undefined;
  readonly device: string | undefined;
  readonly local: string | undefined;
  readonly remote: string | undefined;
  readonly localLink: string | undefined;
  readonly remoteLink: string | undefined;
  readonly dns: readonly string[];
  readonly connectedAt: number | undefined;
  readonly upAt: number | undefined;
  readonly endedAt: number | undefined;
  /** As pppd counts them at the end: minutes, bytes. */
  readonly minutes: number | undefined;
  readonly bytes: { readonly sent: number; readonly received: number } | undefined;
  /** What the current (or last) attempt said, for `judge`; the newest `keptEvents`, without `other`. */
  readonly events: readonly PppdEvent[];
  readonly exit: { readonly status: number | undefined; readonly signal: string | undefined } | undefined;
}

export type LinkInput =
  | { readonly type: "log"; readonly event: PppdEvent; readonly at: number }
  /** The pppd that carries the link has gone; not the parent that `updetach` ends when the link is up. */
  | {
      readonly type: "exit";
      readonly status?: number | undefined;
      readonly signal?: string | undefined;
      readonly at: number;
    };

/** Events that a state keeps. A call says some 20; with `debug` more, most of them `other`. */
export const keptEvents = 200;

export function startLink(init: { readonly network: "ip" | "ipv6"; readonly redials: boolean }): LinkState {
  return {
    ...init,
    ...unconnected,
    phase: "starting",
    attempt: 1,
    version: undefined,
    iface: undefined,
    exit: undefined,
  };
}

/** What is true of no call any more when the next one begins. */
const unconnected = {
  device: undefined,
  local: undefined,
  remote: undefined,
  localLink: undefined,
  remoteLink: undefined,
  dns: [],
  connectedAt: undefined,
  upAt: undefined,
  endedAt: undefined,
  minutes: undefined,
  bytes: undefined,
  events: [],
} as const;

/** Take one line of the log, or pppd's end, into account. */
export function stepLink(state: LinkState, input: LinkInput): LinkState {
  if (state.phase === "ended") return state;
  if (input.type === "exit") {
    return {
      ...state,
      phase: "ended",
      endedAt: state.endedAt ?? input.at,
      exit: { status: input.status, signal: input.signal },
    };
  }
  const { event, at } = input;
  if (event.kind === "other") return state;
  const begun = beginAttempt(state, event);
  const heard = { ...begun, events: [...begun.events, event].slice(-keptEvents) };
  return markUp({ ...heard, ...readEvent(heard, event, at) }, at);
}

/** A `waiting` link whose pppd starts a new call is a new attempt. */
function beginAttempt(state: LinkState, event: PppdEvent): LinkState {
  if (state.phase !== "waiting") return state;
  switch (event.kind) {
    case "demand-triggered":
    case "chat-send":
    case "chat-expect":
    case "port-initialized":
    case "serial-connected":
    case "init-script-failed":
    case "connect":
    case "open-failed":
    case "locked":
      return nextAttempt(state);
    case "connect-script-failed":
      // What was not dialed is no attempt: that which it was not dialed for is the last.
      return state.events.at(-1)?.kind === "dial-refused" ? state : nextAttempt(state);
    default:
      return state;
  }
}

function nextAttempt(state: LinkState): LinkState {
  return { ...state, ...unconnected, phase: "starting", attempt: state.attempt + 1 };
}

function readEvent(state: LinkState, event: PppdEvent, at: number): Partial<LinkState> {
  switch (event.kind) {
    case "started":
      return { version: event.version };
    case "demand-triggered":
    case "port-initialized":
    case "chat-expect":
      return forward(state, "dialing");
    case "serial-connected":
      return forward(state, "negotiating");
    case "interface":
    case "interface-renamed":
      return { iface: event.iface };
    case "connect":
      return {
        ...forward(state, "negotiating"),
        iface: event.iface ?? state.iface,
        device: event.device,
        connectedAt: at,
      };
    case "auth-started":
    case "remote-message":
      return forward(state, "authenticating");
    case "auth-succeeded":
    case "network-started":
      return forward(state, "network");
    case "local-address":
      return { ...forward(state, "network"), local: event.address };
    case "remote-address":
      return { ...forward(state, "network"), remote: event.address };
    case "local-link-address":
      return { ...forward(state, "network"), localLink: event.address };
    case "remote-link-address":
      return { ...forward(state, "network"), remoteLink: event.address };
    case "dns":
      return { dns: event.rank === 1 ? [event.address] : [...state.dns.slice(0, 1), event.address] };
    case "connect-time":
      return { minutes: event.minutes };
    case "bytes":
      return { bytes: { sent: event.sent, received: event.received } };
    case "modem-hangup":
    case "terminating-on-signal":
    case "hangup-signal":
    case "idle":
    case "time-limit":
    case "traffic-limit":
    case "loopback":
    case "echo-timeout":
    case "auth-failed":
    case "peer-refused-auth":
      return state.phase === "waiting" ? {} : { phase: "ending", endedAt: state.endedAt ?? at };
    case "terminated-by-peer":
    case "negotiation-timeout":
      // Of IPV6CP or CCP it ends no call.
      return event.protocol === "LCP" ? { phase: "ending", endedAt: state.endedAt ?? at } : {};
    case "terminated":
    case "connect-script-failed":
    case "init-script-failed":
      return { phase: state.redials ? "waiting" : "ending", endedAt: state.endedAt ?? at };
    case "exit":
      return { phase: "ending", endedAt: state.endedAt ?? at };
    default:
      return {};
  }
}

const order: readonly LinkMachinePhase[] = [
  "starting",
  "dialing",
  "negotiating",
  "authenticating",
  "network",
  "up",
  "ending",
  "waiting",
  "ended",
];

/** Never back: a line that comes late does not undo what is known. */
function forward(state: LinkState, phase: LinkMachinePhase): Partial<LinkState> {
  return order.indexOf(phase) > order.indexOf(state.phase) ? { phase } : {};
}

function markUp(state: LinkState, at: number): LinkState {
  if (state.phase !== "network") return state;
  const known =
    state.network === "ip"
      ? state.local !== undefined && state.remote !== undefined
      : state.localLink !== undefined && state.remoteLink !== undefined;
  return known ? { ...state, phase: "up", upAt: at } : state;
}
