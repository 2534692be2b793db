/** The words of a shell command, or why they cannot be known without a shell. */
export type ShellWords =
  | { readonly kind: "plain"; readonly words: readonly string[] }
  | { readonly kind: "not-plain"; readonly why: string };

const notPlain = (why: string): ShellWords => ({ kind: "not-plain", why });

const operators: ReadonlyMap<string, string> = new Map([
  ["|", "it has a pipe"],
  ["&", "it has an &"],
  [";", "it has several commands"],
  ["<", "it redirects its input"],
  [">", "it redirects its output"],
  ["(", "it has a subshell"],
  [")", "it has a subshell"],
  ["`", "it has a command substitution"],
]);

/**
 * Read one simple command as sh(1) would (POSIX, Shell Command Language 2.2 Quoting):
 * blanks, both quotes and backslashes. Whatever needs a shell to know its words, or is
 * read differently by dash and bash, is `not-plain`: nothing is guessed. File name
 * patterns are taken for the words that they are when no file matches them, as in
 * `chat -T *99***1#` of Debian's own GPRS peer.
 *
 * @param text one character a byte
 * @param variables what the shell's environment is known to have, by name; any other makes the command `not-plain`
 */
export function splitShellWords(text: string, variables: ReadonlyMap<string, string> = new Map()): ShellWords {
  const words: string[] = [];
  let word: string | undefined;
  let at = 0;
  const end = text.trimEnd().length === 0 ? 0 : text.length;
  while (at < end) {
    const char = text[at] ?? "";
    const next = text[at + 1];
    if (char === " " || char === "\t") {
      if (word !== undefined) words.push(word);
      word = undefined;
      at++;
    } else if (char === "\n") {
      if (/[^ \t\n]/.test(text.slice(at)) && (words.length > 0 || word !== undefined)) {
        return notPlain("it has several lines");
      }
      if (word !== undefined) words.push(word);
      word = undefined;
      at++;
    } else if (char === "\\") {
      if (next === undefined) return notPlain("it ends in a backslash");
      if (next !== "\n") word = (word ?? "") + next;
      at += 2;
    } else if (char === "'") {
      const close = text.indexOf("'", at + 1);
      if (close < 0) return notPlain("a quote is not closed");
      word = (word ?? "") + text.slice(at + 1, close);
      at = close + 1;
    } else if (char === '"') {
      const quoted = readDoubleQuoted(text, at + 1, variables);
      if (typeof quoted === "string") return notPlain(quoted);
      word = (word ?? "") + quoted.text;
      at = quoted.end;
    } else if (char === "$") {
      if (next !== undefined && !/[ \t\n]/.test(next)) {
        const variable = expandVariable(text, at, variables);
        if (variable === undefined) return notPlain("it uses a shell variable");
        // Without quotes the value is split into words (POSIX 2.6.5).
        for (const piece of variable.value.split(/([ \t\n]+)/)) {
          if (!/^[ \t\n]/.test(piece)) word = piece === "" ? word : (word ?? "") + piece;
          else {
            if (word !== undefined) words.push(word);
            word = undefined;
          }
        }
        at = variable.end;
      } else {
        word = `${word ?? ""}$`;
        at++;
      }
    } else if ((char === "#" || char === "~") && word === undefined) {
      return notPlain(char === "#" ? "it has a shell comment" : "it has an unquoted ~");
    } else if (char === "{" || char === "}") {
      return notPlain("it has an unquoted brace");
    } else {
      const why = operators.get(char);
      if (why !== undefined) return notPlain(why);
      word = (word ?? "") + char;
      at++;
    }
  }
  if (word !== undefined) words.push(word);
  return { kind: "plain", words };
}

/** `$NAME` or `${NAME}` at `at`; undefined when its value is not known. */
function expandVariable(
  text: string,
  at: number,
  variables: ReadonlyMap<string, string>,
): { readonly value: string; readonly end: number } | undefined {
  const match = /^\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)\})/.exec(text.slice(at, at + 1024));
  const value = variables.get(match?.[1] ?? match?.[2] ?? "");
  return match === null || value === undefined ? undefined : { value, end: at + match[0].length };
}

/** From after the opening quote; a string says why it is not plain. */
function readDoubleQuoted(
  text: string,
  from: number,
  variables: ReadonlyMap<string, string>,
): { text: string; end: number } | string {
  let result = "";
  for (let at = from; at < text.length; at++) {
    const char = text[at] ?? "";
    const next = text[at + 1];
    if (char === '"') return { text: result, end: at + 1 };
    if (char === "`") return "it has a command substitution";
    if (char === "$") {
      if (next !== undefined && !/[" \t\n]/.test(next)) {
        const variable = expandVariable(text, at, variables);
        if (variable === undefined) return "it uses a shell variable";
        result += variable.value;
        at = variable.end - 1;
      } else result += char;
    } else if (char === "\\" && next !== undefined && '$`"\\\n'.includes(next)) {
      if (next !== "\n") result += next;
      at++;
    } else {
      result += char;
    }
  }
  return "a quote is not closed";
}
