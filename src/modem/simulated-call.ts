/**
 * The telephone line of the simulated modem: dialing, answering, the far end, hanging up.
 */
import { bytesFromLatin1 } from "../core/bytes.ts";
import { parseDialText } from "./at-line.ts";
import { startEscapeWatch } from "./escape-watch.ts";
import { startLogin } from "./login-dialogue.ts";
import { readRegister, S } from "./modem-profile.ts";
import { numberConnect, type SpokenResult } from "./result-codes.ts";
import {
  type ConnectedCall,
  log,
  type ModemDraft,
  sayResult,
  sayResultText,
  sendToComputer,
  setTimer,
  updateDcd,
} from "./simulated-modem-state.ts";
import { type CallAction, type ConnectAction, chooseCallAction } from "./simulated-scenario.ts";

/** The end of the line is silent so long after a carriage return that a line feed after it is no key (V.250 5.6.1). */
const DEAF_MS = 125;

/** `ATD`. False when there is a call already: the modem says ERROR. */
export function dial(d: ModemDraft, text: string): boolean {
  if (d.call.type !== "idle" && d.call.type !== "off-hook") return false;
  const told = parseDialText(text);
  const number = (d.call.type === "off-hook" ? d.call.digits : "") + (told.again ? d.lastNumber : told.number);
  goOffHook(d);
  if (told.backToCommand) {
    d.call = { type: "off-hook", digits: number };
    sayResult(d, "ok");
    return true;
  }
  const count = Object.hasOwn(d.dialed, number) ? (d.dialed[number] ?? 0) : 0;
  const action = chooseCallAction(d.scenario, number, count);
  d.dialed = { ...d.dialed, [number]: count + 1 };
  d.lastNumber = number;
  log(d, "dial", { number, call: count + 1, result: action.result });
  waitForResult(d, number, action, told.pauses * readRegister(d.profile, S.comma) * 1000);
  return true;
}

/** `ATA`, or the ring that S0 waits for. */
export function answer(d: ModemDraft): void {
  goOffHook(d);
  const incoming = d.ringsDone > 0 ? d.scenario.incoming[d.incoming] : undefined;
  if (incoming === undefined) {
    d.call = { type: "answering" };
    setTimer(d, "dial", carrierLimit(d, d.now));
    return;
  }
  log(d, "answer");
  waitForResult(d, "incoming", incoming.call, 0);
  awaitNextIncoming(d);
}

/** `ATH1` and the beginning of each call. */
export function goOffHook(d: ModemDraft): void {
  if (d.call.type !== "idle") return;
  d.call = { type: "off-hook", digits: "" };
  log(d, "off-hook");
}

/** On-hook, from whatever state; nothing is said to the computer. */
export function hangUp(d: ModemDraft, why: string): void {
  const { call } = d;
  if (call.type === "idle") return;
  if (call.type === "opening" || (call.type === "connected" && call.stage !== "login")) {
    d.effects.push({ type: "close-far" });
  }
  d.call = { type: "idle" };
  d.timers = { reply: d.timers.reply, ring: d.timers.ring };
  log(d, "on-hook", { why });
  updateDcd(d);
}

/** On-hook because the line failed, and the computer is told. */
function endCall(d: ModemDraft, code: SpokenResult, why: string): void {
  hangUp(d, why);
  sayResult(d, code);
}

/** The computer sent a byte while the modem dials: that ends the call (V.250 5.6.1). */
export function abortByKey(d: ModemDraft): void {
  if (d.now < d.lineEndedAt + DEAF_MS) return;
  endCall(d, "no-carrier", "a key while dialing");
}

/** The time of `timers.dial` has come. */
export function endWait(d: ModemDraft): void {
  setTimer(d, "dial", undefined);
  const { call } = d;
  if (call.type !== "dialing") {
    if (call.type === "opening" || call.type === "answering") endCall(d, "no-carrier", "no carrier within S7");
    return;
  }
  const { action } = call;
  if (action.result === "connect") connect(d, call.number, action);
  else if (action.result !== "silence") endCall(d, hearResult(action.result, d.profile.callProgress), action.result);
}

/** A ring, or the next of the calls from outside. */
export function ring(d: ModemDraft): void {
  setTimer(d, "ring", undefined);
  const incoming = d.scenario.incoming[d.incoming];
  if (incoming === undefined) return;
  if (d.call.type === "answering") {
    d.ringsDone = 1;
    answer(d);
  } else if (d.call.type !== "idle" || d.ringsDone >= incoming.rings) {
    log(d, "missed-call");
    awaitNextIncoming(d);
  } else {
    d.ringsDone++;
    log(d, "ring", { count: d.ringsDone });
    sayResult(d, "ring");
    const autoAnswer = readRegister(d.profile, S.autoAnswer);
    setTimer(d, "ring", d.now + incoming.everyMs);
    if (autoAnswer > 0 && d.ringsDone >= autoAnswer) answer(d);
  }
}

