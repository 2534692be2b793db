import { sendWord } from "./chat-send.ts";
import { addLog, addStderr, type ChatTurn, cleanText, timeoutFromNow } from "./chat-turn.ts";
import { addReportByte, addReportLine, currentLine, endChat, isControl, scriptError } from "./end-chat.ts";
import { buildExpectMatcher, feedExpect } from "./match-expect.ts";
import { buildStringsMatcher, feedStrings, findEnd } from "./match-strings.ts";
import { addReceived, hideSecrets } from "./received-text.ts";
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
    addLog(turn, "warning: read() on stdin returned 0");
    failExpect(turn);
  }
}

/** The time of the expect is over. */
export function timeOutExpect(turn: ChatTurn): void {
  if (turn.config.verbose === true) addLog(turn, "alarm");
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

/** One received byte, 7 bits. First the report strings, then the expect string, then the ABORTs. */
export function feedExpecting(turn: ChatTurn, byte: number): void {
  const { state, config } = turn;
  if (state.expecting === undefined) return;
  if (state.echo) echoByte(turn, byte);
  const unlogged = logByte(turn, byte, state.expecting.unlogged);
  if (config.echoToStderr === true) {
    if (byte === NEWLINE) addStderr(turn, "\n");
    else if (byte !== RETURN) addStderr(turn, visibleByte(byte));
  }
  rememberByte(turn, byte);
  const matched = feedExpect(state.expecting.matcher, state.expecting.matched, byte);
  const abortNode =
    state.abortMatcher === undefined ? 0 : feedStrings(state.abortMatcher, state.expecting.abortNode, byte);
  const reportNode = feedReports(turn, byte, state.expecting.reportNode);
  const buffered = state.expecting.buffered + 1;
  state.expecting = { ...state.expecting, matched, abortNode, reportNode, unlogged, buffered };
  if (matched === state.expecting.text.length) {
    matchExpect(turn);
    return;
  }
  const index = state.abortMatcher?.first[abortNode] ?? -1;
  const abort = state.aborts[index];
  if (abort !== undefined) abortExpect(turn, index, abort);
  else if (buffered >= BUFFER_LENGTH) emptyBuffer(turn);
}

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
  addStderr(turn, byte === NEWLINE ? "\n" : visibleByte(byte));
  turn.state.echoOpen = byte !== NEWLINE;
}

/** Log received bytes by lines of at most 80; what is left. */
function logByte(turn: ChatTurn, byte: number, unlogged: string): string {
  if (turn.config.verbose !== true) return "";
  if (byte === NEWLINE) {
    logReceived(turn, unlogged);
    return "";
  }
  const line = unlogged + String.fromCharCode(byte);
  if (line.length < LOG_COLUMNS) return line;
  logReceived(turn, line);
  return "";
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
function emptyBuffer(turn: ChatTurn): void {
  const { state } = turn;
  if (state.expecting === undefined) return;
  const kept = Math.max(state.expecting.text.length - 1, KEPT_LENGTH);
  const { unlogged } = state.expecting;
  const full = unlogged.length > kept;
  if (full) logReceived(turn, unlogged);
  state.expecting = { ...state.expecting, buffered: kept, unlogged: full ? "" : unlogged };
}

function rememberByte(turn: ChatTurn, byte: number): void {
  const { state } = turn;
  const { text, line } = addReceived(state.received, byte, state.secrets);
  state.received = text;
  if (line === undefined) return;
  if (line !== state.toldLine) turn.effects.push({ type: "received", line });
  state.toldLine = undefined;
}

/** Collect a report, or look for the beginning of one: the lowest string in the list wins, each once. */
function feedReports(turn: ChatTurn, byte: number, node: number): number {
  const { state } = turn;
  if (state.reportMatcher === undefined) return 0;
  const next = feedStrings(state.reportMatcher, node, byte);
  if (state.reporting !== undefined) {
    if (isControl(byte)) addReportLine(turn);
    else addReportByte(turn, byte);
    return next;
  }
  const index = findEnd(state.reportMatcher, next, (candidate) => state.reports[candidate] !== undefined);
  const text = state.reports[index];
  if (text === undefined) return next;
  state.reporting = { text, seenAt: turn.now };
  state.reports = state.reports.map((report, i) => (i === index ? undefined : report));
  return next;
}
