import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type ChatFileContent, runChat } from "../../src/app/run-chat.ts";
import type { ChatScript } from "../../src/chat/chat-script.ts";
import { formatReportLine } from "../../src/chat/format-report-line.ts";
import { parseChatArgs } from "../../src/chat/parse-chat-args.ts";
import { CHAT_USAGE, type ChatCommand, parseChatCommand } from "../../src/chat/parse-chat-command.ts";
import { parseChatFile } from "../../src/chat/parse-chat-file.ts";
import { bytesFromLatin1 } from "../../src/core/bytes.ts";
import { PppctlError } from "../../src/core/errors.ts";
import { ManualClock } from "./manual-clock.ts";
import { type ModemStep, ScriptedLine } from "./scripted-line.ts";

/** A run of Debian's chat 2.4.9 on a pty, as recorded. Texts have one character a byte; `@DIR@` is the case's directory. */
interface RecordedCase {
  readonly name: string;
  readonly case: {
    readonly argv: readonly string[];
    readonly modem: readonly ModemStep[];
    readonly script?: string;
    readonly files?: Readonly<Record<string, string>>;
    readonly env?: Readonly<Record<string, string>>;
  };
  readonly observed: {
    readonly exit: number | null;
    readonly sent: string;
    readonly stderr: string;
    readonly report?: string;
  };
}

function loadCases(file: string): RecordedCase[] {
  return JSON.parse(readFileSync(new URL(`../data/chat/${file}`, import.meta.url), "utf8"));
}

const cases = [...loadCases("cases.json"), ...loadCases("more-cases.json")];

/** Cases that are about the process and its tty, not about the script: they belong to the pty tier. */
const NEEDS_PROCESS: Readonly<Record<string, string>> = {
  "exit/0-dir-file": "opens a directory; the reading of the file is the caller's",
  "exit/2-not-a-tty-null": "stdin is no tty",
  "exit/SIGALRM-foreign": "a SIGALRM from elsewhere",
  "more/eof-delay-end": "the hang-up shows when the tty's settings are restored, nowhere else",
  "more/report-end-term": "SIGTERM ends us at once, chat after the second in which a REPORT line could go on",
};

/** chat dies of SIGSEGV; what we do instead. */
const CHAT_CRASHES: Readonly<Record<string, { readonly exit: number; readonly sent: string }>> = {
  "report/clear-other-after-fired": { exit: 0, sent: "A\rB\r" },
  "report/long": { exit: 0, sent: "A\r" },
};

/** Without `strict` these differ from chat on purpose. */
const BETTER_THAN_CHAT: Readonly<Record<string, string>> = {
  "abort/50-chars": "an ABORT string may have any length",
  "at/2000-bytes": "an @file may have any length; its content is hidden in the log",
  "at/EOT-in-file": "the content of an @file is hidden in the log",
  "at/escapes": "the content of an @file is hidden in the log",
  "at/file": "the content of an @file is hidden in the log",
  "at/nested": "the content of an @file is hidden in the log",
  "at/no-newline": "the content of an @file is hidden in the log",
  "at/path-with-dash-in-subreply": "the content of an @file is hidden in the log",
  "at/two-lines": "the content of an @file is hidden in the log",
  "at/two-newlines": "the content of an @file is hidden in the log",
  "file/line-long-comment": "a line may have any length",
  "file/line-long-words": "a line may have any length",
  "file/quote-backslash-end": "a broken script is refused before anything is sent",
  "file/quote-unterminated-s": "a broken script is refused before anything is sent",
  "more/abort51": "there may be any number of ABORT strings",
  "more/at-blank": "the content of an @file is hidden in the log",
  "more/clrabort-long": "an ABORT string may have any length",
  "more/clrreport-long": "a REPORT string may have any length",
  "more/env-abort-longer": "a variable may make a string longer",
  "more/line-1022": "a broken script is refused before anything is sent",
  "more/line-1023": "a line may have any length",
  "more/report-long": "a REPORT string may have any length",
  "more/report51": "there may be any number of REPORT strings",
  "more/toolong": "an expect string may have any length",
  "timeout/applies-to-send": "no pause of 10 ms before each byte",
  "exit/SIGHUP-while-sending": "no pause of 10 ms before each byte",
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

describe("recorded runs of chat(8): random scripts and modems, strict", () => {
  test.each(loadCases("random-cases.json"))("$name", async (recorded) => {
    expectAsRecorded(await runCase(recorded, { strict: true, charDelayMs: MEASURED_DELAY }), recorded);
  });
});

test("every case on a list exists", () => {
  const names = new Set(cases.map(({ name }) => name));
  const listed = [NEEDS_PROCESS, CHAT_CRASHES, BETTER_THAN_CHAT].flatMap((list) => Object.keys(list));
  expect(listed.filter((name) => !names.has(name))).toEqual([]);
});
