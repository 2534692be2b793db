import { bytesFromLatin1, latin1FromBytes } from "../core/bytes.ts";
import type { ChatEffect } from "./chat-effect.ts";
import { addLog, type ChatTurn, cleanSend, timeoutFromNow } from "./chat-turn.ts";
import { endChat, failChat } from "./end-chat.ts";
import { addSecret } from "./received-lines.ts";
import { HIDDEN_TEXT, untilNul, visibleText } from "./visible-text.ts";

/** chat takes this much of an `@file` (`STR_LEN - 1` in chat.c). */
const STRICT_FILE_LENGTH = 1023;

/** `\d` and `\p`, milliseconds (chat(8) says 1/10 s for `\p`; chat.c has 1/100). */
const DELAYS: Readonly<Record<string, number>> = { d: 1000, p: 10 };

/** Send a word of the script, or a sub-reply; `@file` is loaded first, and what `@?` and `@!` stand for is fetched. */
export function sendWord(turn: ChatTurn, word: string): void {
  const [, kind, rest = ""] = (turn.config.strict === true ? null : /^@([?!])(.*)$/s.exec(word)) ?? [];
  if (kind !== undefined) {
    fetchSecret(turn, kind === "?" ? { type: "ask", prompt: rest } : { type: "run-program", argv: splitBlanks(rest) });
    return;
  }
  const path = /^@[ \t]*([^ \t].*)$/s.exec(word)?.[1];
  if (path === undefined) {
    sendText(turn, word, false);
    return;
  }
  turn.state.loading = { from: `${path} -- open failed`, deadline: timeoutFromNow(turn) };
  turn.state.phase = "loading";
  turn.effects.push({ type: "load-file", path });
}

/** The `@file` is here: its first 1023 bytes (all of it when not strict), without one LF at the end, up to a NUL. */
export function sendFile(turn: ChatTurn, content: Uint8Array): void {
  const strict = turn.config.strict === true;
  const text = latin1FromBytes(strict ? content.subarray(0, STRICT_FILE_LENGTH) : content);
  turn.state.loading = undefined;
  sendText(turn, untilNul(text.endsWith("\n") ? text.slice(0, -1) : text), !strict);
}

/** The `@file` cannot be had. */
export function failFile(turn: ChatTurn, reason: string): void {
  failChat(turn, "chat.file", `${turn.state.loading?.from}: ${reason}`, 1);
}

/** A one-time password: fetched anew whenever it is sent, never kept. */
function fetchSecret(turn: ChatTurn, effect: Extract<ChatEffect, { readonly type: "ask" | "run-program" }>): void {
  const from = effect.type === "ask" ? `no answer to "${visibleText(effect.prompt)}"` : (effect.argv[0] ?? "@!");
  turn.state.loading = { from, deadline: timeoutFromNow(turn) };
  turn.state.phase = "loading";
  turn.effects.push(effect);
}

/** The secret is here: it is sent as it is, with CR, whatever characters it has. */
export function sendSecret(turn: ChatTurn, content: Uint8Array): void {
  turn.state.loading = undefined;
  const text = untilNul(latin1FromBytes(content)).replaceAll("\\", "\\\\");
  sendCleaned(turn, `${text}\r`, true);
}

function splitBlanks(text: string): readonly string[] {
  return text.split(/[ \t]+/).filter((word) => word !== "");
}

function sendText(turn: ChatTurn, word: string, secret: boolean): void {
  const cleaned = cleanSend(turn, word === "EOT" ? "^D\\c" : word === "BREAK" ? "\\K\\c" : word);
  sendCleaned(turn, cleaned.text, secret || cleaned.hidden);
}

function sendCleaned(turn: ChatTurn, text: string, hidden: boolean): void {
  const { state, effects, config } = turn;
  const shown = hidden ? HIDDEN_TEXT : visibleText(untilNul(text));
  if (hidden) state.secrets = addSecret(state.secrets, sentText(text));
  if (config.verbose === true) addLog(turn, `send (${shown})`);
  if (state.step !== undefined) effects.push({ type: "send", text: shown, hidden, position: state.step });
  state.sending = {
    text,
    at: 0,
    shown,
    hidden,
    waiting: undefined,
    delayUntil: undefined,
    paused: false,
    alarmed: false,
    alarmAt: timeoutFromNow(turn),
  };
  state.phase = "sending";
  continueSend(turn);
}

