import type { SourcePosition } from "../core/source-position.ts";
import type { PlannedCommand } from "./dial-plan.ts";
import { splitShellWords } from "./shell-words.ts";

/** Where a distribution or `make install` puts chat(8); another program of that name is a user's own. */
const chatPrograms = new Set(
  ["", "/bin/", "/sbin/", "/usr/bin/", "/usr/sbin/", "/usr/local/bin/", "/usr/local/sbin/"].map((dir) => `${dir}chat`),
);

/**
 * What the shell command of `connect`, `init`, `disconnect` or `welcome` is: plainly one
 * call of chat(8), whose script can be taken over, or something for the shell. An empty
 * command is none: pppd runs nothing (pppd/tty.c connect_tty).
 *
 * @param variables of the peer's `set` and `unset`, which pppd's commands get
 */
export function analyseCommand(
  text: string,
  position: SourcePosition,
  variables?: ReadonlyMap<string, string>,
): PlannedCommand {
  if (text === "") return { kind: "none" };
  const split = splitShellWords(text, variables);
  if (split.kind === "not-plain") return { kind: "command", text, why: split.why, position };
  const words = split.words[0] === "exec" ? split.words.slice(1) : split.words;
  const program = words[0];
  if (program === undefined) return { kind: "command", text, why: "it is blank", position };
  if (/^[A-Za-z_][A-Za-z_0-9]*=/.test(program)) {
    return { kind: "command", text, why: "it sets a variable", position };
  }
  if (variables?.has("PATH") === true && !program.startsWith("/")) {
    return { kind: "command", text, why: "the peer sets PATH", position };
  }
  const argv = wordsOfChat(program, words);
  if (argv === undefined) return { kind: "command", text, why: `${program} is not chat(8)`, position };
  const scriptFile = findScriptFile(argv);
  return { kind: "chat", argv, text, position, ...(scriptFile === undefined ? {} : { scriptFile }) };
}

/** What chat is given; undefined for another program. Our own `pppctl chat` counts, without the long options that chat lacks. */
function wordsOfChat(program: string, words: readonly string[]): readonly string[] | undefined {
  if (chatPrograms.has(program)) return words.slice(1);
  const ours = /(^|\/)pppctl$/.test(program) && words[1] === "chat";
  return ours && !/^--./.test(words[2] ?? "") ? words.slice(2) : undefined;
}

/** The value of the last `-f`, as chat(8) reads its options: clustered, glued, ended by `--`, `''` or a word. */
function findScriptFile(argv: readonly string[]): string | undefined {
  let file: string | undefined;
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? "";
    if (!word.startsWith("-") || word === "-" || word === "--") break;
    for (let i = 1; i < word.length; i++) {
      const letter = word[i] ?? "";
      if (!"ftrTU".includes(letter)) continue;
      const value = i + 1 < word.length ? word.slice(i + 1) : argv[++at];
      if (letter === "f") file = value;
      break;
    }
  }
  return file;
}
