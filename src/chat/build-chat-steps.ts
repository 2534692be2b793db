import type { ChatDirective, ChatExpectPart, ChatScript, ChatStep } from "./chat-script.ts";

/** Exact, upper case, in expect position only (`chat_expect()` in chat.c). */
const DIRECTIVES: ReadonlyMap<string, ChatDirective> = new Map([
  ["ABORT", "abort"],
  ["CLR_ABORT", "clear-abort"],
  ["REPORT", "report"],
  ["CLR_REPORT", "clear-report"],
  ["TIMEOUT", "timeout"],
  ["ECHO", "echo"],
  ["SAY", "say"],
  ["HANGUP", "hangup"],
]);

/** The directive that a word in expect position is. */
export function directiveOf(word: string): ChatDirective | undefined {
  return DIRECTIVES.get(word);
}

/**
 * What a script's words do: they are taken alternately as expect and send; a directive in
 * expect position takes the send that follows as its value (without one it does nothing).
 */
export function buildChatSteps(script: ChatScript): ChatStep[] {
  const steps: ChatStep[] = [];
  const { words } = script;
  for (let i = 0; i < words.length; i += 2) {
    const expect = words[i];
    const send = words[i + 1];
    const directive = expect === undefined ? undefined : directiveOf(expect.text);
    if (expect !== undefined && directive === undefined) {
      steps.push({ kind: "expect", parts: splitExpect(expect.text), position: expect.position });
    }
    if (send === undefined) continue;
    if (expect !== undefined && directive !== undefined) {
      steps.push({ kind: "directive", directive, value: send.text, position: expect.position });
    } else {
      steps.push({ kind: "send", text: send.text, position: send.position });
    }
  }
  return steps;
}

/**
 * Split `expect-reply-expect…` at the hyphens that no backslash protects (chat(8),
 * Sub-expect; `expect_strtok()` in chat.c). An empty word has no parts, a hyphen at the
 * end adds nothing.
 */
export function splitExpect(word: string): ChatExpectPart[] {
  const pieces: string[] = [];
  let piece = 0;
  for (let i = 0; i < word.length; i++) {
    const char = word.charAt(i);
    if (char === "\\") i++;
    if (char !== "-") continue;
    pieces.push(word.slice(piece, i));
    piece = i + 1;
  }
  if (piece < word.length) pieces.push(word.slice(piece));
  const parts: ChatExpectPart[] = [];
  for (let i = 0; i < pieces.length; i += 2) {
    const reply = pieces[i + 1];
    parts.push({ expect: pieces[i] ?? "", ...(reply === undefined ? {} : { reply }) });
  }
  return parts;
}
