import type { SourcePosition } from "../core/source-position.ts";
import type { ChatResult } from "./chat-result.ts";

/**
 * What a chat wants done, in order. At most one of `write`, `break`, `load-file`, `ask` and `run-program` is in
 * a list, and then it is the last: the next event answers it.
 */
export type ChatEffect =
  /** Answered by `written` (or `line-gone`, or `deadline` after the write was cancelled). */
  | { readonly type: "write"; readonly bytes: Uint8Array; readonly hidden: boolean }
  /** tcsendbreak(3). Answered by `written`. */
  | { readonly type: "break" }
  /** `@file`. `path` has one character a byte. Answered by `file-loaded` or `file-failed`. */
  | { readonly type: "load-file"; readonly path: string }
  /** `@?PROMPT`: ask the user, without echo. Answered by `secret-given` or `file-failed`. One character a byte. */
  | { readonly type: "ask"; readonly prompt: string }
  /** `@!PROGRAM ARGUMENT…`: run it for the first line that it prints. Answered as `ask`. One character a byte. */
  | { readonly type: "run-program"; readonly argv: readonly string[] }
  /**
   * For stderr as it is, whatever the options. One character a byte. `echo`: what came (ECHO, -e, -V), and what a modem
   * echoes of a secret is in it; else it is what SAY says.
   */
  | { readonly type: "stderr"; readonly text: string; readonly echo?: true }
  /** A line of chat's log, without newline: to stderr with -s, to syslog unless -S (`info`: only with -v). */
  | { readonly type: "log"; readonly level: "info" | "error"; readonly text: string }
  /** A line for the report file (or stderr). `seenAt`: Clock.now of the REPORT string, to be written in front; absent: as it is. */
  | { readonly type: "report"; readonly text: string; readonly seenAt?: number }
  /** HANGUP: whether SIGHUP is to be ignored from now on. */
  | { readonly type: "hangup"; readonly ignore: boolean }
  /** A send begins. `text` as a log shows it (`ATD8765432^M`), `??????` when hidden. */
  | { readonly type: "send"; readonly text: string; readonly hidden: boolean; readonly position: SourcePosition }
  /** An expect begins. `text` is cleaned; the last sub-expect of a word counts as its own. */
  | { readonly type: "expect"; readonly text: string; readonly position: SourcePosition }
  /** A line ended (CR or LF), and `matched` has not shown all of it; never blank, at most 400 bytes, secrets hidden. */
  | { readonly type: "received"; readonly line: string }
  /** An expect matched; `line` is the line at work up to the end of the match, as `received` shows lines. */
  | { readonly type: "matched"; readonly text: string; readonly line: string }
  /** An expect timed out and its sub-reply is sent, or fails the chat. */
  | { readonly type: "timed-out"; readonly text: string }
  /** Always the last effect of a chat. */
  | { readonly type: "done"; readonly result: ChatResult };
