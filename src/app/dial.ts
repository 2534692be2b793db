import type { ChatConfig } from "../chat/chat-config.ts";
import type { ChatResult } from "../chat/chat-result.ts";
import { visibleText } from "../chat/visible-text.ts";
import { latin1FromBytes } from "../core/bytes.ts";
import type { Clock } from "../core/clock.ts";
import { readDialedNumber } from "../modem/dialed-number.ts";
import { readConnectRate, readResultCode } from "../modem/result-codes.ts";
import type { ChatFileContent, OneTimeSecrets } from "./chat-deps.ts";
import type { ConnectEvent } from "./connect-events.ts";
import type { Transport } from "./deps.ts";
import { describeChatEnd } from "./describe-chat-failure.ts";
import { makeAnswerHider } from "./hide-answers.ts";
import { type ChatProgress, runChat } from "./run-chat.ts";

export interface DialRequest {
  readonly config: ChatConfig;
  readonly line: Transport;
  readonly clock: Clock;
  readonly loadFile: (path: string) => Promise<ChatFileContent>;
  readonly secrets?: OneTimeSecrets | undefined;
  readonly onEvent: (event: ConnectEvent) => void;
  /** Everything that chat says, for the log of the call, a report file, stderr. */
  readonly onChat?: (event: ChatProgress) => void;
  readonly signal: AbortSignal;
}

export interface DialOutcome {
  readonly result: ChatResult;
  /** The last number dialed, if the script dials. */
  readonly number: string | undefined;
  /** Bits per second as the modem reported it; undefined when it named none. */
  readonly rate: number | undefined;
  /** The line that ended in the last result code, such as `CONNECT 115200`. */
  readonly connectLine: string | undefined;
  /** What was sent last, without CR (`??????` when hidden), and the lines that came since, its echo left out. */
  readonly exchange: { readonly sent: string | undefined; readonly received: readonly string[] };
  /**
   * The script gave up because the modem did not answer its first commands: nothing was dialed, nothing hidden was sent, and
   * nothing that came is an answer or an echo of theirs.
   */
  readonly unanswered: boolean;
  /** The answer that an abort string has cut short, such as `+CME ERROR: incorrect password` by `ERROR`. */
  readonly refusal: string | undefined;
}

/** The rest of a result code's line is there within this time or not at all: 100 ms are 24 characters at 2400 bit/s. */
const restOfLineMs = 100;
const longestRest = 64;
const tilde = 0x7e;

/** Lines of the last exchange that are kept. */
const mostReceived = 5;

