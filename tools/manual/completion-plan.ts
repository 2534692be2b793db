import type { HelpPage } from "./parse-help.ts";

/** What a shell completes after one command, read out of its `--help`. */
export interface CompletionPlan {
  /** `pon`, or the subcommand's own name. */
  readonly name: string;
  readonly description: string;
  readonly options: readonly CompletionOption[];
  /** Its arguments name peers. */
  readonly peers: boolean;
}

export interface CompletionOption {
  /** `-q`, `--quick`. */
  readonly flags: readonly string[];
  readonly description: string;
  /** What stands after it; undefined: nothing. */
  readonly value:
    | { readonly kind: "file" | "other" }
    | { readonly kind: "choice"; readonly of: readonly string[] }
    | undefined;
}

/** Arguments with one of these names are peers; commander writes `peers...` for several. */
const peerArguments = /^(peer|peers|what)\b/;

/** Values with one of these names are paths. */
const fileValues = /^<(file|path|output)>$/;

export function planCompletion(page: HelpPage): CompletionPlan {
  const rows = (title: string) =>
    page.blocks.flatMap((block) => (block.kind === "terms" && block.title === title ? block.rows : []));
  return {
    name: page.name.split(" ").at(-1) ?? page.name,
    description: page.description,
    options: rows("Options").map(({ term, text }) => readOption(term, text)),
    peers: rows("Arguments").some(({ term }) => peerArguments.test(term)),
  };
}

/** `-q, --quick`, `--number-is <what>` with `(choices: "busy", "voice")`. */
function readOption(term: string, text: string): CompletionOption {
  const words = term.split(/,? +/);
  const flags = words.filter((word) => word.startsWith("-"));
  const operand = words.find((word) => /^[<[]/.test(word));
  const choices = /\(choices: ([^)]*)\)/.exec(text)?.[1];
  return {
    flags,
    description: text.replace(/ *\((choices|default):? [^)]*\)/g, ""),
    value:
      operand === undefined
        ? undefined
        : choices !== undefined
          ? { kind: "choice", of: choices.split(", ").map((word) => word.replace(/^"|"$/g, "")) }
          : { kind: fileValues.test(operand) ? "file" : "other" },
  };
}
