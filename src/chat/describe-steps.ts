import { maskSend } from "../core/secret-text.ts";
import { buildChatSteps } from "./build-chat-steps.ts";
import type { ChatScript, ChatStep } from "./chat-script.ts";

/** What a script does, a line each, for people; secrets are hidden. */
export function describeSteps(script: ChatScript): readonly string[] {
  let expected = "";
  return buildChatSteps(script).map((step) => {
    const text = describeStep(step, expected);
    expected = step.kind === "expect" ? (step.parts.at(-1)?.expect ?? "") : "";
    return text;
  });
}

function describeStep(step: ChatStep, expected: string): string {
  switch (step.kind) {
    case "directive":
      return `${step.directive.replace("clear-", "CLR_").toUpperCase()} ${show(step.value)}`;
    case "send":
      return `send ${show(maskSend(step.text, expected))}`;
    case "expect": {
      const parts = step.parts.map(({ expect, reply }) =>
        reply === undefined ? show(expect) : `${show(expect)}, else send ${show(maskSend(reply, expect))}, expect`,
      );
      return `expect ${parts.length === 0 ? "''" : parts.join(" ")}`;
    }
    default:
      return step satisfies never;
  }
}

function show(text: string): string {
  return text === "" ? "''" : text;
}
