import { PppctlError } from "../core/errors.ts";
import type { ChatEnd, ChatResult } from "./chat-result.ts";
import { addLog, addStderr, type ChatTurn } from "./chat-turn.ts";
import { cutLine, hideSecrets, lastLines } from "./received-lines.ts";

/** Milliseconds that chat waits for each further byte of a REPORT line when the script has ended. */
const REPORT_PATIENCE = 1000;

/**
 * Bytes of a REPORT line, its string included: chat 2.5.3 keeps 4095, with the time in front, and reads no more when the
 * script has ended. With `strict` that end is 2.4.9's; while the script runs that one writes beyond its 256, and goes wrong.
 */
const REPORT_LENGTH = 4095 - 16;
const STRICT_REPORT_LENGTH = 256 - 16;

/** What chat says of a read on a line that is gone already; one that the hang-up ends is silent. */
export const NOTHING_READ = "warning: read() on stdin returned 0";

type EndKind = ChatResult extends infer R ? (R extends ChatResult ? Omit<R, keyof ChatEnd> : never) : never;

/** End the chat (`terminate()` in chat.c), after the rest of a REPORT line was read. */
export function endChat(turn: ChatTurn, how: EndKind): void {
  const { state, now } = turn;
  const end: ChatEnd = {
    step: state.step,
    expected: state.expecting?.text,
    sending: state.sending?.shown,
    received: lastLines(state.lines, currentLine(turn)),
    elapsedMs: state.step === undefined ? 0 : now - state.stepStart,
  };
  const result = { ...how, ...end } as ChatResult;
  state.expecting = state.sending = state.loading = undefined;
  if (state.echoOpen) addStderr(turn, "\n", true);
  state.echoOpen = false;
  state.closing = { result, deadline: now + REPORT_PATIENCE };
  state.phase = "closing";
  // A signal ends chat at once: who sent it waits for the line.
  const reads = state.reporting !== undefined && how.kind !== "interrupted";
  if (reads && state.gone) addLog(turn, NOTHING_READ);
  if (!reads || state.gone) closeChat(turn);
}

/** After a byte that was read when the script had ended. 2.4.9 stops at its limit, and not beyond it. */
function isReportFull({ state, config }: ChatTurn): boolean {
  const length = state.reporting?.text.length ?? 0;
  return config.strict === true ? length === STRICT_REPORT_LENGTH : length >= REPORT_LENGTH;
}

/** End with an error of the script's, at the step at work; chat logs `text` whatever the options. */
export function failChat(turn: ChatTurn, code: string, text: string, exitCode: number): void {
  addLog(turn, text, "error");
  endChat(turn, { kind: "error", error: scriptError(turn, code, text, exitCode) });
}

/** An error that names the step at work. */
export function scriptError(turn: ChatTurn, code: string, text: string, exitCode: number): PppctlError {
  const at = turn.state.step;
  const message = at === undefined ? text : `${at.file}:${at.line}:${at.column}: ${text}`;
  return new PppctlError({ code, message, exitCode });
}

/** One byte of a REPORT line when the script has ended. */
export function feedClosing(turn: ChatTurn, byte: number): void {
  const { state, now } = turn;
  if (state.closing === undefined) return;
  if (isControl(byte)) {
    closeChat(turn);
  } else {
    addReportByte(turn, byte);
    if (isReportFull(turn)) closeChat(turn);
    else state.closing = { ...state.closing, deadline: now + REPORT_PATIENCE };
  }
}

/** Nothing more of a REPORT line came in time. */
export function timeOutClosing(turn: ChatTurn): void {
  if (turn.config.verbose === true) addLog(turn, "alarm");
  closeChat(turn);
}

/** Say what is left to be said and be done. */
export function closeChat(turn: ChatTurn): void {
  const { state, config } = turn;
  if (state.closing === undefined) return;
  addReportLine(turn);
  if (config.reportFile !== undefined && config.verbose === true) {
    turn.effects.push({ type: "report", text: `Closing "${config.reportFile}".` });
  }
  const ended = state.closing.result;
  let result = ended;
  if (state.gone) {
    addLog(turn, "Can't restore terminal parameters: Input/output error", "error");
    if (ended.kind !== "line-gone" && ended.kind !== "interrupted") {
      const { step, expected, sending, received, elapsedMs } = ended;
      result = { kind: "line-gone", step, expected, sending, received, elapsedMs };
    }
  }
  state.closing = undefined;
  state.phase = "done";
  state.result = result;
  turn.effects.push({ type: "done", result });
}

/** Add a byte to the REPORT line, as far as there is room. */
export function addReportByte(turn: ChatTurn, byte: number): void {
  const { state } = turn;
  if (state.reporting === undefined || state.reporting.text.length >= REPORT_LENGTH) return;
  state.reporting = { ...state.reporting, text: state.reporting.text + String.fromCharCode(byte) };
}

/** The REPORT line is complete. */
export function addReportLine(turn: ChatTurn): void {
  const { state } = turn;
  if (state.reporting === undefined) return;
  const { text, seenAt } = state.reporting;
  turn.effects.push({ type: "report", text: hideSecrets(text, state.secrets), seenAt });
  state.reporting = undefined;
}

/** iscntrl(3) of a 7-bit byte. */
export function isControl(byte: number): boolean {
  return byte < 0x20 || byte === 0x7f;
}

/** The line at work, fit to be shown. */
export function currentLine(turn: ChatTurn): string {
  return cutLine(turn.state.partialLine, turn.state.secrets);
}
