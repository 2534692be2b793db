import { sendWord } from "./chat-send.ts";
import type { ChatExpecting } from "./chat-state.ts";
import { addLog, addStderr, type ChatTurn, cleanText, timeoutFromNow } from "./chat-turn.ts";
import {
  addReportByte,
  addReportLine,
  currentLine,
  endChat,
  isControl,
  NOTHING_READ,
  scriptError,
} from "./end-chat.ts";
import { buildExpectMatcher, feedExpect } from "./match-expect.ts";
import { buildStringsMatcher, feedStrings, findEnd } from "./match-strings.ts";
import { addLine, addToLine, hideSecrets } from "./received-lines.ts";
import { visibleByte, visibleText } from "./visible-text.ts";

/** chat's buffer (`STR_LEN` in chat.c), also the longest expect string. */
const BUFFER_LENGTH = 1024;
/** What chat keeps of a full buffer, at least (`fail_buffer`). */
const KEPT_LENGTH = 49;
/** Received lines are logged in pieces of this many bytes. */
const LOG_COLUMNS = 80;

const NEWLINE = 0x0a;
const RETURN = 0x0d;

/** Begin to expect a part of an expect word (`get_string()` in chat.c). */
export function beginExpect(turn: ChatTurn, part: string): void {
  const { state, config } = turn;
  const text = cleanText(turn, part);
  if (config.verbose === true) addLog(turn, `expect (${visibleText(text)})`);
  if (config.strict === true && text.length > BUFFER_LENGTH) {
    addLog(turn, "expect string is too long");
    addLog(turn, "Failed");
    endChat(turn, { kind: "error", error: scriptError(turn, "chat.too-long", "the expect string is too long", 1) });
    return;
  }
  if (text === "") {
    if (config.verbose === true) addLog(turn, "got it");
    state.parts = [];
    return;
  }
  state.abortMatcher ??= buildStringsMatcher(state.aborts);
  state.reportMatcher ??= buildStringsMatcher(state.reports);
  state.expecting = {
    text,
    matcher: buildExpectMatcher(text),
    matched: 0,
    abortNode: 0,
    reportNode: 0,
    unlogged: "",
    buffered: 0,
    deadline: timeoutFromNow(turn),
  };
  state.phase = "expecting";
  if (state.step !== undefined) turn.effects.push({ type: "expect", text, position: state.step });
  if (state.gone) {
    addLog(turn, NOTHING_READ);
    failExpect(turn);
  }
}

/** The time of the expect is over. */
export function timeOutExpect(turn: ChatTurn): void {
  if (turn.config.verbose === true) addLog(turn, "alarm");
  turn.effects.push({ type: "timed-out", text: turn.state.expecting?.text ?? "" });
  failExpect(turn);
}

/** What was there is read, and chat does not wait for more (`ChatState.impatient`). */
export function drainExpect(turn: ChatTurn): void {
  turn.effects.push({ type: "timed-out", text: turn.state.expecting?.text ?? "" });
  failExpect(turn);
}

/** The expect cannot match any more: its sub-reply is sent, or the chat ends. */
export function failExpect(turn: ChatTurn): void {
  const { state } = turn;
  const reply = state.parts[state.part]?.reply;
  if (reply === undefined) {
    addLog(turn, "Failed");
    endChat(turn, { kind: state.gone ? "line-gone" : "timeout" });
    return;
  }
  state.expecting = undefined;
  state.part++;
  sendWord(turn, reply);
}

/**
 * Look at received bytes from `start` on, up to what ends the expect; how far it came. At
 * each byte first the report strings count, then the expect string, then the ABORTs.
 */
export function feedExpecting(turn: ChatTurn, bytes: Uint8Array, start: number): number {
  const { state, config } = turn;
  if (state.expecting === undefined || state.abortMatcher === undefined) return bytes.length;
  // One copy for all the bytes: this is where a chatty modem costs time.
  const expecting: ExpectingDraft = { ...state.expecting };
  state.expecting = expecting;
  const length = expecting.text.length;
  let at = start;
  while (at < bytes.length) {
    const byte = (bytes[at++] ?? 0) & 0x7f;
    if (state.echo) echoByte(turn, byte);
    if (config.verbose === true) logByte(turn, expecting, byte);
    if (config.echoToStderr === true) {
      if (byte === NEWLINE) addStderr(turn, "\n", true);
      else if (byte !== RETURN) addStderr(turn, visibleByte(byte), true);
    }
    rememberByte(turn, byte);
    if (state.reports.length > 0) feedReports(turn, expecting, byte);
    expecting.matched = feedExpect(expecting.matcher, expecting.matched, byte);
    expecting.abortNode = feedStrings(state.abortMatcher, expecting.abortNode, byte);
    if (expecting.matched === length) {
      matchExpect(turn);
      return at;
    }
    const index = state.abortMatcher.first[expecting.abortNode] ?? -1;
    const abort = state.aborts[index];
    if (abort !== undefined) {
      abortExpect(turn, index, abort);
      return at;
    }
    if (++expecting.buffered >= BUFFER_LENGTH) emptyBuffer(turn, expecting);
  }
  return at;
}

