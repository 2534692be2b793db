import type { Command } from "commander";
import { chatEventJson } from "../app/chat-event-json.ts";
import { type ChatOnLineWorld, chatOnLine } from "../app/chat-on-line.ts";
import { describeChatFailure } from "../app/describe-chat-failure.ts";
import { PppctlError } from "../core/errors.ts";
import { ExitCode } from "../core/exit-codes.ts";

const help = `
chat(8)'s options, which may be bundled (-vs) and glued to their values (-T5551234):
  -f FILE     the script is in this file       -t N      seconds for each expect (45)
  -v          log the dialogue to syslog       -r FILE   append the REPORT lines here
  -s          log to standard error, too       -T PHONE  for \\T in the script
  -S          nothing to syslog                -U PHONE  for \\U in the script
  -V, -e      show on standard error what is received (-e ends it with a newline)
  -E          $NAME in the script stands for the environment

The line is standard input and output, as pppd gives it, or --device. Options of ours stand
before chat's.

Examples:
  connect "pppctl chat -v -f /etc/chatscripts/yosefcom"       in a peer file
  pppctl chat --device /dev/ttyS0 --speed 115200 '' AT OK
  pppctl chat --strict -s -f script < /dev/ttyS0 > /dev/ttyS0

When the script fails, standard error says where (file:line:column), what was expected and what
came. Not with --strict, nor with -s unless it is a terminal: the log alone stands there then.
--json puts a line of JSON for each event there, and nothing else: standard output is the line.

Exit status, as chat(8)'s: 0 done; 1 wrong option, script or send; 2 no tty, interrupted or
  line gone; 3 timeout; 4 and up the abort strings in order.`;

export interface ChatCommandDeps {
  readonly world: ChatOnLineWorld;
  /** All words after `pppctl chat`, one character a byte. */
  readonly words: readonly string[];
  readonly signal: AbortSignal;
  readonly stderrIsTerminal: boolean;
}

interface OwnOptions {
  readonly help: boolean;
  readonly strict: boolean;
  readonly json: boolean;
  readonly charDelayMs: number | undefined;
  readonly device: string | undefined;
  readonly speed: number | undefined;
  /** Words that are chat's. */
  readonly rest: readonly string[];
}

/** Whether `pppctl chat` is asked for its help: only before chat's own words, where `--help` may be a send. */
export function asksChatHelp(words: readonly string[]): boolean {
  try {
    return readOwnOptions(words).help;
  } catch {
    return false;
  }
}

/** Add `chat` to pppctl. commander knows its name and help only: what stands behind them is chat(8)'s language. */
export function registerChatCommand(
  program: Command,
  deps: ChatCommandDeps,
  finish: (status: number) => void,
): Command {
  return program
    .command("chat")
    .description("Run a chat script on a line, as chat(8) does")
    .usage("[--strict] [--char-delay MS] [--json] [--device PATH --speed N] [chat's options] {-f FILE | SCRIPT…}")
    .option("--strict", "keep chat's limits and oddities, and its pause of 10 ms before each byte")
    .option("--char-delay <ms>", "pause before each byte sent, for modems that need it (default 0)")
    .option("--json", "a line of JSON for each event, on standard error")
    .option("--device <path>", "the line by its path, in place of standard input and output")
    .option("--speed <rate>", "speed of the device, bits per second (default: as it is)")
    .helpOption("--help", "show this help")
    .addHelpText("after", help)
    .action(async () => finish(await runChatCommand(deps)));
}

async function runChatCommand({ world, words, signal, stderrIsTerminal }: ChatCommandDeps): Promise<number> {
  const own = readOwnOptions(words);
  // SAY and -V may leave a line unfinished.
  let endsLine = true;
  const stderr: ChatOnLineWorld["stderr"] = (text) => {
    if (text !== "") endsLine = text.endsWith("\n") || text.endsWith("\r");
    world.stderr(text);
  };
  const printJson = (event: object | undefined): void => {
    if (event !== undefined) world.stderr(`${JSON.stringify(event)}\n`);
  };
  const { exitStatus, failure, options } = await chatOnLine(
    {
      words: own.rest,
      strict: own.strict,
      charDelayMs: own.charDelayMs,
      device: own.device === undefined ? undefined : { path: own.device, speed: own.speed },
      signal,
      onEvent: own.json ? (event) => printJson(chatEventJson(event)) : undefined,
    },
    { ...world, stderr },
  );
  const lines = failure === undefined ? [] : describeChatFailure(failure);
  if (own.json) {
    printJson({ event: "end", exitStatus, ...(failure === undefined ? {} : { failure: lines }) });
  } else if (lines.length > 0 && !own.strict && (stderrIsTerminal || options?.toStderr !== true)) {
    if (!endsLine) world.stderr("\n");
    lines.forEach((line, i) => {
      world.stderr(`${i === 0 ? "pppctl chat: " : "  "}${line}\n`);
    });
  }
  return exitStatus;
}

/** Our options end where chat's words begin: at the first that is not one of ours. */
function readOwnOptions(words: readonly string[]): OwnOptions {
  const flags = new Set<string>();
  const values = new Map<string, string>();
  let next = 0;
  for (; next < words.length; next++) {
    const [, name = "", glued] = /^(--[a-z-]+)(?:=(.*))?$/s.exec(words[next] ?? "") ?? [];
    if (["--strict", "--json", "--help"].includes(name) && glued === undefined) flags.add(name);
    else if (["--char-delay", "--device", "--speed"].includes(name)) {
      const value = glued ?? words[++next];
      if (value === undefined) throw wrongOption(`${name} needs a value`);
      values.set(name, value);
    } else break;
  }
  const speed = readNumber("--speed", values.get("--speed"));
  const device = values.get("--device");
  if (speed !== undefined && device === undefined) throw wrongOption("--speed is for --device");
  return {
    help: flags.has("--help"),
    strict: flags.has("--strict"),
    json: flags.has("--json"),
    charDelayMs: readNumber("--char-delay", values.get("--char-delay")),
    device,
    speed,
    rest: words.slice(next),
  };
}

function readNumber(option: string, text: string | undefined): number | undefined {
  if (text === undefined || /^[0-9]{1,7}$/.test(text)) return text === undefined ? undefined : Number(text);
  throw wrongOption(`${option} is a whole number, not ${JSON.stringify(text)}`);
}

/** Status 1, as chat's for a wrong option. */
function wrongOption(message: string): PppctlError {
  return new PppctlError({
    code: "chat.usage",
    message: `chat: ${message}`,
    exitCode: ExitCode.fatal,
    hint: "pppctl chat --help shows the options",
  });
}