/** Do what is next of the send at work, up to something that must be waited for (`put_string()` in chat.c). */
function continueSend(turn: ChatTurn): void {
  const { state, config, now } = turn;
  const delay = config.charDelayMs ?? 0;
  const sending = state.sending;
  if (sending === undefined) return;
  const { text, at } = sending;
  const first = at < text.length ? readSendOp(text, at) : undefined;
  if (first === undefined) {
    state.sending = undefined;
    state.phase = "ready";
  } else if (first.kind === "delay") {
    state.sending = { ...sending, at: first.next, delayUntil: now + first.ms };
  } else if (first.kind === "break") {
    state.sending = { ...sending, at: first.next, waiting: "break" };
    turn.effects.push({ type: "break" });
  } else if (sending.alarmed && !sending.paused) {
    failSend(turn, "write timed out");
  } else if (state.gone) {
    failSend(turn, "write failed: Input/output error");
  } else if (delay > 0 && !sending.paused) {
    state.sending = { ...sending, delayUntil: now + delay, paused: true };
  } else {
    let bytes = first.char;
    let next = first.next;
    for (let op = readSendOp(text, next); delay <= 0 && op?.kind === "byte"; op = readSendOp(text, next)) {
      bytes += op.char;
      next = op.next;
    }
    state.sending = { ...sending, at: next, waiting: "write", paused: false };
    turn.effects.push({ type: "write", bytes: bytesFromLatin1(bytes), hidden: sending.hidden });
  }
}

type SendOp =
  | { readonly kind: "byte"; readonly char: string; readonly next: number }
  | { readonly kind: "delay"; readonly ms: number; readonly next: number }
  | { readonly kind: "break"; readonly next: number };

/** What stands at `at` of a cleaned send; undefined at its end, which an unprotected NUL is, too. */
function readSendOp(text: string, at: number): SendOp | undefined {
  const char = text.charAt(at);
  if (char === "" || char === "\0") return undefined;
  if (char !== "\\") return { kind: "byte", char, next: at + 1 };
  // The NUL that ends the string is sent when a number or a variable ended in a backslash.
  const letter = text.charAt(at + 1) || "\0";
  const ms = Object.hasOwn(DELAYS, letter) ? DELAYS[letter] : undefined;
  if (ms !== undefined) return { kind: "delay", ms, next: at + 2 };
  return letter === "K" ? { kind: "break", next: at + 2 } : { kind: "byte", char: letter, next: at + 2 };
}

/** The bytes of a cleaned send. */
function sentText(text: string): string {
  let sent = "";
  for (let op = readSendOp(text, 0); op !== undefined; op = readSendOp(text, op.next)) {
    if (op.kind === "byte") sent += op.char;
  }
  return sent;
}

/** The bytes are out, or the break is. */
export function finishWrite(turn: ChatTurn): void {
  const { state, now } = turn;
  if (state.sending?.waiting === undefined) return;
  state.sending = { ...state.sending, waiting: undefined };
  if (state.sending.alarmAt !== undefined && now >= state.sending.alarmAt) ringAlarm(turn);
  continueSend(turn);
}

/** A delay of the send is over, or its TIMEOUT. */
export function timeOutSend(turn: ChatTurn): void {
  const { state, now } = turn;
  const sending = state.sending;
  if (sending === undefined) return;
  if (sending.alarmAt !== undefined && now >= sending.alarmAt) {
    takeAlarm(turn);
  } else if (sending.delayUntil !== undefined && now >= sending.delayUntil) {
    state.sending = { ...sending, delayUntil: undefined };
    continueSend(turn);
  }
}

/** SIGALRM in a send, be it TIMEOUT's or another's: a byte that waits for the line fails at once. */
export function takeAlarm(turn: ChatTurn): void {
  const waiting = turn.state.sending?.waiting;
  ringAlarm(turn);
  if (waiting === "write") failSend(turn, "write timed out");
  else if (waiting === undefined) continueSend(turn);
}

/** The line went while bytes were being written. */
export function loseWrite(turn: ChatTurn): void {
  if (turn.state.sending?.waiting === "write") failSend(turn, "write failed: Input/output error");
}

/** SIGALRM in a send: it cuts a delay, rings every second from then on, and fails the next byte. */
function ringAlarm(turn: ChatTurn): void {
  if (turn.config.verbose === true) addLog(turn, "alarm");
  if (turn.state.sending === undefined) return;
  turn.state.impatient = turn.config.strict === true;
  turn.state.sending = { ...turn.state.sending, alarmed: true, alarmAt: turn.now + 1000, delayUntil: undefined };
}

function failSend(turn: ChatTurn, why: string): void {
  if (turn.config.verbose === true) addLog(turn, ` -- ${why}`);
  addLog(turn, "Failed", "error");
  endChat(turn, { kind: turn.state.gone ? "line-gone" : "send-failed" });
}
