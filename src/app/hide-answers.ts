import { asksForSecret, mask, maskSend } from "../core/secret-text.ts";
import type { ChatProgress } from "./run-chat.ts";

/** Of one chat: its events, and any text that may hold what came. */
export interface AnswerHider {
  readonly event: (event: ChatProgress) => ChatProgress;
  readonly text: (text: string) => string;
}

/**
 * Of a script that hides less than it should: the answer to a prompt for a password, and the PIN in `AT+CPIN=…`, are not
 * shown, in a log or to the user, also without `\q`; nor is what a modem echoes of them.
 */
export function makeAnswerHider(): AnswerHider {
  let expected = "";
  let answers: readonly string[] = [];
  const hideText = (text: string): string => {
    let shown = maskSend(text, "");
    for (const answer of answers) shown = shown.replaceAll(answer, mask);
    return shown;
  };
  const hideEvent = (event: ChatProgress): ChatProgress => {
    switch (event.type) {
      case "expect":
        expected = event.text;
        return event;
      case "send": {
        if (event.hidden) return event;
        const answer = event.text.replace(/\^M$/, "");
        const secret = asksForSecret(expected) && answer !== "";
        if (secret && answer.length >= 3) answers = [...answers, answer];
        return secret ? { ...event, text: mask, hidden: true } : { ...event, text: maskSend(event.text, "") };
      }
      case "log": {
        const sent = /^send \((.*)\)$/s.exec(event.text)?.[1];
        if (sent === undefined) return { ...event, text: hideText(event.text) };
        const shown = asksForSecret(expected) && sent !== "" ? mask : maskSend(sent, "");
        return { ...event, text: `send (${shown})` };
      }
      case "received":
        return { ...event, line: hideText(event.line) };
      case "matched":
        return { ...event, line: hideText(event.line) };
      default:
        return event;
    }
  };
  return { event: hideEvent, text: hideText };
}
