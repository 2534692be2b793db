import { maskSend } from "../core/secret-text.ts";
import { splitExpect } from "./build-chat-steps.ts";
import type { ChatScript, ChatWord } from "./chat-script.ts";
import { readPairs } from "./script-pairs.ts";

/** The words of a script that hold a secret: a password, a PIN. */
export function findSecretSends(script: ChatScript): readonly ChatWord[] {
  let expected = "";
  return readPairs(script).flatMap(({ expect, send, directive }) => {
    if (directive !== undefined) return [];
    const parts = splitExpect(expect.text);
    const replies = parts.some(({ expect: prompt, reply = "" }) => maskSend(reply, prompt) !== reply);
    expected = parts.at(-1)?.expect ?? "";
    const secret = send !== undefined && maskSend(send.text, expected) !== send.text;
    return [...(replies ? [expect] : []), ...(secret ? [send] : [])];
  });
}
