import type { ChatConfig } from "../chat/chat-config.ts";
import { parseChatArgs } from "../chat/parse-chat-args.ts";
import { type ChatCommand, parseChatCommand } from "../chat/parse-chat-command.ts";
import { parseChatFile } from "../chat/parse-chat-file.ts";
import { PppctlError } from "../core/errors.ts";
import { ExitCode } from "../core/exit-codes.ts";
import { readSettings } from "../link/read-settings.ts";
import type { DialPlan, PlannedCommand } from "../peer/dial-plan.ts";
import { textFromWord } from "../peer/word-text.ts";
import type { ChatFileContent } from "./chat-deps.ts";
import type { World } from "./deps.ts";

/** A peer's call of chat(8), taken over. */
export interface ChatCall {
  readonly config: ChatConfig;
  readonly command: ChatCommand;
}

/**
 * Read the script that a peer's `connect` runs chat with. `-E` sees our environment and the
 * peer's `set` and `unset`, as from pppd (main.c device_script).
 *
 * @param number what `\T` stands for, in place of chat's -T (`PON_PHONE`)
 * @throws PppctlError chat.usage, chat.script, chat.no-place-for-number, FileSyntaxError of the script; exit status 1 as chat's.
 */
export function loadChatCall(
  call: Extract<PlannedCommand, { kind: "chat" }>,
  plan: Pick<DialPlan, "settings" | "unset">,
  world: Pick<World, "files" | "env">,
  number?: string,
): ChatCall {
  const command = parseChatCommand(call.argv);
  const { options } = command;
  const script =
    options.file === undefined
      ? parseChatArgs(command.words)
      : parseChatFile(readScript(textFromWord(options.file), world), textFromWord(options.file));
  if (number !== undefined && !script.words.some(({ text }) => text.includes("\\T")))
    throw noPlaceForNumber(script.file);
  return {
    command,
    config: {
      script,
      timeoutSeconds: options.timeoutSeconds,
      phone: number ?? options.phone,
      phone2: options.phone2,
      env: options.useEnv ? environmentOf(plan, world) : undefined,
      verbose: options.verbose,
      echo: options.echo,
      echoToStderr: options.echoToStderr,
      reportFile: options.reportFile,
      charDelayMs: readSettings(plan.settings).settings.PON_CHAR_DELAY,
    },
  };
}

/** As `loadChatCall`, for pon: a mistake in the script is one in a file, exit status 2. */
export function loadPeersChatCall(...peer: Parameters<typeof loadChatCall>): ChatCall {
  try {
    return loadChatCall(...peer);
  } catch (error) {
    if (!(error instanceof PppctlError)) throw error;
    const { code, message, hint } = error;
    throw new PppctlError({ code, message, hint, exitCode: ExitCode.options, cause: error });
  }
}

function noPlaceForNumber(file: string): PppctlError {
  return new PppctlError({
    code: "chat.no-place-for-number",
    message: `PON_PHONE names numbers, but the chat script${file === "command line" ? "" : ` ${file}`} dials none of them: there is no \\T in it`,
    exitCode: ExitCode.fatal,
    hint: "write ATD\\T where the script dials",
  });
}

function environmentOf(
  plan: Pick<DialPlan, "settings" | "unset">,
  world: Pick<World, "env">,
): Readonly<Record<string, string | undefined>> {
  const env = { ...world.env };
  for (const name of plan.unset) delete env[name];
  for (const [name, { value }] of plan.settings) env[name] = value;
  return env;
}

function readScript(path: string, world: Pick<World, "files">): Uint8Array {
  const read = world.files.read(path);
  if (read.kind === "file") return read.bytes;
  throw new PppctlError({
    code: "chat.script",
    message: `the chat script ${path} ${unreadable[read.kind]}`,
    exitCode: ExitCode.fatal,
    hint: "correct the path after chat's -f in the peer's connect line, or put the script there",
  });
}

const unreadable = {
  missing: "does not exist",
  denied: "may not be read",
  directory: "is a directory",
  "not-a-file": "is not a file",
  "too-large": "is too large for a chat script",
} as const;

/** For `@file` sends: chat's own words for what went wrong. */
export async function loadChatFile(path: string, world: Pick<World, "files">): Promise<ChatFileContent> {
  const read = world.files.read(textFromWord(path));
  switch (read.kind) {
    case "file":
      return { kind: "content", bytes: read.bytes };
    case "missing":
      return { kind: "error", reason: "No such file or directory" };
    case "denied":
      return { kind: "error", reason: "Permission denied" };
    default:
      return { kind: "error", reason: read.kind };
  }
}
