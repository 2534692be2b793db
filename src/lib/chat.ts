/**
 * The chat engine as a library, `pppctl/chat`: expect and send over any stream of bytes, in the language of
 * chat(8). Texts that come out of it (lines received, sends) have one character a byte.
 */
import type { Duplex } from "node:stream";
import type { OneTimeSecrets } from "../app/chat-deps.ts";
import { type ChatOutcome, type ChatProgress, runChat as run } from "../app/run-chat.ts";
import type { ChatScript } from "../chat/chat-script.ts";
import { parseChatArgs } from "../chat/parse-chat-args.ts";
import { parseChatFile } from "../chat/parse-chat-file.ts";
import { latin1FromBytes } from "../core/bytes.ts";
import { readChatFile } from "../io/chat-world.ts";
import { duplexLine } from "../io/duplex-line.ts";
import { systemClock } from "../io/system-clock.ts";

export type { ChatFileContent, OneTimeSecrets } from "../app/chat-deps.ts";
export type { ChatOutcome, ChatProgress } from "../app/run-chat.ts";
export type { ChatEnd, ChatResult } from "../chat/chat-result.ts";
export type { ChatScript, ChatWord } from "../chat/chat-script.ts";
export { FileSyntaxError, PppctlError } from "../core/errors.ts";
export type { SourcePosition } from "../core/source-position.ts";

export interface ChatOptions {
  /** Seconds for each expect and each send; 45 when absent; 0: for ever. `TIMEOUT` in the script changes it. */
  readonly timeoutSeconds?: number | undefined;
  /** For `\T` and `\U` in sends. */
  readonly phone?: string | undefined;
  readonly phone2?: string | undefined;
  /** What `$NAME` stands for; absent: `$` is an ordinary character. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** Milliseconds of pause before each byte sent, for modems that need it; 0 when absent. */
  readonly charDelayMs?: number | undefined;
  /** Have `log` events for the whole dialogue, not for failures only. */
  readonly verbose?: boolean | undefined;
  /** Keep the limits and oddities of chat(8). */
  readonly strict?: boolean | undefined;
  /** Ends the chat with the result `interrupted`. */
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: ((event: ChatProgress) => void) | undefined;
  /** For sends of `@?PROMPT` and `@!PROGRAM`; absent: these fail. */
  readonly secrets?: OneTimeSecrets | undefined;
}

/**
 * Read a chat script: the text of a script file, or a list of words as on chat's command line.
 *
 * @param file the name for messages and positions
 * @throws FileSyntaxError `chat.quote`: a quote is not closed.
 */
export function parseChatScript(script: string | Uint8Array | readonly string[], file = "script"): ChatScript {
  if (typeof script === "string") return parseChatFile(new TextEncoder().encode(script), file);
  return script instanceof Uint8Array ? parseChatFile(script, file) : parseChatArgs(script.map(bytesOf));
}

/**
 * Run a script over a stream, such as a SerialPort. A failed script is a result, not an exception. Nothing behind
 * the last match is taken from the stream, so that its next reader gets it.
 *
 * @throws TypeError for a stream of objects or of decoded text.
 */
export async function runChat(line: Duplex, script: ChatScript, options: ChatOptions = {}): Promise<ChatOutcome> {
  const { signal, onEvent, secrets, phone, phone2, env, ...config } = options;
  const transport = duplexLine(line);
  return run({
    config: {
      ...config,
      script,
      phone: phone === undefined ? undefined : bytesOf(phone),
      phone2: phone2 === undefined ? undefined : bytesOf(phone2),
      env: env === undefined ? undefined : encodeValues(env),
    },
    transport,
    clock: systemClock,
    loadFile: readChatFile,
    signal,
    onEvent,
    secrets,
  }).finally(transport.release);
}

function encodeValues(env: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, bytesOf(value)]])),
  );
}

/** The UTF-8 of a text, one character a byte. */
function bytesOf(text: string): string {
  return latin1FromBytes(new TextEncoder().encode(text));
}
