import type { PppctlError } from "../core/errors.ts";
import type { SourcePosition } from "../core/source-position.ts";

/** Where a chat ended, for people and for the dialer's record. Nothing secret is in it. */
export interface ChatEnd {
  /** The step at work: the last one, when the script is through. Absent: the script has none. */
  readonly step: SourcePosition | undefined;
  /** What was being waited for, cleaned; undefined outside of an expect. */
  readonly expected: string | undefined;
  /** The send at work as a log shows it, `??????` when hidden; undefined outside of a send. */
  readonly sending: string | undefined;
  /** The last lines received in the whole chat, without CR and blank lines; at most 5 lines and 400 bytes. */
  readonly received: readonly string[];
  /** Of the step at work, milliseconds. */
  readonly elapsedMs: number;
}

/** How a chat ended. */
export type ChatResult =
  | ({ readonly kind: "ok" } & ChatEnd)
  /** The `index`-th ABORT string (0-based) in the list at that moment was received. */
  | ({ readonly kind: "abort"; readonly index: number; readonly string: string } & ChatEnd)
  /** An expect timed out with no sub-reply left. */
  | ({ readonly kind: "timeout" } & ChatEnd)
  /** The line is gone (hang-up, end of file), while expecting or while sending. */
  | ({ readonly kind: "line-gone" } & ChatEnd)
  /** A send did not get out within TIMEOUT. */
  | ({ readonly kind: "send-failed" } & ChatEnd)
  /** The caller's signal; `reason` is its name (`SIGTERM`). */
  | ({ readonly kind: "interrupted"; readonly reason: string } & ChatEnd)
  /** A broken script, a missing `@file`, a string too long. */
  | ({ readonly kind: "error"; readonly error: PppctlError } & ChatEnd);

/**
 * chat(8)'s exit status. From the 252nd ABORT string on (chat has 50) it stays 255. A line
 * that is gone is 2, whatever chat was doing: chat cannot restore the tty's settings then.
 */
export function chatExitStatus(result: ChatResult): number {
  switch (result.kind) {
    case "ok":
      return 0;
    case "send-failed":
      return 1;
    case "line-gone":
    case "interrupted":
      return 2;
    case "timeout":
      return 3;
    case "abort":
      return Math.min(4 + result.index, 255);
    case "error":
      return result.error.exitCode;
    default:
      return result satisfies never;
  }
}
