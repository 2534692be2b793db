import type { ChatScript } from "../chat/chat-script.ts";
import { formatReportLine, type LocalTime } from "../chat/format-report-line.ts";
import { parseChatArgs } from "../chat/parse-chat-args.ts";
import { CHAT_USAGE, type ChatCommand, type ChatOptions, parseChatCommand } from "../chat/parse-chat-command.ts";
import { parseChatFile } from "../chat/parse-chat-file.ts";
import type { Clock } from "../core/clock.ts";
import { PppctlError } from "../core/errors.ts";
import { ExitCode } from "../core/exit-codes.ts";
import type { ChatFileContent, OneTimeSecrets } from "./chat-deps.ts";
import type { LineLock, OpenLine, Transport } from "./deps.ts";
import type { ChatFailure } from "./describe-chat-failure.ts";
import { type ChatProgress, type RunChatRequest, runChat } from "./run-chat.ts";

/** A line for chat; `restore` gives it back as it was found, and says why when it cannot. */
export interface ChatLine extends Pick<Transport, "read" | "readNow" | "write" | "sendBreak"> {
  readonly restore: () => Promise<string | undefined>;
}

/** What `pppctl chat` needs of the world. Texts have one character a byte. */
export interface ChatOnLineWorld {
  readonly clock: Clock;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Never rejects. */
  readonly readFile: (path: string) => Promise<ChatFileContent>;
  readonly secrets: OneTimeSecrets;
  /** Standard input and output. @throws PppctlError `chat.no-tty`, exit status 2 */
  readonly openTty: () => Promise<ChatLine>;
  readonly openLine: OpenLine;
  readonly lockLine: (device: string) => LineLock;
  readonly stderr: (text: string) => void;
  readonly openSystemLog: () => (level: "info" | "error", text: string) => void;
  /** Undefined when the file cannot be opened. */
  readonly openReport: (
    path: string,
  ) => { readonly write: (text: string) => void; readonly close: () => void } | undefined;
  readonly localTime: (wallTime: number) => LocalTime;
  /** SIGHUP is ignored from now on, or is not. */
  readonly ignoreHangup: (ignore: boolean) => void;
  readonly onAlarm: NonNullable<RunChatRequest["onAlarm"]>;
}

export interface ChatOnLineRequest {
  /** chat's own words, one character a byte. */
  readonly words: readonly string[];
  /** Keep chat's limits and oddities, and its pause of 10 ms before each byte. */
  readonly strict: boolean;
  /** Milliseconds; undefined: 0, with `strict` 10. */
  readonly charDelayMs: number | undefined;
  /** The line by its path in place of standard input and output. */
  readonly device: { readonly path: string; readonly speed: number | undefined } | undefined;
  /** Aborted by SIGINT, SIGTERM or SIGHUP, with the name as reason. */
  readonly signal: AbortSignal;
  /** `--json`: told everything that happens; nothing is written to stderr then. */
  readonly onEvent: ((event: ChatProgress) => void) | undefined;
}

export interface ChatOnLineResult {
  /** chat(8)'s. */
  readonly exitStatus: number;
  /** Undefined when the script came through. */
  readonly failure: ChatFailure | undefined;
  /** What chat was told; undefined when that was wrong and the usage was printed. */
  readonly options: ChatOptions | undefined;
}

/** chat's pause before each byte, milliseconds. */
const STRICT_CHAR_DELAY = 10;

/**
 * What the program chat(8) does: run a script on standard input and output, log, report, restore the tty.
 *
 * @throws PppctlError of a `--device` that cannot be had, and `chat.quote` of a broken script (not with `strict`).
 */
