import { describe, expect, test } from "vitest";
import { BETTER_THAN_CHAT, CHAT_CRASHES, loadChatCases, type RecordedCase } from "../app/chat-cases.ts";
import { type ChatRun, runOnPty } from "./chat-pty.ts";
import { packageDirectory } from "./sandbox.ts";

const CHAT = ["chat"];
const OURS = [`${packageDirectory}/bin/pppctl`, "chat"];

const cases = [...loadChatCases("cases.json"), ...loadChatCases("more-cases.json")];

/** What counts is the second in which the bytes go out, not how many they are. */
const AS_MANY_AS_FIT = new Set(["timeout/applies-to-send", "exit/SIGHUP-while-sending"]);

/** chat ends one way or another, as the timer and the pause of a byte happen to meet. */
const CHAT_VARIES = new Set(["timeout/applies-to-send"]);

/** Differs with `--strict` too, on purpose. */
const NEVER_AS_CHAT: Readonly<Record<string, string>> = {
  "more/report-end-term": "SIGTERM ends us at once, chat after the second in which a REPORT line could go on",
};

/** The time in a report line is the clock's. */
function withoutTimes(text: string): string {
  return text.replaceAll(/^(chat: {2})[A-Z][a-z]{2} \d\d \d\d:\d\d:\d\d /gm, "$1TIME ");
}

function expectAsRecorded(run: ChatRun, { name, observed }: RecordedCase, ours: boolean): void {
  const crash = ours ? CHAT_CRASHES[name] : undefined;
  const sent = AS_MANY_AS_FIT.has(name) ? (text: string) => text.slice(0, 10) : (text: string) => text;
  expect({
    exit: run.exit,
    sent: sent(run.sent),
    stderr: withoutTimes(run.stderr),
    report: withoutTimes(run.report ?? ""),
  }).toEqual({
    exit: crash === undefined ? observed.exit : crash.exit,
    sent: sent(crash?.sent ?? observed.sent),
    stderr: withoutTimes(observed.stderr),
    report: withoutTimes(observed.report ?? ""),
  });
  if (!ours) return;
  if (run.settings.after !== undefined) expect(run.settings.after).toBe(run.settings.before);
  expect(run.nonBlockLeft).toBe(false);
}

/** Where our two modes differ, and some of the others. */
const sample = cases.filter(
  ({ name }, i) => i % 5 === 0 || name.startsWith("more/eof-delay") || BETTER_THAN_CHAT[name] !== undefined,
);

describe.concurrent("the recorded runs are true: chat(8)", () => {
  test.each(sample.filter(({ name }) => !CHAT_VARIES.has(name)))("$name", async (recorded) => {
    expectAsRecorded(await runOnPty(CHAT, recorded), recorded, false);
  });
});

describe.concurrent("pppctl chat --strict does what chat(8) does", () => {
  test.each(sample)("$name", async (recorded) => {
    const run = await runOnPty([...OURS, "--strict"], recorded);
    const compare = (): void => expectAsRecorded(run, recorded, true);
    if (NEVER_AS_CHAT[recorded.name] === undefined) compare();
    else expect(compare, NEVER_AS_CHAT[recorded.name]).toThrow();
  });
});

describe.concurrent("pppctl chat does what chat(8) does, save what it does better", () => {
  test.each(cases)("$name", async (recorded) => {
    const run = await runOnPty(OURS, recorded);
    const compare = (): void => expectAsRecorded(run, recorded, true);
    const why = BETTER_THAN_CHAT[recorded.name] ?? NEVER_AS_CHAT[recorded.name];
    if (why === undefined) compare();
    else expect(compare, why).toThrow();
  });
});