type ExpectingDraft = { -readonly [K in keyof ChatExpecting]: ChatExpecting[K] };

function matchExpect(turn: ChatTurn): void {
  const { state } = turn;
  logRest(turn);
  if (turn.config.verbose === true) addLog(turn, " -- got it\n");
  state.matchedLine = state.toldLine = currentLine(turn);
  turn.effects.push({ type: "matched", text: state.expecting?.text ?? "", line: state.matchedLine });
  state.expecting = undefined;
  state.parts = [];
  state.phase = "ready";
}

function abortExpect(turn: ChatTurn, index: number, string: string): void {
  logRest(turn);
  if (turn.config.verbose === true) addLog(turn, " -- failed");
  addLog(turn, `Failed (${string})`);
  endChat(turn, { kind: "abort", index, string });
}

function echoByte(turn: ChatTurn, byte: number): void {
  if (byte === RETURN) return;
  addStderr(turn, byte === NEWLINE ? "\n" : visibleByte(byte), true);
  turn.state.echoOpen = byte !== NEWLINE;
}

/** Log received bytes by lines of at most 80. */
function logByte(turn: ChatTurn, expecting: ExpectingDraft, byte: number): void {
  if (byte !== NEWLINE) {
    expecting.unlogged += String.fromCharCode(byte);
    if (expecting.unlogged.length < LOG_COLUMNS) return;
  }
  logReceived(turn, expecting.unlogged);
  expecting.unlogged = "";
}

function logReceived(turn: ChatTurn, text: string): void {
  addLog(turn, visibleText(turn.config.strict === true ? text : hideSecrets(text, turn.state.secrets)));
}

/** An unfinished line is logged at a match and at an ABORT. */
function logRest(turn: ChatTurn): void {
  const unlogged = turn.state.expecting?.unlogged ?? "";
  if (unlogged !== "") logReceived(turn, unlogged);
}

/** chat's buffer is full: an unfinished line that would not stay in it is logged. */
function emptyBuffer(turn: ChatTurn, expecting: ExpectingDraft): void {
  expecting.buffered = Math.max(expecting.text.length - 1, KEPT_LENGTH);
  if (expecting.unlogged.length <= expecting.buffered) return;
  logReceived(turn, expecting.unlogged);
  expecting.unlogged = "";
}

/** Keep the last lines, and show each when it ends (at CR or LF). */
function rememberByte(turn: ChatTurn, byte: number): void {
  const { state } = turn;
  if (byte !== NEWLINE && byte !== RETURN) {
    state.partialLine = addToLine(state.partialLine, byte);
    return;
  }
  if (state.partialLine.trim() !== "") {
    const line = currentLine(turn);
    state.lines = addLine(state.lines, line);
    if (line !== state.toldLine) turn.effects.push({ type: "received", line });
  }
  state.partialLine = "";
  state.toldLine = undefined;
}

/** Collect a report, or look for the beginning of one: the lowest string in the list wins, each once. */
function feedReports(turn: ChatTurn, expecting: ExpectingDraft, byte: number): void {
  const { state } = turn;
  if (state.reportMatcher === undefined) return;
  expecting.reportNode = feedStrings(state.reportMatcher, expecting.reportNode, byte);
  if (state.reporting !== undefined) {
    if (isControl(byte)) addReportLine(turn);
    else addReportByte(turn, byte);
    return;
  }
  const index = findEnd(
    state.reportMatcher,
    expecting.reportNode,
    (candidate) => state.reports[candidate] !== undefined,
  );
  const text = state.reports[index];
  if (text === undefined) return;
  state.reporting = { text, seenAt: turn.now };
  state.reports = state.reports.map((report, i) => (i === index ? undefined : report));
}
