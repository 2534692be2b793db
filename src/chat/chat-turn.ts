import type { ChatConfig } from "./chat-config.ts";
import type { ChatEffect } from "./chat-effect.ts";
import type { ChatState } from "./chat-state.ts";
import { cleanString } from "./clean-string.ts";
import { cutLogLine } from "./visible-text.ts";

/** One call of `stepChat` at work: a copy of the state that may be changed, and the effects so far. */
export interface ChatTurn {
  readonly config: ChatConfig;
  readonly state: { -readonly [K in keyof ChatState]: ChatState[K] };
  readonly effects: ChatEffect[];
  readonly now: number;
}

/** A line of the log, as far as chat has room for it. */
export function addLog(turn: ChatTurn, text: string, level: "info" | "error" = "info"): void {
  turn.effects.push({ type: "log", level, text: cutLogLine(text) });
}

/** Text for stderr, joined to what goes there already. */
export function addStderr(turn: ChatTurn, text: string, echo?: true): void {
  const last = turn.effects.at(-1);
  if (text === "") return;
  if (last?.type === "stderr" && last.echo === echo) {
    turn.effects[turn.effects.length - 1] = { ...last, text: last.text + text };
  } else turn.effects.push({ type: "stderr", text, ...(echo === undefined ? {} : { echo }) });
}

/** Undo the escapes of a string that is looked for, or of a directive's value. */
export function cleanText(turn: ChatTurn, text: string): string {
  return cleanString(text, { sending: false, env: turn.config.env }).text;
}

/** Undo the escapes of a string that is sent or said. */
export function cleanSend(turn: ChatTurn, text: string): { readonly text: string; readonly hidden: boolean } {
  const { phone, phone2, env } = turn.config;
  return cleanString(text, { sending: true, phone, phone2, env });
}

/** When TIMEOUT ends that begins now; undefined: never. */
export function timeoutFromNow(turn: ChatTurn): number | undefined {
  const seconds = turn.state.timeoutSeconds;
  return seconds > 0 ? turn.now + seconds * 1000 : undefined;
}
