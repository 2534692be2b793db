import { describe, expect, test } from "vitest";
import type { ChatFileContent } from "../../src/app/chat-deps.ts";
import { runChat } from "../../src/app/run-chat.ts";
import type { ChatScript } from "../../src/chat/chat-script.ts";
import { formatReportLine } from "../../src/chat/format-report-line.ts";
import { parseChatArgs } from "../../src/chat/parse-chat-args.ts";
import { CHAT_USAGE, type ChatCommand, parseChatCommand } from "../../src/chat/parse-chat-command.ts";
import { parseChatFile } from "../../src/chat/parse-chat-file.ts";
import { bytesFromLatin1 } from "../../src/core/bytes.ts";
import { PppctlError } from "../../src/core/errors.ts";
import { BETTER_THAN_CHAT, CHAT_CRASHES, loadChatCases, ODD_AND_BETTER, type RecordedCase } from "./chat-cases.ts";
import { ManualClock } from "./manual-clock.ts";
import { ScriptedLine } from "./scripted-line.ts";

const cases = [...loadChatCases("cases.json"), ...loadChatCases("more-cases.json")];

/** Cases that are about the process and its tty, not about the script: they belong to the pty tier. */
const NEEDS_PROCESS: Readonly<Record<string, string>> = {
  "exit/0-dir-file": "opens a directory; the reading of the file is the caller's",
  "exit/2-not-a-tty-null": "stdin is no tty",
  "exit/SIGALRM-foreign": "a SIGALRM from elsewhere",
  "more/eof-delay-end": "the hang-up shows when the tty's settings are restored, nowhere else",
  "more/report-end-term": "SIGTERM ends us at once, chat after the second in which a REPORT line could go on",
};

interface Observed {
  readonly exit: number;
  readonly sent: string;
  readonly stderr: string;
  readonly report?: string;
}

/** chat's pause before a byte as measured, ms: 10 of usleep(3), and what the system takes. */
const MEASURED_DELAY = 10.11;

async function runCase(recorded: RecordedCase, mode: { strict: boolean; charDelayMs: number }): Promise<Observed> {
  const { argv, modem, script, files = {}, env = {} } = recorded.case;
  const load = (path: string): ChatFileContent => {
    const content = files[path.replace("@DIR@/", "")];
    if (content === undefined) return { kind: "error", reason: "No such file or directory" };
    return { kind: "content", bytes: bytesFromLatin1(content) };
  };
  const line = new ScriptedLine();
  let command: ChatCommand;
  let parsed: ChatScript;
  try {
    command = parseChatCommand(script === undefined ? argv : [...argv, "-f", "script"]);
    const { file } = command.options;
    const opened = file === undefined || script !== undefined ? undefined : load(file);
    const content = opened?.kind === "content" ? opened.bytes : bytesFromLatin1(script ?? "");
    parsed = file === undefined ? parseChatArgs(command.words) : parseChatFile(content, file, mode);
  } catch (error) {
    if (!(error instanceof PppctlError)) throw error;
    return { exit: error.exitCode, sent: "", stderr: error.code === "chat.usage" ? CHAT_USAGE : error.message };
  }
  const { options } = command;
  const clock = new ManualClock(1000);
  const signals = new AbortController();
  const stopped = new AbortController();
  let stderr = "";
  let report = "";
  let hangupIgnored = false;
  const running = runChat({
    config: {
      ...options,
      script: parsed,
      env: options.useEnv ? env : undefined,
      strict: mode.strict,
      charDelayMs: mode.charDelayMs,
    },
    transport: line,
    clock,
    loadFile: (path) => Promise.resolve(load(path)),
    signal: signals.signal,
    onEvent: (event) => {
      if (event.type === "stderr") stderr += event.text;
      else if (event.type === "log" && options.toStderr) stderr += `${event.text}\n`;
      else if (event.type === "hangup") hangupIgnored = event.ignore;
      else if (event.type === "report") {
        const { text, wallTime } = event;
        const at = { month: 0, day: 1, hours: 0, minutes: 0, seconds: 0 };
        const written = wallTime === undefined ? `${text}\n` : formatReportLine(text, at);
        if (options.reportFile === undefined) stderr += written;
        else report += written.replace("@REPORT@", "@DIR@/report");
      }
    },
  }).finally(() => stopped.abort());
  const playing = line.play(
    modem,
    clock,
    (signal) => {
      if (signal !== "SIGHUP" || !hangupIgnored) signals.abort(signal);
    },
    stopped.signal,
  );
  const outcome = await clock.runUntil(running);
  await clock.runUntil(playing);
  expect({ pending: line.pending, sleepers: clock.sleepers }).toEqual({ pending: 0, sleepers: 0 });
  return { exit: outcome.exitStatus, sent: line.sent, stderr, ...(options.reportFile === undefined ? {} : { report }) };
}

