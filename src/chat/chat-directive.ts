import type { ChatDirective } from "./chat-script.ts";
import { DEFAULT_TIMEOUT } from "./chat-state.ts";
import { addLog, addStderr, type ChatTurn, cleanSend, cleanText } from "./chat-turn.ts";
import { failChat } from "./end-chat.ts";
import { parseInteger } from "./parse-integer.ts";
import { untilNul, visibleText } from "./visible-text.ts";

/** Strings that chat has room for, each of ABORT and REPORT, and the longest of them, bytes. */
const STRICT_STRINGS = 50;
const STRICT_LENGTH = 49;

/** Do what a word like ABORT says (`chat_send()` in chat.c). */
export function doDirective(turn: ChatTurn, directive: ChatDirective, value: string): void {
  const { state } = turn;
  switch (directive) {
    case "abort": {
      const string = readString(turn, "ABORT", value, state.aborts.length);
      if (string === undefined) return;
      state.aborts = [...state.aborts, string];
      state.abortMatcher = undefined;
      logSetting(turn, `abort on (${visibleText(value)})`);
      return;
    }
    case "clear-abort": {
      const string = readString(turn, "CLR_ABORT", value, 0);
      if (string === undefined) return;
      state.aborts = clearString(state.aborts, string, () =>
        logSetting(turn, `clear abort on (${visibleText(value)})`),
      );
      state.abortMatcher = undefined;
      return;
    }
    case "report": {
      const string = readString(turn, "REPORT", value, state.reports.length);
      if (string === undefined) return;
      state.reports = [...state.reports, string];
      state.reportMatcher = undefined;
      logSetting(turn, `report (${visibleText(value)})`);
      return;
    }
    case "clear-report": {
      const string = readString(turn, "REPORT", value, 0);
      if (string === undefined) return;
      // chat crashes here when a REPORT has fired; we do not.
      state.reports = clearString(state.reports, string, () =>
        logSetting(turn, `clear report (${visibleText(value)})`),
      );
      state.reportMatcher = undefined;
      return;
    }
    case "timeout": {
      const seconds = parseInteger(cleanText(turn, value));
      state.timeoutSeconds = seconds > 0 ? seconds : DEFAULT_TIMEOUT;
      logSetting(turn, `timeout set to ${state.timeoutSeconds} seconds`);
      return;
    }
    case "echo":
      // The word as it is, as in chat: neither escapes nor variables.
      state.echo = value === "ON";
      return;
    case "hangup":
      turn.effects.push({ type: "hangup", ignore: value === "OFF" });
      return;
    case "say":
      addStderr(turn, untilNul(cleanSend(turn, value).text));
      return;
    default:
      directive satisfies never;
  }
}

/** A list without the copies of a string, but for those that chat does not get to: with each that it takes out it looks at one less. */
function clearString<T extends string | undefined>(strings: readonly T[], string: T, onCleared: () => void): T[] {
  let length = strings.length;
  return strings.filter((candidate, i) => {
    if (i >= length || candidate !== string) return true;
    length--;
    onCleared();
    return false;
  });
}

/** An ABORT or REPORT string; undefined when chat's limits forbid it (only with `strict`), and the chat has ended. */
function readString(turn: ChatTurn, keyword: string, value: string, strings: number): string | undefined {
  const string = cleanText(turn, value);
  if (turn.config.strict !== true) return string;
  if (strings >= STRICT_STRINGS) {
    failChat(turn, "chat.too-many", `Too many ${keyword} strings`, 2);
    return undefined;
  }
  if (string.length > value.length || string.length > STRICT_LENGTH) {
    failChat(turn, "chat.too-long", `Illegal or too-long ${keyword} string ('${visibleText(value)}')`, 1);
    return undefined;
  }
  return string;
}

function logSetting(turn: ChatTurn, text: string): void {
  if (turn.config.verbose === true) addLog(turn, text);
}
