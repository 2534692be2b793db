import { readFileSync } from "node:fs";
import type { ModemStep } from "./scripted-line.ts";

/** A run of Debian's chat 2.4.9 on a pty, as recorded. Texts have one character a byte; `@DIR@` is the case's directory. */
export interface RecordedCase {
  readonly name: string;
  readonly case: {
    readonly argv: readonly string[];
    readonly modem: readonly ModemStep[];
    readonly script?: string;
    readonly files?: Readonly<Record<string, string>>;
    readonly env?: Readonly<Record<string, string>>;
    /** Standard input; the pty when absent. */
    readonly stdin?: "null";
  };
  readonly observed: {
    readonly exit: number | null;
    readonly sent: string;
    readonly stderr: string;
    readonly report?: string;
  };
}

/** The recorded cases of a file of test/data/chat. */
export function loadChatCases(file: string): RecordedCase[] {
  return JSON.parse(readFileSync(new URL(`../data/chat/${file}`, import.meta.url), "utf8"));
}

/** chat dies of SIGSEGV; what we do instead. */
export const CHAT_CRASHES: Readonly<Record<string, { readonly exit: number; readonly sent: string }>> = {
  "report/clear-other-after-fired": { exit: 0, sent: "A\rB\r" },
  "report/long": { exit: 0, sent: "A\r" },
};

/** Without `strict` these differ from chat on purpose. */
export const BETTER_THAN_CHAT: Readonly<Record<string, string>> = {
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
  "more/report-full": "a REPORT line of 4079 bytes, as chat 2.5, before the rest of it is left on the line",
  "more/report-long": "a REPORT string may have any length",
  "more/report51": "there may be any number of REPORT strings",
  "more/toolong": "an expect string may have any length",
  "timeout/applies-to-send": "no pause of 10 ms before each byte",
  "exit/SIGHUP-while-sending": "no pause of 10 ms before each byte",
};

/** As `BETTER_THAN_CHAT`, of odd-cases.json: other bytes, another status, another report. */
export const ODD_AND_BETTER: Readonly<Record<string, string>> = {
  "odd/ab/n51": "there may be any number of ABORT strings",
  "odd/at/23": "an @file may have any length",
  "odd/f/hash-second-piece": "a line may have any length",
  "odd/f/quote-unterm-comment": "a broken script is refused before anything is sent",
  "odd/long/exp1025": "an expect string may have any length",
  "odd/long/exp1500": "an expect string may have any length",
  "odd/to/send-d": "an expect behind a delay that TIMEOUT cut waits, as in chat 2.5",
  "odd/to/send-d-report": "an expect behind a delay that TIMEOUT cut waits, as in chat 2.5",
  "odd/to/send-d-two": "an expect behind a delay that TIMEOUT cut waits, as in chat 2.5",
};
