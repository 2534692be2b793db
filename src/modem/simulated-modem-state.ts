import { bytesFromLatin1 } from "../core/bytes.ts";
import type { EscapeWatch } from "./escape-watch.ts";
import type { LoginState } from "./login-dialogue.ts";
import { type ModemProfile, readRegister, S } from "./modem-profile.ts";
import { type SpokenResult, wordResult } from "./result-codes.ts";
import type { CallAction, ConnectAction, FarEnd, Scenario } from "./simulated-scenario.ts";

/** Where a call stands. `number` is `incoming` for a call from outside. */
type Call =
  | { readonly type: "idle" }
  /** `ATH1`, or `ATD…;`: the digits so far. */
  | { readonly type: "off-hook"; readonly digits: string }
  | { readonly type: "dialing"; readonly number: string; readonly action: CallAction }
  /** `ATA` before it rings. */
  | { readonly type: "answering" }
  /** The far end is being started; CONNECT comes when it has. */
  | { readonly type: "opening"; readonly number: string; readonly action: ConnectAction }
  | ConnectedCall;

export interface ConnectedCall {
  readonly type: "connected";
  readonly number: string;
  readonly action: ConnectAction;
  /** False: in command mode, the call still up (`+++`). */
  readonly online: boolean;
  /** Who is on the other side: our login dialogue, the far end that starts, the far end. */
  readonly stage: "login" | "opening" | "far";
  readonly login: LoginState | undefined;
  readonly escape: EscapeWatch;
  /** Bytes for the far end while it starts. */
  readonly heldToFar: Uint8Array;
  /** Bytes of the far end while in command mode. */
  readonly heldFromFar: Uint8Array;
}

/** When something happens by itself, in milliseconds on the events' clock. */
export interface ModemTimers {
  /** The command line is answered. */
  readonly reply?: number | undefined;
  /** The dialing ends, or the wait for a carrier. */
  readonly dial?: number | undefined;
  readonly carrier?: number | undefined;
  /** The guard time after `+++` is over. */
  readonly escape?: number | undefined;
  readonly ring?: number | undefined;
}

/** All that the simulated modem knows. Plain data; made by `startSimulatedModem`, changed by `stepSimulatedModem`. */
export interface SimulatedModemState {
  readonly scenario: Scenario;
  readonly startedAt: number;
  /** The time of the last event. */
  readonly now: number;
  readonly factory: ModemProfile;
  readonly stored: ModemProfile;
  readonly profile: ModemProfile;
  readonly dtr: boolean;
  readonly dcd: boolean;
  /** As the scenario has it, until it is woken. */
  readonly mute: Scenario["mute"];
  /** For `+++` while it is mute. */
  readonly muteEscape: EscapeWatch;
  readonly call: Call;
  readonly timers: ModemTimers;
  /** The command line as typed so far, from its `AT`. */
  readonly input: string;
  /** For `A/`, without `AT`. */
  readonly lastLine: string;
  /** A command line that waits for its answer. */
  readonly pending: string | undefined;
  readonly lineEndedAt: number;
  /** What the computer sent after `pending`. */
  readonly queued: Uint8Array;
  readonly lastNumber: string;
  /** How many times each number was dialed. */
  readonly dialed: Readonly<Record<string, number>>;
  /** Index in `scenario.incoming`. */
  readonly incoming: number;
  readonly ringsDone: number;
  readonly pinAccepted: boolean;
}

/** What the world does. `at` is in milliseconds, never less than before. Events of the far end are of the one opened last. */
export type ModemEvent = { readonly at: number } & (
  | { readonly type: "computer-bytes"; readonly bytes: Uint8Array }
  | { readonly type: "far-bytes"; readonly bytes: Uint8Array }
  | { readonly type: "far-opened" }
  | { readonly type: "far-closed" }
  | { readonly type: "far-failed"; readonly reason: string }
  /** The computer raised or dropped DTR. */
  | { readonly type: "dtr"; readonly on: boolean }
  /** Somebody has switched it off and on. */
  | { readonly type: "reset" }
  /** The time of `nextModemDeadline` has come. */
  | { readonly type: "deadline" }
);

/** What the driver has to do, in this order. */
export type ModemEffect =
  | { readonly type: "to-computer"; readonly bytes: Uint8Array }
  | { readonly type: "open-far"; readonly far: FarEnd }
  | { readonly type: "to-far"; readonly bytes: Uint8Array }
  /** No event of that far end may come any more. */
  | { readonly type: "close-far" }
  /** Stop (or go on) reading the far end; bytes that are under way may still come. */
  | { readonly type: "hold-far"; readonly on: boolean }
  | { readonly type: "dcd"; readonly on: boolean }
  | {
      readonly type: "log";
      readonly event: string;
      readonly details: Readonly<Record<string, string | number | boolean>>;
    };

/** The state while one event is worked through: a copy that belongs to that step alone, and what comes of it. */
export type ModemDraft = { -readonly [K in keyof SimulatedModemState]: SimulatedModemState[K] } & {
  readonly effects: ModemEffect[];
};

/** Write a line of the event log. */
export function log(
  d: ModemDraft,
  event: string,
  details: Readonly<Record<string, string | number | boolean>> = {},
): void {
  d.effects.push({ type: "log", event, details });
}

/** Tell the driver when DCD has changed: with the call, or with `&C`. */
export function updateDcd(d: ModemDraft): void {
  const on = d.scenario.dcd === "always" || d.profile.dcd === 0 || d.call.type === "connected";
  if (on === d.dcd) return;
  d.dcd = on;
  d.effects.push({ type: "dcd", on });
  log(d, "dcd", { on });
}

/** Set, or with undefined clear, a timer. */
export function setTimer(d: ModemDraft, timer: keyof ModemTimers, at: number | undefined): void {
  d.timers = { ...d.timers, [timer]: at };
}

/** Send bytes to the computer as they are. */
export function sendToComputer(d: ModemDraft, bytes: Uint8Array): void {
  if (bytes.length > 0) d.effects.push({ type: "to-computer", bytes });
}

/** A line of information, such as the answer to `ATI`: sent even when result codes are off (`Q1`). */
export function sayText(d: ModemDraft, text: string): void {
  const end = lineEnd(d);
  sendToComputer(d, bytesFromLatin1(d.profile.verbose ? end + text + end : text + end));
}

/** A result code, unless they are off. `digits` is what it is with `ATV0`. */
export function sayResultText(d: ModemDraft, text: string, digits: string): void {
  if (d.profile.quiet) return;
  log(d, "result", { text });
  const end = lineEnd(d);
  sendToComputer(d, bytesFromLatin1(d.profile.verbose ? end + text + end : digits + end.slice(0, 1)));
}

/** A result code of the fixed ones. */
export function sayResult(d: ModemDraft, code: SpokenResult): void {
  sayResultText(d, wordResult(code, true), wordResult(code, false));
}

/** S3 and S4: carriage return and line feed, unless the user changed them. */
function lineEnd(d: ModemDraft): string {
  return String.fromCharCode(readRegister(d.profile, S.cr), readRegister(d.profile, S.lf));
}

/** Two runs of bytes in one. */
export function joinBytes(first: Uint8Array, second: Uint8Array): Uint8Array {
  const joined = new Uint8Array(first.length + second.length);
  joined.set(first);
  joined.set(second, first.length);
  return joined;
}
