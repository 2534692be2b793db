import { directiveOf } from "./build-chat-steps.ts";
import type { ChatDirective, ChatScript, ChatWord } from "./chat-script.ts";

/** Two words of a script: an expect with the send that answers it, or a directive with its value. */
export interface ScriptPair {
  readonly expect: ChatWord;
  /** Absent: the script ends after `expect`. */
  readonly send: ChatWord | undefined;
  readonly directive: ChatDirective | undefined;
}

/** The words of a script two by two, as chat takes them. */
export function readPairs(script: ChatScript): readonly ScriptPair[] {
  const { words } = script;
  return words.flatMap((expect, i) =>
    i % 2 === 0 ? [{ expect, send: words[i + 1], directive: directiveOf(expect.text) }] : [],
  );
}
