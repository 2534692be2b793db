import type { Finding } from "../core/finding.ts";
import { directiveOf, splitExpect } from "./build-chat-steps.ts";
import type { ChatScript, ChatWord } from "./chat-script.ts";
import { cleanString } from "./clean-string.ts";
import { readPairs, type ScriptPair } from "./script-pairs.ts";

/** Words that a person was to replace: `<put`, `ATDT<phone`. */
const placeholder = /<(?:put|your|enter|insert|phone|number|login|user|name|password|secret|apn)\b/i;

/** What is wrong with a script whatever it talks to: words out of step, TIMEOUT, strings that defeat each other. */
export function checkScript(script: ChatScript): readonly Finding[] {
  const pairs = readPairs(script);
  const placeholders = script.words.filter(({ text }) => placeholder.test(text));
  if (placeholders.length > 0) {
    // Their blanks make words of their own: what follows is out of step, and not worth a word.
    return placeholders.map(({ text, position }) => ({
      code: "chat.placeholder",
      severity: "error",
      position,
      message: `'${text.replace("\\q", "")}' begins a placeholder, which nobody has replaced yet`,
      hint: "write your own data in its place, the brackets included",
    }));
  }
  return [...checkSteps(pairs), ...pairs.flatMap(checkTimeout), ...checkAborts(pairs)];
}

/** An expect where a send should be, or the other way about. */
function checkSteps(pairs: readonly ScriptPair[]): readonly Finding[] {
  const outOfStep = (word: ChatWord, message: string): Finding => ({
    code: "chat.out-of-step",
    severity: "warning",
    position: word.position,
    message,
    hint: "a script is pairs of what to expect and what to send: look for a word too many or too few before this one ('' expects nothing)",
  });
  for (const { expect, send, directive } of pairs) {
    if (send !== undefined && directiveOf(send.text) !== undefined && directive === undefined) {
      return [outOfStep(send, `${send.text} stands where a send stands, and would be sent to the other end`)];
    }
    if (directive === undefined && /^AT(?:[DHZEX&+]|$)/i.test(expect.text)) {
      return [outOfStep(expect, `${expect.text} stands where an expect stands, and is waited for instead of sent`)];
    }
  }
  const last = pairs.at(-1);
  if (last === undefined || last.send !== undefined) return [];
  const { expect, directive } = last;
  if (directive !== undefined) {
    return [
      {
        code: "chat.odd-words",
        severity: "warning",
        position: expect.position,
        message: `${expect.text} is the last word and has no value: it does nothing`,
        hint: `write its value after ${expect.text}, or remove it`,
      },
    ];
  }
  // That a script ends when the modem has answered is its right.
  const answer = /^(?:CONNECT|OK$|NO CARRIER$|~)/.test(expect.text);
  return [
    {
      code: "chat.odd-words",
      severity: answer ? "info" : "warning",
      position: expect.position,
      message: `an odd number of words: ${expect.text || "''"} is waited for at the end, and nothing is sent then`,
      hint: `if that is meant, write '\\c' after it: send nothing, without a return`,
    },
  ];
}

/** chat reads TIMEOUT's value by atoi(3), and what is no number above 0 as 45 (chat.c). */
function checkTimeout({ directive, send }: ScriptPair): readonly Finding[] {
  // A variable or an escape may stand for a number.
  if (directive !== "timeout" || send === undefined || /[$\\^]/.test(send.text)) return [];
  if (/^\+?[0-9]+$/.test(send.text) && Number(send.text) > 0) return [];
  const seconds = Number.parseInt(send.text, 10);
  return [
    {
      code: "chat.timeout",
      severity: "warning",
      position: send.position,
      message: `TIMEOUT needs a number of seconds, not '${send.text}': chat takes ${seconds > 0 ? seconds : 45}`,
      hint: "write a whole number, such as TIMEOUT 60",
    },
  ];
}

/** An abort string in an expected one ends the chat before the expected one is complete, or instead of another. */
function checkAborts(pairs: readonly ScriptPair[]): readonly Finding[] {
  const clean = (text: string): string => cleanString(text, { sending: false }).text;
  const aborts = new Map<string, ChatWord>();
  const found: Finding[] = [];
  for (const { expect, send, directive } of pairs) {
    if (directive === "abort" && send !== undefined) aborts.set(clean(send.text), send);
    else if (directive === "clear-abort" && send !== undefined) aborts.delete(clean(send.text));
    if (directive !== undefined) continue;
    for (const part of splitExpect(expect.text)) {
      const text = clean(part.expect);
      const abort = [...aborts].find(([string]) => string !== "" && text.includes(string));
      if (abort === undefined) continue;
      const [string, { position }] = abort;
      found.push({
        code: "chat.abort-expected",
        severity: "warning",
        position: expect.position,
        message: `'${text}' is expected, and '${string}' (line ${position.line}) aborts the call`,
        hint: `remove this ABORT, or write CLR_ABORT '${string}' before this line`,
      });
    }
  }
  return found;
}
