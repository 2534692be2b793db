import type { SourcePosition } from "../core/source-position.ts";
import { buildChatSteps } from "./build-chat-steps.ts";
import type { ChatConfig } from "./chat-config.ts";
import type { ChatResult } from "./chat-result.ts";
import type { ChatExpectPart, ChatStep } from "./chat-script.ts";
import type { ExpectMatcher } from "./match-expect.ts";
import type { StringsMatcher } from "./match-strings.ts";

/** chat(8)'s TIMEOUT, seconds. */
export const DEFAULT_TIMEOUT = 45;

/** An expect that is looked for. */
export interface ChatExpecting {
  /** Cleaned, never empty. */
  readonly text: string;
  readonly matcher: ExpectMatcher;
  /** Bytes of `text` with which the stream ends. */
  readonly matched: number;
  readonly abortNode: number;
  readonly reportNode: number;
  /** Received and not logged yet. */
  readonly unlogged: string;
  /** Bytes in chat's buffer of 1024; it decides where a long line is cut in the log. */
  readonly buffered: number;
  /** Milliseconds; undefined: for ever. */
  readonly deadline: number | undefined;
}

/** A send that goes out. */
export interface ChatSending {
  /** Cleaned; `\d \p \K` are still to be done. */
  readonly text: string;
  /** How far it is done. */
  readonly at: number;
  /** As a log shows it. */
  readonly shown: string;
  readonly hidden: boolean;
  /** What must be answered before it goes on. */
  readonly waiting: "write" | "break" | undefined;
  /** End of a `\d`, of a `\p` or of the pause before a byte. */
  readonly delayUntil: number | undefined;
  /** The pause before the next byte is over. */
  readonly paused: boolean;
  /** TIMEOUT is over: the next byte fails. */
  readonly alarmed: boolean;
  /** When SIGALRM would be next; undefined: never. */
  readonly alarmAt: number | undefined;
}

/** A line begun by a REPORT string. */
export interface ChatReporting {
  readonly text: string;
  readonly seenAt: number;
}

/**
 * Everything that a chat remembers. Callers may rely on the first six; the rest is the
 * machine's own.
 */
export interface ChatState {
  /** `closing`: the script has ended and the rest of a REPORT line is read. */
  readonly phase: "new" | "ready" | "expecting" | "sending" | "loading" | "closing" | "done";
  /** When the event `deadline` is due, milliseconds on Clock.now; undefined: never (`-t 0`), or done. */
  readonly deadline: number | undefined;
  /** Bytes that may be taken from the line now without taking one that may be behind the match; 0: none. */
  readonly readLimit: number;
  /**
   * Only with `strict`: a read that would wait is to be answered by the event `drained`. chat 2.4.9 leaves O_NONBLOCK
   * on the line when TIMEOUT ends in a send's delay (`sigalrm()` in chat.c), so that its next expect fails at once.
   */
  readonly impatient: boolean;
  /** When done. */
  readonly result: ChatResult | undefined;
  /** The line on which the last expect matched, up to the end of the match. */
  readonly matchedLine: string | undefined;

  readonly steps: readonly ChatStep[];
  readonly nextStep: number;
  readonly step: SourcePosition | undefined;
  readonly stepStart: number;
  /** Of the expect at work; empty outside of one. */
  readonly parts: readonly ChatExpectPart[];
  readonly part: number;
  readonly expecting: ChatExpecting | undefined;
  readonly sending: ChatSending | undefined;
  /** What a send is fetched from: an `@file`'s path, the prompt of `@?`, the program of `@!`. */
  readonly loading: { readonly from: string; readonly deadline: number | undefined } | undefined;
  readonly reporting: ChatReporting | undefined;
  readonly closing: { readonly result: ChatResult; readonly deadline: number } | undefined;

  readonly timeoutSeconds: number;
  readonly aborts: readonly string[];
  /** Undefined: to be built. */
  readonly abortMatcher: StringsMatcher | undefined;
  /** Undefined: it has fired. */
  readonly reports: readonly (string | undefined)[];
  readonly reportMatcher: StringsMatcher | undefined;
  readonly echo: boolean;
  /** Something was echoed, and no newline behind it. */
  readonly echoOpen: boolean;
  readonly gone: boolean;
  /** The last whole lines received; never blank, secrets hidden. */
  readonly lines: readonly string[];
  /** The line that is not ended yet; its last bytes when it is long. */
  readonly partialLine: string;
  /** The line at work as `matched` has shown it, so that it is not shown twice. */
  readonly toldLine: string | undefined;
  /** Texts of hidden sends. */
  readonly secrets: readonly string[];
}

/** The state before the event `start`. */
export function startChat(config: ChatConfig): ChatState {
  return {
    phase: "new",
    deadline: undefined,
    readLimit: 0,
    impatient: false,
    result: undefined,
    matchedLine: undefined,
    steps: buildChatSteps(config.script),
    nextStep: 0,
    step: undefined,
    stepStart: 0,
    parts: [],
    part: 0,
    expecting: undefined,
    sending: undefined,
    loading: undefined,
    reporting: undefined,
    closing: undefined,
    timeoutSeconds: config.timeoutSeconds ?? DEFAULT_TIMEOUT,
    aborts: [],
    abortMatcher: undefined,
    reports: [],
    reportMatcher: undefined,
    echo: config.echo ?? false,
    echoOpen: false,
    gone: false,
    lines: [],
    partialLine: "",
    toldLine: undefined,
    secrets: [],
  };
}
