import type { ChatConfig } from "../chat/chat-config.ts";
import type { ChatEffect } from "../chat/chat-effect.ts";
import type { ChatResult } from "../chat/chat-result.ts";
import type { Clock } from "../core/clock.ts";
import type { Transport } from "./deps.ts";

/** What a caller may watch: the dialogue, the log, stderr, and whole lines for the report file. */
export type ChatProgress =
  | Exclude<ChatEffect, { readonly type: "write" | "break" | "load-file" | "report" | "done" }>
  /** One line for the report file, or stderr without one, with its newline. */
  | { readonly type: "report"; readonly line: string };

/** `content`, or why not, as strerror(3) says it (`No such file or directory`). It never rejects. */
export type ChatFileContent =
  | { readonly kind: "content"; readonly bytes: Uint8Array }
  | { readonly kind: "error"; readonly reason: string };

export interface RunChatRequest {
  readonly config: ChatConfig;
  readonly transport: Pick<Transport, "read" | "write" | "sendBreak">;
  readonly clock: Clock;
  /** For `@file`; the path has one character a byte. */
  readonly loadFile: (path: string) => Promise<ChatFileContent>;
  readonly onEvent?: ((event: ChatProgress) => void) | undefined;
  /** Ends the chat with the result `interrupted`; a string as its reason (`SIGTERM`) is logged. */
  readonly signal?: AbortSignal | undefined;
}

export interface ChatOutcome {
  readonly result: ChatResult;
  /** chat(8)'s. */
  readonly exitStatus: number;
  /** The line on which the last expect matched, up to the end of the match: `CONNECT` of `CONNECT 115200`. */
  readonly matchedLine: string | undefined;
  /** From start to end, milliseconds. */
  readonly elapsedMs: number;
}

export declare function runChat(request: RunChatRequest): Promise<ChatOutcome>;
