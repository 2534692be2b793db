import { latin1FromBytes } from "../core/bytes.ts";
import type { SourcePosition } from "../core/source-position.ts";
import type { DialPlan, PlannedCommand } from "./dial-plan.ts";
import type { Finding } from "./finding.ts";
import type { MachineFacts } from "./machine-facts.ts";
import { splitShellWords } from "./shell-words.ts";
import { textFromWord } from "./word-text.ts";

/** What a shell does itself (dash(1), bash(1)). */
const builtins = new Set(
  ". : [ [[ alias bg break case cd command continue do echo eval exec exit export false fg for getopts if jobs kill let local printf pwd read readonly return select set shift source test time times trap true type ulimit umask unalias unset until wait while {".split(
    " ",
  ),
);

/** The programs that a peer's commands run, and what pppctl does not understand of them. pppd runs them as its caller. */
export function checkCommands(plan: DialPlan, facts: MachineFacts, dialsItself: boolean): readonly Finding[] {
  const found: Finding[] = [];
  const { PATH } = Object.fromEntries([...plan.settings].map(([name, { value }]) => [name, value]));
  const searchPath = PATH === undefined ? facts.searchPath : textFromWord(PATH).split(":");
  const check = (name: string, text: string, position: SourcePosition, optional: boolean): void => {
    const program = findProgram(text);
    if (program === undefined) return;
    const problem = checkProgram(textFromWord(program), facts, searchPath);
    if (problem === undefined) return;
    found.push({
      ...problem,
      position,
      severity: optional ? "info" : "error",
      message: `${name}: ${problem.message}${optional ? "; pon does without it, pppd alone cannot" : ""}`,
    });
  };
  const commands = Object.entries({
    init: plan.init,
    connect: plan.connect,
    disconnect: plan.disconnect,
    welcome: plan.welcome,
  } satisfies Record<string, PlannedCommand>);
  for (const [name, command] of commands) {
    if (command.kind === "none") continue;
    // pon is chat(8) itself for the script that it dials by.
    check(name, command.text, command.position, name === "connect" && command.kind === "chat" && dialsItself);
    if (command.kind === "chat") continue;
    const ampersand = /^\s*(?:exec\s+)?\S*chat\s.*?([^\s&"']*[^\s&]&[^\s&]\S*)/s.exec(command.text)?.[1];
    if (ampersand !== undefined && command.why === "it has an &") {
      found.push({
        code: "command.ampersand",
        severity: "warning",
        position: command.position,
        message: `${name}: the shell ends the command at the & of ${textFromWord(ampersand)}, and runs chat in the background`,
        hint: `write '${textFromWord(ampersand)}' in quotes`,
      });
      continue;
    }
    found.push({
      code: "command.left-to-shell",
      severity: "info",
      position: command.position,
      message: `${name} is not plainly one call of chat (${textFromWord(command.why)}): pppd runs it as it stands`,
      hint: 'write "chat -v -f /etc/chatscripts/NAME" to have its script checked and dialed by pon',
    });
  }
  if (plan.pty !== undefined) check("pty", plan.pty.value, plan.pty.position, false);
  return found;
}

/**
 * The user's reset command (`set PON_RESET=…`), which root runs.
 *
 * @param argv empty: there is none
 */
export function checkResetCommand(
  argv: readonly string[],
  position: SourcePosition | undefined,
  facts: MachineFacts,
): readonly Finding[] {
  const [program] = argv;
  if (program === undefined || position === undefined) return [];
  const path = textFromWord(program);
  const problem = checkProgram(path, facts, []);
  if (problem !== undefined)
    return [{ ...problem, severity: "error", position, message: `PON_RESET: ${problem.message}` }];
  const bad = facts.components(path)?.find(({ uid, mode }) => uid !== 0 || mode & 0o022);
  if (bad === undefined) return [];
  const why = bad.uid === 0 ? "may be written to by others than root" : `belongs to user ${bad.uid}`;
  return [
    {
      code: "command.not-trusted",
      severity: "warning",
      position,
      message: `PON_RESET: root runs ${path}, and ${bad.path} ${why}`,
      hint: bad.uid === 0 ? `chmod go-w ${bad.path}` : `chown root ${bad.path}`,
    },
  ];
}

/** The program that a command begins with; undefined where only a shell can tell. */
function findProgram(text: string): string | undefined {
  const split = splitShellWords(text);
  if (split.kind === "plain") {
    const words = split.words[0] === "exec" ? split.words.slice(1) : split.words;
    const first = words[0];
    return first === undefined || /^[A-Za-z_]\w*=/.test(first) || builtins.has(first) ? undefined : first;
  }
  // The first of several is as plain when it is a path.
  return /^\s*(?:exec\s+)?(\/[\w./+-]+)(?=[\s;|&]|$)/.exec(text)?.[1];
}

function checkProgram(
  program: string,
  facts: MachineFacts,
  searchPath: readonly string[],
): (Pick<Finding, "code" | "message" | "hint"> & { readonly hint: string }) | undefined {
  const candidates = program.includes("/")
    ? [program]
    : searchPath.map((directory) => `${directory || "."}/${program}`);
  const existing = candidates.filter((path) => facts.stat(path)?.kind === "file");
  const [first] = existing;
  if (first === undefined) {
    const directory = program.includes("/") && facts.stat(program)?.kind === "directory";
    return {
      code: "command.missing",
      message: directory
        ? `${program} is a directory`
        : program.includes("/")
          ? `the program ${program} does not exist`
          : `there is no program ${program} in ${searchPath.join(":")}`,
      hint: "correct its path, or install it",
    };
  }
  const path = existing.find((candidate) => facts.mayExecute(candidate));
  if (path === undefined) {
    return {
      code: "command.not-executable",
      message: `${first} may not be executed by ${(facts.stat(first)?.mode ?? 0) & 0o111 ? "you, as whom pppd runs it" : "anybody"}`,
      hint: `chmod +x ${first}`,
    };
  }
  const interpreter = readInterpreter(path, facts);
  if (interpreter === undefined || facts.stat(interpreter)?.kind === "file") return undefined;
  return {
    code: "command.interpreter",
    message: interpreter.endsWith("\r")
      ? `${path} has lines that end in CR LF: the kernel looks for an interpreter '${interpreter.slice(0, -1)}\\r'`
      : `the interpreter ${interpreter} of ${path} does not exist`,
    hint: interpreter.endsWith("\r")
      ? `remove the carriage returns: sed -i 's/\\r$//' ${path}`
      : "correct its first line, or install it",
  };
}

/** Of a script's first line, `#!/bin/sh`. */
function readInterpreter(path: string, facts: MachineFacts): string | undefined {
  const content = facts.read(path);
  if (content.kind !== "file") return undefined;
  return /^#! *(\/[^ \t\n]*)/.exec(latin1FromBytes(content.bytes.subarray(0, 256)))?.[1];
}