/** Run a chat script on a line and read from the dialogue what was dialed and how fast the modem connected. */
export async function dial(request: DialRequest): Promise<DialOutcome> {
  const { onEvent } = request;
  let number: string | undefined;
  let rate: number | undefined;
  let connectLine: string | undefined;
  let dialing = false;
  let sent: string | undefined;
  let received: string[] = [];
  let ended: string | undefined;
  /** All that was sent are AT commands that one may send again. */
  let commandsOnly = true;
  let answered = false;
  const hear = (line: string): void => {
    if (readResultCode(line) !== undefined || line.trim() === sent?.trim()) answered = true;
  };
  const hider = makeAnswerHider();
  const note = (line: string): void => {
    const code = readResultCode(line);
    const found = readConnectRate(line);
    if (code?.code !== "connect" && found === undefined) return;
    if (found !== undefined) rate = found;
    connectLine = line;
  };

  const outcome = await runChat({
    config: request.config,
    transport: request.line,
    clock: request.clock,
    loadFile: request.loadFile,
    secrets: request.secrets,
    signal: request.signal,
    onEvent: (raw) => {
      const event = hider.event(raw);
      request.onChat?.(event);
      if (event.type === "send") {
        if (event.text !== "") {
          sent = event.text.replace(/\^M$/, "");
          received = [];
          if (event.hidden || !/(?:^|[^A-Za-z])AT/i.test(sent)) commandsOnly = false;
        }
        onEvent({ type: "sent", text: event.text });
        const dialed = event.hidden ? undefined : readDialedNumber(event.text.replace(/\^M$/, ""));
        if (dialed !== undefined) {
          number = dialed;
          dialing = true;
          onEvent({ type: "dialing", number });
        } else if (/^AT/i.test(event.text)) {
          onEvent({ type: "initialising" });
        } else if (dialing && connectLine !== undefined && event.text !== "") {
          onEvent({ type: "logging-in" });
        }
      } else if (event.type === "received") {
        note(event.line);
        hear(event.line);
        const text = visibleText(event.line);
        ended = text;
        if (text.trim() !== sent) received.push(text);
        onEvent({ type: "received", text });
      } else if (event.type === "expect") {
        if (event.text !== "") onEvent({ type: "waiting", what: JSON.stringify(visibleText(event.text)) });
      } else if (event.type === "matched" && /CONNECT$/.test(event.line)) {
        connectLine = event.line;
      }
    },
  });

  if (outcome.result.kind === "ok" && /CONNECT$/.test(outcome.matchedLine ?? "")) {
    note(outcome.matchedLine + (await readRestOfLine(request.line, request.clock)));
    if (connectLine !== undefined) onEvent({ type: "received", text: visibleText(connectLine) });
  }
  const refusal = await readRefusal(outcome.result, request);
  const result = hideInResult(withLastLine(outcome.result, refusal), hider.text);
  // An abort string may end the chat before its line is ended.
  const open = result.received.at(-1);
  if (open !== undefined && visibleText(open) !== ended && open.trim() !== sent) received.push(visibleText(open));
  const exchange = { sent, received: received.slice(-mostReceived) };
  if (open !== undefined) hear(open);
  const tried = sent !== undefined && commandsOnly && number === undefined;
  const unanswered = (result.kind === "timeout" || result.kind === "send-failed") && tried && !answered;
  const lines = describeChatEnd(result);
  if (lines.length > 0) onEvent({ type: "dial-failed", lines, ...exchange });
  return { result, number, rate, connectLine: connectLine?.trim(), exchange, unanswered, refusal };
}

/** A mobile modem's answer in full (3GPP TS 27.007, 9.2): the script's `ABORT ERROR` comes before the modem has said which one. */
async function readRefusal({ kind, received }: ChatResult, { line, clock }: DialRequest): Promise<string | undefined> {
  const open = received.at(-1) ?? "";
  if (kind !== "abort" || !/^\+CM[ES] ERROR$/.test(open)) return undefined;
  return visibleText(open + (await readRestOfLine(line, clock))).trim();
}

function withLastLine(result: ChatResult, line: string | undefined): ChatResult {
  return line === undefined ? result : { ...result, received: [...result.received.slice(0, -1), line] };
}

function hideInResult(result: ChatResult, hide: (text: string) => string): ChatResult {
  const { received, sending } = result;
  return { ...result, received: received.map(hide), sending: sending === undefined ? undefined : hide(sending) };
}

/**
 * What follows `CONNECT` up to the end of that line: it is the modem's, not the peer's,
 * and names the rate. Byte by byte, so that nothing after the line end is taken from pppd,
 * and not beyond a flag (0x7e), with which a frame begins.
 */
async function readRestOfLine(line: Transport, clock: Clock): Promise<string> {
  const timer = new AbortController();
  const over = clock.sleep(restOfLineMs, timer.signal).then(
    () => timer.abort(),
    () => undefined,
  );
  let rest = "";
  try {
    while (rest.length < longestRest) {
      const bytes = await line.read(1, timer.signal);
      const text = latin1FromBytes(bytes);
      if (text === "" || text === "\n" || bytes[0] === tilde) break;
      if (text !== "\r") rest += text;
    }
  } catch (error) {
    if (!timer.signal.aborted) throw error;
  } finally {
    timer.abort();
    await over;
  }
  return rest;
}
