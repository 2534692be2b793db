import { asksForSecret, mask, maskSend } from "../core/secret-text.ts";
import type { PeerOption } from "./peer-reading.ts";

/** Shell commands; a chat script's words, or a program's `--password`, stand in them. */
const commands: ReadonlySet<string> = new Set(["connect", "init", "disconnect", "welcome", "pty"]);

/**
 * The option as it may be shown: hidden are the value of `password`, that of a `set` whose name says that it is one
 * (`set PON_PASSWORD=…`, `set SIM_PIN=…`), and what is secret in a command.
 */
export function maskOption<T extends Pick<PeerOption, "name" | "args">>(option: T): T {
  if (option.name === "password") return { ...option, args: option.args.map(() => mask) };
  if (option.name === "set") {
    return {
      ...option,
      args: option.args.map((value) => value.replace(/^([^=]*(?:PASS|SECRET|PIN|PUK)[^=]*)=.*$/is, `$1=${mask}`)),
    };
  }
  return commands.has(option.name) ? { ...option, args: option.args.map(maskCommand) } : option;
}

/** A shell command with its secrets hidden; all else stays as it stands. */
export function maskCommand(text: string): string {
  let before = "";
  // Words with their quotes.
  return text.replace(/(?:'[^']*'?|"(?:\\.|[^"\\])*"?|\\.|[^\s'"\\])+/gs, (word) => {
    const shown = maskWord(word, before);
    before = word;
    return shown;
  });
}

function maskWord(word: string, before: string): string {
  const named = /^--?[\w-]*(?:passw(?:or)?d|secret|pin)(=?)/i;
  const option = named.exec(word);
  if (option?.[1] === "=") return `${option[0]}${mask}`;
  if (option !== null) return word;
  if (named.test(before) && !before.includes("=")) return mask;
  const bare = word.replace(/^['"]|['"]$/g, "");
  const shown = maskSend(bare, asksForSecret(before) ? before : "");
  return shown === bare ? word : shown;
}
