import type { Command } from "commander";
import type { World } from "../app/deps.ts";
import { type ShownCommand, type ShownOption, type ShownPeer, showPeer } from "../app/show-peer.ts";
import { ExitCode } from "../core/exit-codes.ts";
import { describeFinding, escapeControls, findingJson } from "../peer/finding.ts";
import { formatWord } from "../peer/format-option.ts";
import { parsePeerArgument } from "./peer-argument.ts";

const help = `
Secrets are shown as ??????. What the installed pppd would refuse is said in our words and in its own; a device that
is not there today is a finding, and no refusal. Nothing is changed, and neither root nor /dev/ppp is needed.

Examples:
  pppctl show yosefcom            the peer /etc/ppp/peers/yosefcom
  pppctl show ./options.new       a file, read as a peer would be
  pppctl show yosefcom --json     for programs: docs/json.md

Exit status: 0 pppd would take the file; 1 no such file; 2 it would refuse it.`;

/** Add `show` to pppctl. */
export function registerShowCommand(
  program: Command,
  world: World,
  deps: { readonly print: (text: string) => void; readonly finish: (status: number) => void },
): Command {
  return program
    .command("show")
    .description("Show the options of a peer as pppd reads them, and where each comes from")
    .argument("<peer>", "a file below /etc/ppp/peers/, or ./FILE")
    .option("--json", "print as JSON")
    .addHelpText("after", help)
    .action(async (name: string, options: { readonly json?: boolean }) => {
      const shown = await showPeer(parsePeerArgument(name), world);
      deps.print(options.json === true ? formatJson(shown) : describe(shown));
      deps.finish(shown.accepted ? ExitCode.ok : ExitCode.options);
    });
}

function formatJson({ peer, file, pppdVersion, options, plan, findings, accepted }: ShownPeer): string {
  const json = { peer: peer ?? null, file, pppdVersion, accepted, options, plan, findings: findings.map(findingJson) };
  return `${JSON.stringify(json, undefined, 2)}\n`;
}

function describe(shown: ShownPeer): string {
  const { plan, findings } = shown;
  const rows: [string, string | undefined][] = [
    ["how", `${plan.mode}: ${plan.why}`],
    [
      "device",
      plan.device === undefined ? undefined : `${plan.device}${plan.deviceMissing ? " (not there today)" : ""}`,
    ],
    ["speed", plan.speed === undefined ? undefined : String(plan.speed)],
    ["linkname", plan.linkname],
    ["user", plan.user],
    ["secrets", `pap: ${plan.secrets.pap}`],
    ["", `chap: ${plan.secrets.chap}`],
    ...(["init", "connect", "disconnect", "welcome"] as const).flatMap((name) => describeCommand(name, plan[name])),
  ];
  const plans = rows
    .flatMap(([name, value]) => (value === undefined ? [] : `${name.padEnd(10)} ${escapeControls(value)}\n`))
    .join("");
  const sections = [
    `${shown.peer === undefined ? shown.file : `${shown.peer} (${shown.file})`}, as pppd ${shown.pppdVersion} reads it\n`,
    describeOptions(shown.options),
    plans,
    findings.map(describeFinding).join(""),
  ];
  return sections.filter((section) => section !== "").join("\n");
}

function describeOptions(options: readonly ShownOption[]): string {
  const rows = options.map((option) => {
    const { overrides } = option;
    const over = overrides === undefined ? "" : `   (instead of ${formatOption(overrides)} at ${placeOf(overrides)})`;
    return { place: placeOf(option), text: `${formatOption(option)}${over}` };
  });
  const width = Math.min(40, Math.max(0, ...rows.map(({ place }) => place.length)));
  return rows.map(({ place, text }) => `${place.padEnd(width)}  ${text}\n`).join("");
}

function placeOf({ file, line, column }: Pick<ShownOption, "file" | "line" | "column">): string {
  return `${file}:${line}:${column}`;
}

/** As it would stand in an option file; a device, a speed, addresses are words of their own. */
function formatOption({ name, args }: Pick<ShownOption, "name" | "args">): string {
  const wild = ["device", "speed", "addresses", "channel"].includes(name);
  return [...(wild ? [] : [name]), ...args].map(formatWord).join(" ");
}

function describeCommand(name: string, command: ShownCommand): [string, string | undefined][] {
  if (command.kind === "none") return [];
  const what = command.why === undefined ? command.text : `${command.text}   (left to the shell: ${command.why})`;
  return [[name, what], ...(command.steps ?? []).map((step): [string, string] => ["", `  ${step}`])];
}
