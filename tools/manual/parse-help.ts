/** A piece of what a command prints for `--help`. */
export type HelpBlock =
  /** Arguments, options or commands: a term and what it means. */
  | {
      readonly kind: "terms";
      readonly title: string;
      readonly rows: readonly { readonly term: string; readonly text: string }[];
    }
  /** Lines as they stand, such as examples; without the indentation that they share. */
  | { readonly kind: "verbatim"; readonly title: string | undefined; readonly lines: readonly string[] }
  | { readonly kind: "text"; readonly title: string | undefined; readonly text: string };

/** `--help` of one command, taken apart: the manual and the completions are made from what users see. */
export interface HelpPage {
  /** `pon`, `pppctl status`. */
  readonly name: string;
  /** What follows the name on the usage line. */
  readonly usage: string;
  /** The first paragraph. */
  readonly description: string;
  readonly blocks: readonly HelpBlock[];
}

const termTitles = ["Arguments", "Options", "Commands"];

/** @throws Error when the text does not begin with `Usage: NAME` */
export function parseHelp(name: string, text: string): HelpPage {
  const groups = text
    .trimEnd()
    .split(/\n(?:[ \t]*\n)+/)
    .map((group) => group.split("\n"));
  const [usage, description, ...rest] = groups;
  const start = `Usage: ${name}`;
  if (usage?.[0]?.startsWith(start) !== true) throw new Error(`${name} --help does not begin with '${start}'`);
  return {
    name,
    usage: joinLines(usage).slice(start.length).trim(),
    description: joinLines(description ?? []),
    blocks: rest.flatMap(readGroup),
  };
}

function readGroup(lines: readonly string[]): HelpBlock[] {
  const [first = "", ...rest] = lines;
  const exitStatus = /^Exit status[^:]*: /.exec(first);
  if (exitStatus !== null) {
    const [whole] = exitStatus;
    const as = whole.slice("Exit status".length, -2).replace(/^, /, "");
    const body = joinLines([first.slice(whole.length), ...rest]);
    return [{ kind: "text", title: "Exit status", text: as === "" ? body : `${capitalize(as)}: ${body}` }];
  }
  const title = first.endsWith(":") ? first.slice(0, -1) : undefined;
  if (title !== undefined && termTitles.includes(title)) return [{ kind: "terms", title, rows: readRows(rest) }];
  if (title === "Examples") return [{ kind: "verbatim", title, lines: unindent(rest) }];
  return splitByIndent(lines);
}

/** `  term  text`, each with the lines of its text that follow, further in. */
function readRows(lines: readonly string[]): { term: string; text: string }[] {
  const rows: { term: string; text: string }[] = [];
  for (const line of lines) {
    const row = /^ {2}(\S.*?)(?: {2,}(.*))?$/.exec(line);
    const last = rows.at(-1);
    if (row !== null) rows.push({ term: row[1] ?? "", text: row[2] ?? "" });
    else if (last !== undefined) last.text = `${last.text} ${line.trim()}`.trim();
  }
  return rows;
}

/** Text at the margin is text; what stands further in is shown as it is. */
function splitByIndent(lines: readonly string[]): HelpBlock[] {
  const runs: { readonly indented: boolean; readonly lines: string[] }[] = [];
  for (const line of lines) {
    const indented = line.startsWith("  ");
    const last = runs.at(-1);
    if (last?.indented === indented) last.lines.push(line);
    else runs.push({ indented, lines: [line] });
  }
  return runs.map((run) =>
    run.indented
      ? { kind: "verbatim", title: undefined, lines: unindent(run.lines) }
      : { kind: "text", title: undefined, text: joinLines(run.lines) },
  );
}

function unindent(lines: readonly string[]): string[] {
  const depth = Math.min(...lines.map((line) => line.length - line.trimStart().length));
  return lines.map((line) => line.slice(depth));
}

function joinLines(lines: readonly string[]): string {
  return lines.map((line) => line.trim()).join(" ");
}

function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