export async function chatOnLine(request: ChatOnLineRequest, world: ChatOnLineWorld): Promise<ChatOnLineResult> {
  let command: ChatCommand;
  try {
    command = parseChatCommand(request.words);
  } catch (error) {
    if (!(error instanceof PppctlError) || request.onEvent !== undefined) throw error;
    world.stderr(CHAT_USAGE);
    return { exitStatus: error.exitCode, failure: undefined, options: undefined };
  }
  const { options } = command;
  const voice = openVoice(options, request, world);
  const ended = (exitStatus: number, failure?: ChatFailure): ChatOnLineResult => ({ exitStatus, failure, options });
  let line: ChatLine;
  try {
    line = await openChatLine(request, world);
  } catch (error) {
    if (!(error instanceof PppctlError) || error.code !== "chat.no-tty") throw error;
    voice.hear({ type: "log", level: "error", text: error.message });
    voice.close();
    return ended(error.exitCode, { error });
  }
  let restored = false;
  const restore = async (): Promise<string | undefined> => {
    if (restored) return undefined;
    restored = true;
    return line.restore();
  };
  try {
    const script = await readScript(command, request.strict, world);
    if (script instanceof PppctlError) {
      voice.hear({ type: "log", level: "error", text: script.message });
      return ended(script.exitCode, { error: script });
    }
    const outcome = await runChat({
      config: {
        ...options,
        script,
        env: options.useEnv ? world.env : undefined,
        strict: request.strict,
        charDelayMs: request.charDelayMs ?? (request.strict ? STRICT_CHAR_DELAY : 0),
      },
      transport: line,
      clock: world.clock,
      loadFile: world.readFile,
      secrets: world.secrets,
      signal: request.signal,
      onAlarm: world.onAlarm,
      onEvent: voice.hear,
    });
    const { result, exitStatus } = outcome;
    const lost = await restore();
    // A line that is gone shows here at the latest, and counts more than anything else (chat.c, terminate()).
    if (lost !== undefined) {
      const said = `Can't restore terminal parameters: ${lost}`;
      if (!voice.said(said)) voice.hear({ type: "log", level: "error", text: said });
    }
    const failure = result.kind === "ok" ? undefined : { result };
    return lost === undefined ? ended(exitStatus, failure) : ended(2, failure ?? { error: lostError(lost) });
  } finally {
    await restore();
    voice.close();
  }
}

async function openChatLine({ device }: ChatOnLineRequest, world: ChatOnLineWorld): Promise<ChatLine> {
  if (device === undefined) return world.openTty();
  const lock = world.lockLine(device.path);
  try {
    const line = await world.openLine(device.path, { speed: device.speed, flowControl: "none" });
    return {
      read: line.read,
      readNow: line.readNow,
      write: line.write,
      sendBreak: line.sendBreak,
      restore: async () => {
        await line.close();
        lock.release();
        return undefined;
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function readScript(
  { options, words }: ChatCommand,
  strict: boolean,
  world: ChatOnLineWorld,
): Promise<ChatScript | PppctlError> {
  const { file } = options;
  if (file === undefined) return parseChatArgs(words);
  const read = await world.readFile(file);
  if (read.kind === "content") return parseChatFile(read.bytes, file, { strict });
  return new PppctlError({
    code: "chat.script",
    message: `${file} -- open failed: ${read.reason}`,
    exitCode: ExitCode.fatal,
    hint: "correct the path after -f, or put the script there",
  });
}

function lostError(reason: string): PppctlError {
  return new PppctlError({ code: "chat.line-gone", message: `the line is gone: ${reason}`, exitCode: 2 });
}

interface Voice {
  readonly hear: (event: ChatProgress) => void;
  /** Whether the log has had this line. */
  readonly said: (text: string) => boolean;
  readonly close: () => void;
}

/** Where chat's options let it speak: stderr, syslog, the report file. */
function openVoice(options: ChatOptions, request: ChatOnLineRequest, world: ChatOnLineWorld): Voice {
  const systemLog = options.noSyslog ? undefined : world.openSystemLog();
  const report = options.reportFile === undefined ? undefined : world.openReport(options.reportFile);
  const stderr = request.onEvent === undefined ? world.stderr : () => undefined;
  let last = "";
  return {
    hear: (event) => {
      request.onEvent?.(event);
      switch (event.type) {
        case "stderr":
          stderr(event.text);
          return;
        case "log":
          last = event.text;
          if (options.toStderr) stderr(`${event.text}\n`);
          if (event.level === "error" || options.verbose) systemLog?.(event.level, event.text);
          return;
        case "report": {
          const { text, wallTime } = event;
          const line = wallTime === undefined ? `${text}\n` : formatReportLine(text, world.localTime(wallTime));
          if (report !== undefined) report.write(line);
          // chat opens the file before it takes stderr for it.
          else if (!text.startsWith("Opening ") || wallTime !== undefined) stderr(line);
          return;
        }
        case "hangup":
          world.ignoreHangup(event.ignore);
          return;
        default:
          return;
      }
    },
    said: (text) => last === text,
    close: () => report?.close(),
  };
}
