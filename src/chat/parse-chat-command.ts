import { PppctlError } from "../core/errors.ts";
import { ExitCode } from "../core/exit-codes.ts";
import { parseInteger } from "./parse-integer.ts";

/** What chat(8) prints about its options on stderr, after which it ends with status 1. */
export const CHAT_USAGE =
  "Usage: chat [-e] [-E] [-v] [-V] [-t timeout] [-r report-file]\n" +
  "     [-T phone-number] [-U phone-number2] {-f chat-file | chat-script}\n";

/** chat(8)'s options. Texts have one character a byte. */
export interface ChatOptions {
  /** `-e`. */
  readonly echo: boolean;
  /** `-E`: `$NAME` in strings stands for the environment. */
  readonly useEnv: boolean;
  /** `-v`: log the dialogue. */
  readonly verbose: boolean;
  /** `-V`: write what is received to stderr. */
  readonly echoToStderr: boolean;
  /** `-s`: the log goes to stderr, too. */
  readonly toStderr: boolean;
  /** `-S`: nothing to syslog. */
  readonly noSyslog: boolean;
  /** `-t`, seconds; 0 (also for what is no number): for ever. Absent: 45. */
  readonly timeoutSeconds?: number;
  /** `-r`. */
  readonly reportFile?: string;
  /** `-v` stood before `-r`: chat then writes an Opening line. */
  readonly reportOpening: boolean;
  /** `-T`. */
  readonly phone?: string;
  /** `-U`. */
  readonly phone2?: string;
  /** `-f`: the script is in this file. */
  readonly file?: string;
}

export interface ChatCommand {
  readonly options: ChatOptions;
  /** The script, when there is no `-f`. */
  readonly words: readonly string[];
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * Read the words after `chat` as chat(8) does: options may be bundled (`-vs`), their values
 * glued (`-T123`); they end at `--`, at the first word that does not begin with `-`, at `-`
 * and at an empty word. Of two `-f` the last wins; `-r` as the last word is ignored.
 *
 * @throws PppctlError `chat.usage`, exit status 1, hint: what chat would print of `CHAT_USAGE`.
 */
export function parseChatCommand(argv: readonly string[]): ChatCommand {
  const options: Writable<ChatOptions> = {
    echo: false,
    useEnv: false,
    verbose: false,
    echoToStderr: false,
    toStderr: false,
    noSyslog: false,
    reportOpening: false,
  };
  let next = 0;
  for (let word = argv[next]; word?.startsWith("-") && word !== "-"; word = argv[next]) {
    next++;
    if (word === "--") break;
    for (let at = 1; at < word.length; at++) {
      const option = word.charAt(at);
      if (setFlag(options, option)) continue;
      if (!"tfrTU".includes(option)) throw usageError(`-${option} is not an option of chat`);
      const value = at + 1 < word.length ? word.slice(at + 1) : argv[next++];
      if (value !== undefined) setValue(options, option, value);
      else if (option !== "r") throw usageError(`-${option} needs a value`);
      break;
    }
  }
  const words = argv.slice(next);
  if (options.file !== undefined && words.length > 0)
    throw usageError("-f FILE and the words of a script exclude each other");
  return { options, words };
}

function setFlag(options: Writable<ChatOptions>, option: string): boolean {
  switch (option) {
    case "e":
      options.echo = true;
      return true;
    case "E":
      options.useEnv = true;
      return true;
    case "v":
      options.verbose = true;
      return true;
    case "V":
      options.echoToStderr = true;
      return true;
    case "s":
      options.toStderr = true;
      return true;
    case "S":
      options.noSyslog = true;
      return true;
    default:
      return false;
  }
}

function setValue(options: Writable<ChatOptions>, option: string, value: string): void {
  switch (option) {
    case "t":
      // alarm(2): 0 never rings, and a negative number does in 136 years.
      options.timeoutSeconds = Math.max(0, parseInteger(value));
      break;
    case "f":
      options.file = value;
      break;
    case "r":
      options.reportFile = value;
      options.reportOpening = options.verbose;
      break;
    case "T":
      options.phone = value;
      break;
    case "U":
      options.phone2 = value;
      break;
  }
}

function usageError(what: string): PppctlError {
  return new PppctlError({
    code: "chat.usage",
    message: `chat: ${what}`,
    exitCode: ExitCode.fatal,
    hint: CHAT_USAGE.trimEnd().replace("\n    ", ""),
  });
}
