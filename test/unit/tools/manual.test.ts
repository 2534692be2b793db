import { expect, test } from "vitest";
import { planCompletion } from "../../../tools/manual/completion-plan.ts";
import { formatManPage } from "../../../tools/manual/format-man-page.ts";
import { parseHelp } from "../../../tools/manual/parse-help.ts";

const help = `Usage: pppctl sim [options] [peer]

Be a modem

Arguments:
  peer                a file

Options:
  -q, --quick         soon
  --number-is <what>  what every number does (choices: "busy",
                      "voice")
  --log <file>        append here (default none)

Some text, wrapped
at a width:
  {
    "a": "-b\\\\c"
  }
.starts with a dot

Examples:
  pppctl sim --link /tmp/x   until Ctrl-C
  pppctl sim

Exit status, as pon's: 0 done;
  1 not.
`;

const page = parseHelp("pppctl sim", help);

test("help is taken apart, wrapped lines and all", () => {
  expect(page).toEqual({
    name: "pppctl sim",
    usage: "[options] [peer]",
    description: "Be a modem",
    blocks: [
      { kind: "terms", title: "Arguments", rows: [{ term: "peer", text: "a file" }] },
      {
        kind: "terms",
        title: "Options",
        rows: [
          { term: "-q, --quick", text: "soon" },
          { term: "--number-is <what>", text: 'what every number does (choices: "busy", "voice")' },
          { term: "--log <file>", text: "append here (default none)" },
        ],
      },
      { kind: "text", title: undefined, text: "Some text, wrapped at a width:" },
      { kind: "verbatim", title: undefined, lines: ["{", '  "a": "-b\\\\c"', "}"] },
      { kind: "text", title: undefined, text: ".starts with a dot" },
      { kind: "verbatim", title: "Examples", lines: ["pppctl sim --link /tmp/x   until Ctrl-C", "pppctl sim"] },
      { kind: "text", title: "Exit status", text: "As pon's: 0 done; 1 not." },
    ],
  });
});

test("a text that is no help of this command is an error", () => {
  expect(() => parseHelp("pon", help)).toThrow("pon --help does not begin with 'Usage: pon'");
});

test("a manual page: no line of text is a request of roff's, hyphens and backslashes stay", () => {
  const source = formatManPage({
    name: "sim",
    section: 8,
    version: "1.0",
    page,
    commands: [],
    more: [],
    seeAlso: ["pon(1)"],
  });
  const lines = source.split("\n");
  expect(lines).toContain("\\&.starts with a dot");
  expect(lines).toContain('  "a": "\\-b\\e\\ec"');
  expect(lines.filter((line) => line.startsWith(".SH"))).toEqual([
    ".SH NAME",
    ".SH SYNOPSIS",
    ".SH DESCRIPTION",
    ".SH ARGUMENTS",
    ".SH OPTIONS",
    ".SH EXAMPLES",
    ".SH EXIT STATUS",
    ".SH SEE ALSO",
  ]);
  expect(source).toMatch(/\n\.TP\n\.B \\-q, \\-\\-quick\nsoon\n/);
  expect(source).toMatch(/\n\.BR pon \(1\)\n$/);
});

test("what shells complete", () => {
  expect(planCompletion(page)).toEqual({
    name: "sim",
    description: "Be a modem",
    peers: true,
    options: [
      { flags: ["-q", "--quick"], description: "soon", value: undefined },
      {
        flags: ["--number-is"],
        description: "what every number does",
        value: { kind: "choice", of: ["busy", "voice"] },
      },
      { flags: ["--log"], description: "append here", value: { kind: "file" } },
    ],
  });
});
