import type { Command } from "commander";
import type { World } from "../app/deps.ts";
import { type ExplainRequest, type Explanation, explainFailure } from "../app/explain-failure.ts";
import { PppctlError } from "../core/errors.ts";
import { ExitCode } from "../core/exit-codes.ts";
import { parsePeerName } from "../core/peer-name.ts";
import type { RetryAdvice } from "../link/causes.ts";
import { escapeControls } from "../peer/finding.ts";

const help = `
Examples:
  pppctl explain                           the last call of all that failed
  pppctl explain yosefcom                  why its last call by pon failed or ended
  pppctl explain 19                        what this exit status of pppd means
  pppctl explain --log /var/log/ppp.log    the last call in a log of pppd
  journalctl -t pppd -t chat | pppctl explain --log -

Exit status: 0 explained; 1 there is nothing to explain; 2 wrong usage.`;

/** Add `explain` to pppctl. */
export function registerExplainCommand(program: Command, world: World, print: (text: string) => void): Command {
  return program
    .command("explain")
    .description("Say why a call failed or ended, and what to do about it")
    .argument("[what]", "a peer, or pppd's exit status")
    .option("--log <file>", "a log of pppd; - for standard input")
    .option("--json", "print as JSON: docs/json.md")
    .addHelpText("after", help)
    .action(async (what: string | undefined, options: { readonly log?: string; readonly json?: boolean }) => {
      const judgement = await explainFailure(parseRequest(what, options.log), world);
      print(options.json === true ? `${JSON.stringify(judgement)}\n` : describe(judgement));
    });
}

function parseRequest(what: string | undefined, log: string | undefined): ExplainRequest {
  if (what === undefined && log === undefined) return { kind: "last" };
  if (what !== undefined && log !== undefined) {
    throw usageError("name one thing to explain: a peer, an exit status, or --log FILE");
  }
  if (log !== undefined) return { kind: "log", path: log === "-" ? "/dev/stdin" : log };
  if (what === undefined || !/^\d+$/.test(what)) return { kind: "peer", peer: parsePeerName(what ?? "") };
  const status = Number(what);
  if (status > 255) throw usageError(`${what} is no exit status: they go from 0 to 255`);
  if (status === ExitCode.refused) {
    throw new PppctlError({
      code: "explain.nothing",
      message: `${status} is no status of pppd's: pon has it when the peer's own settings refuse the call (a limit, an hour, a block)`,
      exitCode: ExitCode.fatal,
      hint: "`pon PEER` says which, and until when",
    });
  }
  return { kind: "status", status };
}

function usageError(message: string): PppctlError {
  return new PppctlError({
    code: "usage",
    message,
    exitCode: ExitCode.options,
    hint: "`pppctl explain --help` has examples",
  });
}

const advice: Readonly<Record<RetryAdvice, string | undefined>> = {
  again: "trying again at once makes sense",
  "after-wait": "trying again after a wait makes sense",
  "not-before-change": "trying again is of no use before something is changed",
  stop: undefined,
};

function describe({ peer, sentence, cause, evidence, hint, retry }: Explanation): string {
  const again = advice[retry];
  const lines = [
    `${peer === undefined ? "" : `${peer}: `}${sentence} [${cause}]`,
    ...evidence.map((line) => `  from the log: ${line}`),
    ...(again === undefined ? [] : [again]),
    ...(hint === undefined ? [] : [`hint: ${hint}`]),
  ];
  return lines.map((line) => `${escapeControls(line)}\n`).join("");
}
