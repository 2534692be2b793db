import type { ChatConfig } from "../chat/chat-config.ts";
import { parseChatArgs } from "../chat/parse-chat-args.ts";
import { type ChatCommand, parseChatCommand } from "../chat/parse-chat-command.ts";
import { parseChatFile } from "../chat/parse-chat-file.ts";
import { FileSyntaxError, PppctlError } from "../core/errors.ts";
import { ExitCode } from "../core/exit-codes.ts";
import type { DialPlan, Placed, PlannedCommand } from "../peer/dial-plan.ts";
import { textFromWord } from "../peer/word-text.ts";
import type { ChatFileContent, World } from "./deps.ts";

/** A peer's call of chat(8), taken over. */
export interface ChatCall {
  readonly config: ChatConfig;
  readonly command: ChatCommand;
}

/**
 * Read the script that a peer's `connect` runs chat with. `-E` sees our environment and the
 * peer's `set` and `unset`, as from pppd (main.c device_script).
 *
 * @throws PppctlError chat.usage, chat.script, FileSyntaxError of the script; exit status 1 as chat's.
 */
export function loadChatCall(
  call: Extract<PlannedCommand, { kind: "chat" }>,
  plan: Pick<DialPlan, "settings" | "unset">,
  world: Pick<World, "files" | "env">,
): ChatCall {
  const command = parseChatCommand(call.argv);
  const { options } = command;
  const script =
    options.file === undefined
      ? parseChatArgs(command.words)
      : parseChatFile(readScript(textFromWord(options.file), world), textFromWord(options.file));
  return {
    command,
    config: {
      script,
      timeoutSeconds: options.timeoutSeconds,
      phone: options.phone,
      phone2: options.phone2,
      env: options.useEnv ? environmentOf(plan, world) : undefined,
      verbose: options.verbose,
      echo: options.echo,
      echoToStderr: options.echoToStderr,
      reportFile: options.reportFile,
      charDelayMs: readCharDelay(plan.settings.get("PON_CHAR_DELAY")),
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

/** `set PON_CHAR_DELAY=10`: milliseconds before each byte sent. More than a second a byte is a slip of the pen. */
function readCharDelay(setting: Placed<string> | undefined): number {
  if (setting === undefined) return 0;
  const { value, position } = setting;
  const ms = /^[0-9]{1,4}$/.test(value) ? Number(value) : Number.NaN;
  if (ms <= 1000) return ms;
  throw new FileSyntaxError({
    code: "peer.setting",
    what: `PON_CHAR_DELAY is a number of milliseconds from 0 to 1000, not ${JSON.stringify(textFromWord(value))}`,
    ...position,
    exitCode: ExitCode.options,
    hint: "write set PON_CHAR_DELAY=10",
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
