/**
 * A Hayes modem without a telephone line: events in, effects out, time an input.
 *
 *     computer --bytes, DTR--> [ command lines | data mode ] --bytes--> far end
 *              <--echo, result codes, data-----------------
 */
import { startEscapeWatch, watchByte } from "./escape-watch.ts";
import { makeFactoryProfile, readRegister, S } from "./modem-profile.ts";
import { abortByKey, awaitIncoming, endWait, farOpened, hangUp, loseCarrier, ring } from "./simulated-call.ts";
import { hidePins, runCommandLine } from "./simulated-commands.ts";
import { guardTime, leaveDataMode, takeData, takeFarBytes } from "./simulated-data.ts";
import {
  joinBytes,
  log,
  type ModemDraft,
  type ModemEffect,
  type ModemEvent,
  type ModemTimers,
  type SimulatedModemState,
  sayResult,
  sendToComputer,
  setTimer,
  updateDcd,
} from "./simulated-modem-state.ts";
import type { Scenario } from "./simulated-scenario.ts";

export type { ModemEffect, ModemEvent, SimulatedModemState } from "./simulated-modem-state.ts";

/** What the computer may send ahead while a command is worked on, in bytes; more is lost, as in a real modem. */
const QUEUE_LIMIT = 4096;

export interface ModemStep {
  readonly state: SimulatedModemState;
  readonly effects: readonly ModemEffect[];
}

/** A modem that was just switched on, DTR low. @param at milliseconds, the zero of the events' clock. */
export function startSimulatedModem(scenario: Scenario, at: number): SimulatedModemState {
  const factory = makeFactoryProfile(scenario.factory);
  const draft: ModemDraft = {
    scenario,
    startedAt: at,
    now: at,
    factory,
    stored: factory,
    profile: factory,
    dtr: false,
    dcd: false,
    mute: scenario.mute,
    muteEscape: startEscapeWatch(at),
    call: { type: "idle" },
    timers: {},
    input: "",
    lastLine: "",
    pending: undefined,
    lineEndedAt: at,
    queued: new Uint8Array(),
    lastNumber: "",
    dialed: {},
    incoming: 0,
    ringsDone: 0,
    pinAccepted: false,
    effects: [],
  };
  awaitIncoming(draft);
  return finish(draft).state;
}

/** When `stepSimulatedModem` wants a `deadline` event, on the events' clock; undefined: never. */
export function nextModemDeadline(state: SimulatedModemState): number | undefined {
  return nextTimer(state.timers)?.at;
}

/** One event. Timers that were due before it count first, each at its own time; never throws. */
export function stepSimulatedModem(state: SimulatedModemState, event: ModemEvent): ModemStep {
  const d: ModemDraft = { ...state, effects: [] };
  const at = Math.max(state.now, event.at);
  fireDueTimers(d, at);
  d.now = at;
  switch (event.type) {
    case "computer-bytes":
      takeComputerBytes(d, event.bytes);
      break;
    case "far-bytes":
      takeFarBytes(d, event.bytes);
      break;
    case "far-opened":
      farOpened(d);
      break;
    case "far-closed":
      loseCarrier(d, "the far end closed");
      break;
    case "far-failed":
      log(d, "far-failed", { reason: event.reason });
      loseCarrier(d, event.reason);
      break;
    case "dtr":
      if (event.on !== d.dtr) changeDtr(d, event.on);
      break;
    case "reset":
      switchOffAndOn(d);
      break;
    case "deadline":
      break;
    default:
      event satisfies never;
  }
  // Delays of 0 are over at once.
  fireDueTimers(d, at);
  return finish(d);
}

function fireDueTimers(d: ModemDraft, at: number): void {
  for (let due = nextTimer(d.timers); due !== undefined && due.at <= at; due = nextTimer(d.timers)) {
    d.now = Math.max(d.now, due.at);
    fireTimer(d, due.timer);
    updateDcd(d);
  }
}

function finish(d: ModemDraft): ModemStep {
  updateDcd(d);
  const { effects, ...state } = d;
  return { state, effects };
}

function nextTimer(timers: ModemTimers): { readonly timer: keyof ModemTimers; readonly at: number } | undefined {
  let next: { readonly timer: keyof ModemTimers; readonly at: number } | undefined;
  for (const timer of ["reply", "dial", "carrier", "escape", "ring"] as const) {
    const at = timers[timer];
    if (at !== undefined && (next === undefined || at < next.at)) next = { timer, at };
  }
  return next;
}

