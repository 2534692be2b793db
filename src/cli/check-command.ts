import type { ChalkInstance } from "chalk";
import type { Command } from "commander";
import { type CheckDeps, type CheckFinding, type CheckResult, checkPeers } from "../app/check-peers.ts";
import { ExitCode } from "../core/exit-codes.ts";
import { describeFinding, findingJson } from "../peer/finding.ts";
import { parsePeerArgument } from "./peer-argument.ts";

const help = `
Finds what is wrong before the phone rings: in the peers, in the files, scripts, secrets and hooks that they use, and on
this machine (a device that is not there). Nothing is changed, no device is opened, and neither root nor /dev/ppp is
needed; as another user than root less can be seen. An error makes the call fail; a warning may; an info is a remark.

Examples:
  pppctl check                    all peers below /etc/ppp/peers/
  pppctl check yosefcom isp/home  these
  pppctl check ./yosefcom.new     a file, read as a peer would be
  pppctl check --strict --json    for programs: docs/json.md

Exit status: 0 no error; 1 warnings, with --strict; 2 errors.`;

/** Add `check` to pppctl. */
export function registerCheckCommand(
  program: Command,
  deps: CheckDeps & {
    readonly print: (text: string) => void;
    readonly finish: (status: number) => void;
    readonly style: ChalkInstance;
  },
): Command {
  return program
    .command("check")
    .description("Find what is wrong with peers before they are called")
    .argument("[peer...]", "files below /etc/ppp/peers/, or ./FILE; none: all peers")
    .option("--strict", "warnings count too: exit status 1")
    .option("--json", "print as JSON")
    .addHelpText("after", help)
    .action(async (names: readonly string[], options: { readonly json?: boolean; readonly strict?: boolean }) => {
      const result = await checkPeers({ peers: names.map(parsePeerArgument) }, deps);
      deps.print(options.json === true ? formatJson(result) : describe(result, deps.style));
      const { errors, warnings } = countFindings(result.findings);
      deps.finish(
        errors > 0 ? ExitCode.options : options.strict === true && warnings > 0 ? ExitCode.fatal : ExitCode.ok,
      );
    });
}

function countFindings(findings: readonly CheckFinding[]): { errors: number; warnings: number; infos: number } {
  const count = (wanted: CheckFinding["severity"]): number =>
    findings.filter(({ severity }) => severity === wanted).length;
  return { errors: count("error"), warnings: count("warning"), infos: count("info") };
}

function formatJson({ pppdVersion, checked, findings }: CheckResult): string {
  const json = {
    pppdVersion,
    checked: checked.map(({ peer, file }) => ({ peer: peer ?? null, file })),
    ...countFindings(findings),
    findings: findings.map((finding) => ({ ...findingJson(finding), peers: finding.peers })),
  };
  return `${JSON.stringify(json, undefined, 2)}\n`;
}

function describe({ checked, findings, pppdVersion }: CheckResult, style: ChalkInstance): string {
  const colours = { error: style.red, warning: style.yellow, info: style.cyan } as const;
  const texts = findings.map((finding) =>
    describeFinding(finding).replace(`: ${finding.severity}: `, `: ${colours[finding.severity](finding.severity)}: `),
  );
  const { errors, warnings, infos } = countFindings(findings);
  const counts = [
    plural(errors, "error"),
    plural(warnings, "warning"),
    ...(infos > 0 ? [plural(infos, "remark")] : []),
  ];
  const what = `${plural(checked.length, "peer")} checked by the rules of pppd ${pppdVersion}`;
  return `${texts.join("")}${what}: ${findings.length === 0 ? "nothing found" : counts.join(", ")}\n`;
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