/** The time in a report line is the clock's. */
function withoutTimes(stderr: string): string {
  return stderr.replaceAll(/^(chat: {2})[A-Z][a-z]{2} \d\d \d\d:\d\d:\d\d /gm, "$1TIME ");
}

function expectAsRecorded(got: Observed, recorded: RecordedCase): void {
  const { exit, sent, stderr, report } = recorded.observed;
  const crash = CHAT_CRASHES[recorded.name];
  expect({ ...got, stderr: withoutTimes(got.stderr), report: withoutTimes(got.report ?? "") }).toEqual({
    report: withoutTimes(report ?? ""),
    exit: crash?.exit ?? exit,
    sent: crash?.sent ?? sent,
    stderr: withoutTimes(stderr),
  });
}

const scriptCases = cases.filter(({ name }) => NEEDS_PROCESS[name] === undefined);

describe("recorded runs of chat(8), strict", () => {
  test.each(scriptCases)("$name", async (recorded) => {
    expectAsRecorded(await runCase(recorded, { strict: true, charDelayMs: MEASURED_DELAY }), recorded);
  });
});

describe("recorded runs of chat(8), as pon runs them", () => {
  test.each(scriptCases)("$name", async (recorded) => {
    const got = await runCase(recorded, { strict: false, charDelayMs: 0 });
    if (BETTER_THAN_CHAT[recorded.name] === undefined) expectAsRecorded(got, recorded);
    else expect(() => expectAsRecorded(got, recorded), BETTER_THAN_CHAT[recorded.name]).toThrow();
  });
});

/** As pon runs them: what the modem and pppd see is the same. The log hides an @file's content, and stderr says more. */
describe("recorded runs of chat(8): odd scripts, options and modems, as pon runs them", () => {
  test.each(loadChatCases("odd-cases.json"))("$name", async (recorded) => {
    const { exit, sent, report } = await runCase(recorded, { strict: false, charDelayMs: 0 });
    const compare = (): void => {
      expect({ exit, sent, report: withoutTimes(report ?? "") }).toEqual({
        exit: recorded.observed.exit,
        sent: recorded.observed.sent,
        report: withoutTimes(recorded.observed.report ?? ""),
      });
    };
    if (ODD_AND_BETTER[recorded.name] === undefined) compare();
    else expect(compare, ODD_AND_BETTER[recorded.name]).toThrow();
  });
});

describe("recorded runs of chat(8): random scripts and modems, strict", () => {
  test.each(loadChatCases("random-cases.json"))("$name", async (recorded) => {
    expectAsRecorded(await runCase(recorded, { strict: true, charDelayMs: MEASURED_DELAY }), recorded);
  });
});

describe("recorded runs of chat(8): odd scripts, options and modems, strict", () => {
  test.each(loadChatCases("odd-cases.json"))("$name", async (recorded) => {
    expectAsRecorded(await runCase(recorded, { strict: true, charDelayMs: MEASURED_DELAY }), recorded);
  });
});

test("every case on a list exists", () => {
  const names = new Set([...cases, ...loadChatCases("odd-cases.json")].map(({ name }) => name));
  const listed = [NEEDS_PROCESS, CHAT_CRASHES, BETTER_THAN_CHAT, ODD_AND_BETTER].flatMap((list) => Object.keys(list));
  expect(listed.filter((name) => !names.has(name))).toEqual([]);
});