function fireTimer(d: ModemDraft, timer: keyof ModemTimers): void {
  switch (timer) {
    case "reply":
      answerLine(d);
      break;
    case "dial":
      endWait(d);
      break;
    case "carrier":
      loseCarrier(d, "the scenario says so");
      break;
    case "escape":
      if (d.mute === "+++") wake(d);
      else leaveDataMode(d);
      break;
    case "ring":
      ring(d);
      break;
    default:
      timer satisfies never;
  }
}

function takeComputerBytes(d: ModemDraft, bytes: Uint8Array): void {
  if (d.mute === "+++") {
    const guardMs = guardTime(d);
    for (const byte of bytes) {
      d.muteEscape = watchByte(d.muteEscape, byte, d.now, readRegister(d.profile, S.escape), guardMs);
    }
    setTimer(d, "escape", d.muteEscape.count === 3 ? d.now + guardMs : undefined);
  }
  let at = 0;
  while (at < bytes.length) {
    const { call } = d;
    if (d.pending !== undefined) {
      d.queued = joinBytes(d.queued, bytes.subarray(at)).slice(0, QUEUE_LIMIT);
      return;
    }
    if (call.type === "connected" && call.online) {
      at = takeData(d, call, bytes, at);
    } else if (call.type === "dialing" || call.type === "opening" || call.type === "answering") {
      abortByKey(d);
      at++;
    } else {
      takeCommandByte(d, bytes[at++] ?? 0);
    }
  }
}

/** A byte in command mode. The eighth bit is parity, and does not count. */
function takeCommandByte(d: ModemDraft, byte: number): void {
  const code = byte & 0x7f;
  if (d.profile.echo && d.mute === false) sendToComputer(d, Uint8Array.of(byte));
  const character = String.fromCharCode(code);
  if (code === readRegister(d.profile, S.cr)) {
    const line = d.input.startsWith("AT") ? d.input.slice(2) : undefined;
    d.input = "";
    if (line !== undefined) takeLine(d, line);
  } else if (code === readRegister(d.profile, S.bs)) {
    d.input = d.input.slice(0, -1);
  } else if (d.input.length < 2) {
    if (d.input === "A" && character === "/") {
      d.input = "";
      takeLine(d, d.lastLine);
    } else {
      d.input = d.input === "A" && /t/i.test(character) ? "AT" : /a/i.test(character) ? "A" : "";
    }
  } else if (code >= 0x20 && d.input.length <= d.scenario.commandLimit + 2) {
    d.input += character;
  }
}

/** A whole command line: it is answered after the scenario's delay. */
function takeLine(d: ModemDraft, line: string): void {
  log(d, "command", { line: `AT${hidePins(line)}` });
  d.lastLine = line;
  d.lineEndedAt = d.now;
  if (d.mute !== false) return;
  d.pending = line;
  const key = `AT${line.trim().toUpperCase()}`;
  const delay = Object.hasOwn(d.scenario.delays, key) ? d.scenario.delays[key] : undefined;
  setTimer(d, "reply", d.now + (delay ?? d.scenario.answerDelayMs));
}

function answerLine(d: ModemDraft): void {
  const line = d.pending ?? "";
  const rest = d.queued;
  dropLine(d);
  runCommandLine(d, line);
  updateDcd(d);
  takeComputerBytes(d, rest);
}

function dropLine(d: ModemDraft): void {
  d.pending = undefined;
  d.queued = new Uint8Array();
  setTimer(d, "reply", undefined);
}

/** It speaks from now on; after `+++` it says so. */
function wake(d: ModemDraft): void {
  log(d, "woken", { by: String(d.mute) });
  const saysSo = d.mute === "+++";
  d.mute = false;
  d.input = "";
  if (saysSo) sayResult(d, "ok");
}

/** The call is gone, and all that was set and not stored. */
function switchOffAndOn(d: ModemDraft): void {
  log(d, "reset");
  if (d.mute === "reset") wake(d);
  dropLine(d);
  d.input = "";
  hangUp(d, "reset");
  d.profile = d.stored;
}

/** `&D` says what a drop of DTR does (V.250 6.2.9). */
function changeDtr(d: ModemDraft, on: boolean): void {
  d.dtr = on;
  log(d, "dtr", { on });
  if (on) return;
  if (d.mute === "dtr") wake(d);
  const { dtr } = d.profile;
  if (dtr === 1) leaveDataMode(d);
  if (dtr < 2) return;
  dropLine(d);
  d.input = "";
  const wasConnected = d.call.type === "connected";
  hangUp(d, "DTR dropped");
  if (wasConnected) sayResult(d, "no-carrier");
  if (dtr === 3) {
    d.profile = d.stored;
    log(d, "reset");
  }
}
