import type { HelpBlock, HelpPage } from "./parse-help.ts";

export interface ManPage {
  /** `pon`. */
  readonly name: string;
  /** 1: for users; 8: for administrators. */
  readonly section: 1 | 8;
  readonly version: string;
  readonly page: HelpPage;
  /** Subcommands, each a part of COMMANDS. */
  readonly commands: readonly HelpPage[];
  /** More sections, by title. */
  readonly more: readonly { readonly title: string; readonly blocks: readonly HelpBlock[] }[];
  readonly seeAlso: readonly string[];
}

/** The source of a manual page, in man(7)'s macros; every word of it is one that `--help` prints. */
export function formatManPage({ name, section, version, page, commands, more, seeAlso }: ManPage): string {
  const lines = [
    `.\\" Made from what ${name} --help prints; changes belong there.`,
    `.TH ${name.toUpperCase()} ${section} "" "pppctl ${version}" "PPP links"`,
    ".SH NAME",
    `${name} \\- ${text(uncapitalize(page.description)).replace(/\.$/, "")}`,
    ".SH SYNOPSIS",
    `.B ${name}`,
    text(page.usage),
    ".SH DESCRIPTION",
    `${text(page.description.replace(/\.$/, ""))}.`,
    ...page.blocks.filter((block) => block.title === undefined).flatMap(formatBlock),
    ...page.blocks.flatMap((block) =>
      block.title === undefined ? [] : [`.SH ${text(block.title.toUpperCase())}`, ...formatBlock(block)],
    ),
    ...commands.flatMap((command) => [
      `.SH ${text(command.name.toUpperCase())}`,
      `.B ${text(command.name)}`,
      text(command.usage),
      ".PP",
      `${text(command.description.replace(/\.$/, ""))}.`,
      ...command.blocks.flatMap((block) => [
        ...(block.title === undefined ? [] : [`.SS ${text(block.title)}`]),
        ...formatBlock(block),
      ]),
    ]),
    ...more.flatMap(({ title, blocks }) => [`.SH ${text(title.toUpperCase())}`, ...blocks.flatMap(formatBlock)]),
    ".SH SEE ALSO",
    seeAlso.map((other) => text(other).replace(/^(.*)\((\d)\)$/, ".BR $1 ($2)")).join(" ,\n"),
  ];
  // A paragraph macro means nothing straight after a heading.
  const body = lines.filter((line, at) => line !== ".PP" || !/^\.S[HS] /.test(lines[at - 1] ?? ""));
  return `${body.join("\n")}\n`;
}

function formatBlock(block: HelpBlock): string[] {
  switch (block.kind) {
    case "terms":
      return block.rows.flatMap((row) => [".TP", `.B ${text(row.term)}`, text(row.text)]);
    case "verbatim":
      return [".PP", ".nf", ...block.lines.map(text), ".fi"];
    case "text":
      return [".PP", text(block.text)];
    default:
      return block satisfies never;
  }
}

/** Text that roff(7) prints as it is: no line of it is a request, and a hyphen stays one when it is copied. */
function text(plain: string): string {
  const escaped = plain.replaceAll("\\", "\\e").replaceAll("-", "\\-");
  return /^[.']/.test(escaped) ? `\\&${escaped}` : escaped;
}

function uncapitalize(plain: string): string {
  return plain.charAt(0).toLowerCase() + plain.slice(1);
}
