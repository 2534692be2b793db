import type { ChatConfig } from "./chat-config.ts";
import { doDirective } from "./chat-directive.ts";
import type { ChatEffect } from "./chat-effect.ts";
import type { ChatEvent } from "./chat-event.ts";
import { beginExpect, drainExpect, failExpect, feedExpecting, timeOutExpect } from "./chat-expect.ts";
import {
  failFile,
  finishWrite,
  loseWrite,
  sendFile,
  sendSecret,
  sendWord,
  takeAlarm,
  timeOutSend,
} from "./chat-send.ts";
import type { ChatState } from "./chat-state.ts";
import { addLog, type ChatTurn } from "./chat-turn.ts";
import { closeChat, endChat, feedClosing, timeOutClosing } from "./end-chat.ts";
import { startReadAhead } from "./read-ahead.ts";

/**
 * chat(8) as a pure machine: what follows from an event, and what is to be done. It never
 * throws; events that make no sense in a state change nothing. `startChat` gives the first
 * state.
 */
export function stepChat(
  config: ChatConfig,
  state: ChatState,
  event: ChatEvent,
): { readonly state: ChatState; readonly effects: readonly ChatEffect[] } {
  if (state.phase === "done") return { state, effects: [] };
  const turn: ChatTurn = { config, state: { ...state }, effects: [], now: event.now };
  takeEvent(turn, event);
  continueScript(turn);
  turn.state.deadline = findDeadline(turn.state);
  turn.state.readLimit = startReadAhead(turn.state).limit;
  return { state: turn.state, effects: turn.effects };
}

function takeEvent(turn: ChatTurn, event: ChatEvent): void {
  const { state, config } = turn;
  switch (event.type) {
    case "start":
      if (state.phase !== "new") return;
      state.phase = "ready";
      state.stepStart = event.now;
      if (config.reportFile !== undefined && config.reportOpening === true) {
        turn.effects.push({ type: "report", text: `Opening "${config.reportFile}"...` });
      }
      return;
    case "bytes":
      for (let at = 0; at < event.bytes.length; ) {
        if (state.phase === "expecting") at = feedExpecting(turn, event.bytes, at);
        else if (state.phase === "closing") feedClosing(turn, (event.bytes[at++] ?? 0) & 0x7f);
        else return;
      }
      return;
    case "deadline":
      if (state.deadline === undefined || event.now < state.deadline) return;
      if (state.phase === "expecting") timeOutExpect(turn);
      else if (state.phase === "sending") timeOutSend(turn);
      else if (state.phase === "loading") failFile(turn, "Connection timed out");
      else if (state.phase === "closing") timeOutClosing(turn);
      return;
    case "alarm":
      if (state.phase === "expecting") timeOutExpect(turn);
      else if (state.phase === "sending") takeAlarm(turn);
      else if (state.phase === "loading") failFile(turn, "Interrupted system call");
      else if (state.phase === "closing") timeOutClosing(turn);
      return;
    case "drained":
      if (!state.impatient) return;
      state.impatient = false;
      if (state.phase === "expecting") drainExpect(turn);
      else if (state.phase === "closing") closeChat(turn);
      return;
    case "written":
      finishWrite(turn);
      return;
    case "file-loaded":
      if (state.phase === "loading") sendFile(turn, event.content);
      return;
    case "secret-given":
      if (state.phase === "loading") sendSecret(turn, event.content);
      return;
    case "file-failed":
      if (state.phase === "loading") failFile(turn, event.reason);
      return;
    case "line-gone":
      state.gone = true;
      if (state.phase === "expecting") failExpect(turn);
      else if (state.phase === "sending") loseWrite(turn);
      else if (state.phase === "closing") closeChat(turn);
      return;
    case "interrupt":
      addLog(turn, event.reason, "error");
      endChat(turn, { kind: "interrupted", reason: event.reason });
      return;
    default:
      event satisfies never;
  }
}

/** Go on with the script up to something that must be waited for. */
function continueScript(turn: ChatTurn): void {
  const { state } = turn;
  while (state.phase === "ready") {
    const part = state.parts[state.part];
    if (part !== undefined) {
      beginExpect(turn, part.expect);
      continue;
    }
    const step = state.steps[state.nextStep];
    if (step === undefined) {
      endScript(turn);
      return;
    }
    state.nextStep++;
    state.step = step.position;
    state.stepStart = turn.now;
    state.parts = step.kind === "expect" ? step.parts : [];
    state.part = 0;
    if (step.kind === "send") sendWord(turn, step.text);
    else if (step.kind === "directive") doDirective(turn, step.directive, step.value);
  }
}

function endScript(turn: ChatTurn): void {
  const { broken } = turn.config.script;
  if (broken === undefined) {
    endChat(turn, { kind: "ok" });
    return;
  }
  addLog(turn, broken.message, "error");
  endChat(turn, { kind: "error", error: broken.error });
}

function findDeadline(state: ChatState): number | undefined {
  switch (state.phase) {
    case "expecting":
      return state.expecting?.deadline;
    case "sending":
      return earlier(state.sending?.delayUntil, state.sending?.alarmAt);
    case "loading":
      return state.loading?.deadline;
    case "closing":
      return state.closing?.deadline;
    case "new":
    case "ready":
    case "done":
      return undefined;
    default:
      return state.phase satisfies never;
  }
}

function earlier(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined ? b : b === undefined ? a : Math.min(a, b);
}
