import type { FileSyntaxError } from "../core/errors.ts";
import type { SourcePosition } from "../core/source-position.ts";

/** One word of a chat script, quotes removed, escapes kept. */
export interface ChatWord {
  /** One character a byte (Latin-1). */
  readonly text: string;
  /** Where the word begins (its quote, if it has one). */
  readonly position: SourcePosition;
}

/**
 * A chat(8) script as read: words, taken alternately as expect and send.
 * `buildChatSteps` says what they mean.
 */
export interface ChatScript {
  /** The file as the user would type it, or `command line`. */
  readonly file: string;
  readonly words: readonly ChatWord[];
  /**
   * Only from a `strict` reading: chat finds a broken line when it gets there, after
   * everything before it was executed; the machine fails with this after the last word.
   */
  readonly broken?: {
    readonly error: FileSyntaxError;
    /** As chat logs it: `unterminated quote (line 2)`. */
    readonly message: string;
  };
}

/** Words that change chat itself, in expect position, and take the next word (chat(8)). */
export type ChatDirective = "abort" | "clear-abort" | "report" | "clear-report" | "timeout" | "echo" | "say" | "hangup";

/** One expect of `expect-reply-expect…`, and what is sent when it times out. */
export interface ChatExpectPart {
  /** Not yet cleaned (escapes kept). */
  readonly expect: string;
  /** Absent: nothing is left to try. */
  readonly reply?: string;
}

/** What a script does, in order. Strings are not yet cleaned (escapes kept). */
export type ChatStep =
  | { readonly kind: "expect"; readonly parts: readonly ChatExpectPart[]; readonly position: SourcePosition }
  | { readonly kind: "send"; readonly text: string; readonly position: SourcePosition }
  | {
      readonly kind: "directive";
      readonly directive: ChatDirective;
      readonly value: string;
      readonly position: SourcePosition;
    };
