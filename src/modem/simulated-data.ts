/** Data mode of the simulated modem: what passes between the computer and the far end, and the way out of it. */
import { bytesFromLatin1 } from "../core/bytes.ts";
import { startEscapeWatch, watchByte } from "./escape-watch.ts";
import { stepLogin } from "./login-dialogue.ts";
import { readRegister, S } from "./modem-profile.ts";
import { loseCarrier, sayConnect } from "./simulated-call.ts";
import {
  type ConnectedCall,
  joinBytes,
  log,
  type ModemDraft,
  sayResult,
  sendToComputer,
  setTimer,
} from "./simulated-modem-state.ts";

/** What is typed towards a far end that does not read yet is kept up to here, in bytes. */
const HELD_LIMIT = 65_536;

/** The far end says something. */
export function takeFarBytes(d: ModemDraft, bytes: Uint8Array): void {
  const { call } = d;
  if (call.type !== "connected" || call.stage !== "far") return;
  if (call.online) sendToComputer(d, bytes);
  else d.call = { ...call, heldFromFar: joinBytes(call.heldFromFar, bytes) };
}

/**
 * Data from the computer, from index `from` on.
 *
 * @returns the index of the first byte that is not data any more: the call ended, or the escape took effect at once (S12=0).
 */
export function takeData(d: ModemDraft, call: ConnectedCall, bytes: Uint8Array, from: number): number {
  const escapeByte = readRegister(d.profile, S.escape);
  const guardMs = guardTime(d);
  let watch = call.escape;
  // The login dialogue can end the call at any byte, so it gets them one by one.
  const limit = call.stage === "login" ? from + 1 : bytes.length;
  let end = from;
  while (end < limit && !(guardMs === 0 && watch.count === 3)) {
    const byte = bytes[end++] ?? 0;
    if (byte === escapeByte || watch.count > 0 || watch.lastAt !== d.now) {
      watch = watchByte(watch, byte, d.now, escapeByte, guardMs);
    }
  }
  d.call = { ...call, escape: watch };
  setTimer(d, "escape", watch.count === 3 ? d.now + guardMs : undefined);
  passData(d, d.call, bytes.slice(from, end));
  if (guardMs === 0 && watch.count === 3) leaveDataMode(d);
  return end;
}

/** `+++` with its guard times, or a DTR drop with `&D1`: command mode, the call still up. */
export function leaveDataMode(d: ModemDraft): void {
  setTimer(d, "escape", undefined);
  if (d.call.type !== "connected" || !d.call.online) return;
  d.call = { ...d.call, online: false };
  d.effects.push({ type: "hold-far", on: true });
  log(d, "command-mode");
  sayResult(d, "ok");
}

/** `ATO`: data mode again. False without a call. */
export function returnOnline(d: ModemDraft): boolean {
  const { call } = d;
  if (call.type !== "connected") return false;
  log(d, "data-mode");
  sayConnect(d, call.action);
  sendToComputer(d, call.heldFromFar);
  d.call = { ...call, online: true, heldFromFar: new Uint8Array(), escape: startEscapeWatch(d.now) };
  d.effects.push({ type: "hold-far", on: false });
  return true;
}

/** S12 in milliseconds; it counts fiftieths of a second. */
export function guardTime(d: ModemDraft): number {
  return readRegister(d.profile, S.guard) * 20;
}

/** Data for whoever is on the other side just now; one byte at a time for the login dialogue. */
function passData(d: ModemDraft, call: ConnectedCall, bytes: Uint8Array): void {
  const prompt = call.action.loginPrompt;
  let { login } = call;
  if (call.stage === "far") {
    if (bytes.length > 0) d.effects.push({ type: "to-far", bytes });
    return;
  }
  if (call.stage === "opening" || login === undefined || prompt === undefined) {
    d.call = { ...call, heldToFar: joinBytes(call.heldToFar, bytes).slice(0, HELD_LIMIT) };
    return;
  }
  for (const byte of bytes) {
    const step = stepLogin(prompt, login, byte);
    login = step.state;
    d.call = { ...call, login };
    sendToComputer(d, bytesFromLatin1(step.output));
    if (step.outcome === "thrown-out") {
      loseCarrier(d, "login incorrect");
    } else if (step.outcome === "let-in") {
      log(d, "login", { user: login.user });
      d.call = { ...call, stage: "opening", login: undefined };
      d.effects.push({ type: "open-far", far: call.action.to });
    }
  }
}