/** The far end is there. */
export function farOpened(d: ModemDraft): void {
  const { call } = d;
  if (call.type === "opening") {
    setTimer(d, "dial", undefined);
    d.call = makeConnected(d, call.number, call.action, "far");
    beginData(d, call.number, call.action);
  } else if (call.type === "connected" && call.stage === "opening") {
    d.call = { ...call, stage: "far", heldToFar: new Uint8Array() };
    if (call.heldToFar.length > 0) d.effects.push({ type: "to-far", bytes: call.heldToFar });
  }
}

/** The far end is gone, or could not be started. */
export function loseCarrier(d: ModemDraft, why: string): void {
  const { type } = d.call;
  if (type !== "opening" && type !== "connected") return;
  if (type === "connected") log(d, "carrier-lost", { why });
  endCall(d, "no-carrier", "carrier lost");
}

/** Begin to wait for the first ring of the incoming call at index `d.incoming`. */
export function awaitIncoming(d: ModemDraft): void {
  const incoming = d.scenario.incoming[d.incoming];
  d.ringsDone = 0;
  setTimer(d, "ring", incoming === undefined ? undefined : Math.max(d.now, d.startedAt + incoming.afterMs));
}

function awaitNextIncoming(d: ModemDraft): void {
  d.incoming++;
  awaitIncoming(d);
}

/** When the wait for a carrier ends that begins at `from`: S7 seconds; 0 is no limit. */
function carrierLimit(d: ModemDraft, from: number): number | undefined {
  const seconds = readRegister(d.profile, S.waitCarrier);
  return seconds === 0 ? undefined : from + seconds * 1000;
}

function waitForResult(d: ModemDraft, number: string, action: CallAction, pauseMs: number): void {
  const dialedAt = d.now + pauseMs;
  if (action.result === "silence") {
    d.call = { type: "dialing", number, action };
    return;
  }
  const resultAt = dialedAt + action.afterMs;
  const limit = carrierLimit(d, dialedAt) ?? resultAt;
  d.call = { type: "dialing", number, action: resultAt <= limit ? action : { result: "no-carrier", afterMs: 0 } };
  setTimer(d, "dial", Math.min(resultAt, limit));
}

/** A modem hears only what its `X` lets it listen for; the rest is NO CARRIER (Hayes; V.250 6.3.14). */
function hearResult(result: Exclude<CallAction["result"], "connect" | "silence">, callProgress: number): SpokenResult {
  if (result === "busy") return callProgress >= 3 ? "busy" : "no-carrier";
  if (result === "no-dialtone") return callProgress === 2 || callProgress === 4 ? "no-dialtone" : "no-carrier";
  return result;
}

function connect(d: ModemDraft, number: string, action: ConnectAction): void {
  if (action.loginPrompt === undefined) {
    d.call = { type: "opening", number, action };
    setTimer(d, "dial", carrierLimit(d, d.now));
    d.effects.push({ type: "open-far", far: action.to });
    return;
  }
  const login = startLogin(action.loginPrompt);
  d.call = { ...makeConnected(d, number, action, "login"), login: login.state };
  beginData(d, number, action);
  sendToComputer(d, bytesFromLatin1(login.output));
}

function makeConnected(
  d: ModemDraft,
  number: string,
  action: ConnectAction,
  stage: ConnectedCall["stage"],
): ConnectedCall {
  return {
    type: "connected",
    number,
    action,
    online: true,
    stage,
    login: undefined,
    escape: startEscapeWatch(d.now),
    heldToFar: new Uint8Array(),
    heldFromFar: new Uint8Array(),
  };
}

function beginData(d: ModemDraft, number: string, action: ConnectAction): void {
  log(d, "connect", { number, rate: action.rate });
  sayConnect(d, action);
  sendToComputer(d, bytesFromLatin1(action.garbage));
  setTimer(d, "carrier", action.carrierLostAfterMs === undefined ? undefined : d.now + action.carrierLostAfterMs);
}

/** CONNECT; `X0` leaves the rate out. */
export function sayConnect(d: ModemDraft, action: ConnectAction): void {
  const blind = d.profile.callProgress === 0;
  const text = action.connectText ?? (blind ? "CONNECT" : `CONNECT ${action.rate}`);
  sayResultText(d, text, blind ? "1" : numberConnect(action.rate));
}
