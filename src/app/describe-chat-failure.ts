import type { ChatResult } from "../chat/chat-result.ts";
import { visibleText } from "../chat/visible-text.ts";
import type { PppctlError } from "../core/errors.ts";
import { describeResultCode, readResultCode } from "../modem/result-codes.ts";

type FailedResult = Exclude<ChatResult, { readonly kind: "ok" }>;

/** Why a chat failed: as its script did, or before or after it (no tty, a line that is gone). */
export type ChatFailure = { readonly result: FailedResult } | { readonly error: PppctlError };

/** Characters of a script's string that are shown. */
const LONGEST_SHOWN = 200;

/** Where and how a script failed, for people: a sentence, then what one needs to mend it. Nothing hidden is in it. */
export function describeChatFailure(failure: ChatFailure): readonly string[] {
  if ("error" in failure) return [failure.error.message];
  return [summarize(failure.result), ...describeChatEnd(failure.result)];
}

/**
 * The step (`file:line:column`) and its time, what was waited for, the last lines received, and in words the
 * result code among them, a line each; none for a script that came through or could not be read.
 */
export function describeChatEnd(result: ChatResult): readonly string[] {
  if (result.kind === "ok" || result.kind === "error") return [];
  const { step, expected, sending, received, elapsedMs } = result;
  const at =
    step === undefined ? [] : [`at ${step.file}:${step.line}:${step.column}, ${seconds(elapsedMs)} in this step`];
  const waiting = [
    ...(expected === undefined ? [] : [`expected: ${shorten(visibleText(expected))}`]),
    ...(sending === undefined ? [] : [`sending: ${shorten(sending)}`]),
  ];
  const lines = received.map((line) => `received: ${visibleText(line)}`);
  const code = received.map(readResultCode).findLast((reading) => reading !== undefined);
  const meaning = code === undefined || code.code === "ok" ? [] : [`meaning: ${describeResultCode(code)}`];
  return [...at, ...waiting, ...(lines.length === 0 ? ["received: nothing"] : lines), ...meaning];
}

function summarize(result: FailedResult): string {
  switch (result.kind) {
    case "abort":
      return `the abort string "${shorten(visibleText(result.string))}" came`;
    case "timeout":
      return `"${shorten(visibleText(result.expected ?? ""))}" did not come within ${seconds(result.elapsedMs)}`;
    case "line-gone":
      return "the line is gone (the modem hung up)";
    case "send-failed":
      return "the line did not take what was sent";
    case "interrupted":
      return `stopped by ${result.reason}`;
    case "error":
      return result.error.message;
    default:
      return result satisfies never;
  }
}

/** A string of a script may have megabytes. */
function shorten(text: string): string {
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}... (${text.length} characters)` : text;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
