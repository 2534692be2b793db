import type { Command } from "commander";
import { type ListedEvent, type ListedHooks, type ListHooksDeps, listHooks } from "../app/list-hooks.ts";
import { parsePeerName } from "../core/peer-name.ts";
import { escapeControls } from "../peer/finding.ts";

const help = `
Debian's rules: names of letters, digits, _ and - only, executable, in the order of their names; those of
ip-up.d/LINKNAME/ after the ones up to 05. Variables without a value get it from the call; CONNECT_TIME and BYTES_…
are there at ip-down.

Examples:
  pppctl hooks yosefcom
  pppctl hooks yosefcom --json

Exit status: 0, also when a script is skipped (\`pppctl check\` says what is wrong with it); 1 no such peer; 2 a mistake
  in the peer.`;

/** Add `hooks` to pppctl. */
export function registerHooksCommand(
  program: Command,
  deps: ListHooksDeps & { readonly print: (text: string) => void },
): Command {
  return program
    .command("hooks")
    .description("List the scripts that a peer's calls would run, and why one is skipped")
    .argument("<peer>", "a file below /etc/ppp/peers/")
    .option("--json", "print as JSON")
    .addHelpText("after", help)
    .action(async (name: string, options: { readonly json?: boolean }) => {
      const listed = await listHooks(parsePeerName(name), deps);
      deps.print(options.json === true ? formatJson(listed) : describe(listed));
    });
}

function formatJson({ environment, ...listed }: ListedHooks): string {
  const values = Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, value ?? null]));
  return `${JSON.stringify({ ...listed, environment: values }, undefined, 2)}\n`;
}

function describe({ events, environment }: ListedHooks): string {
  const lines = [
    ...events.flatMap(describeEvent),
    "environment:",
    ...Object.entries(environment).map(([name, value]) => `  ${name}${value === undefined ? "" : `=${value}`}`),
  ];
  return lines.map((line) => `${escapeControls(line)}\n`).join("");
}

function describeEvent({ event, program, by, override, scripts }: ListedEvent): string[] {
  const who = { pppctl: "", peer: `, by the peer's own ${program}`, system: `, by ${program}` }[by];
  const instead = override ? " (instead of all others)" : "";
  const rows = scripts.map(({ path, run, reason }) => (run ? `  ${path}${instead}` : `  ${path}: skipped, ${reason}`));
  return [`${event}${who}:`, ...(rows.length === 0 && by !== "peer" ? ["  nothing"] : rows)];
}
