import { type Command, Option } from "commander";
import type { World } from "../app/deps.ts";
import { type RehearseDeps, rehearse } from "../app/rehearse.ts";
import { parsePeerName } from "../core/peer-name.ts";
import { CALL_WORDS } from "../modem/read-scenario.ts";

const help = `
The modem is the one of pppctl simulate, which see for scenarios. Nothing else is needed: no telephone
line, no pppd, no root.

Examples:
  pppctl rehearse yosefcom
  pppctl rehearse yosefcom --number-is busy
  pppctl rehearse yosefcom --scenario isp.json

Exit status, as pon's: 0 the script came through; 2 mistake in a file; 5 interrupted; 8 the dial failed.`;

export interface RehearseCommandDeps extends RehearseDeps {
  readonly world: World;
  readonly signal: AbortSignal;
  /** A line on standard output. */
  readonly print: (line: string) => void;
}

/** Add `rehearse` to pppctl: a peer's chat script on a simulated modem. */
export function registerRehearseCommand(program: Command, deps: RehearseCommandDeps): Command {
  return program
    .command("rehearse")
    .description("Dial a peer's script on a simulated modem and show the dialogue")
    .argument("<peer>", "a file below /etc/ppp/peers/")
    .addOption(new Option("--scenario <file>", "what each number does (JSON)").conflicts("numberIs"))
    .addOption(new Option("--number-is <what>", "what every number does").choices([...CALL_WORDS]))
    .addHelpText("after", help)
    .action(async (name: string, options: { scenario?: string; numberIs?: (typeof CALL_WORDS)[number] }) => {
      const peer = parsePeerName(name);
      const { world, signal, print } = deps;
      const request = { peer, scenarioPath: options.scenario, numberIs: options.numberIs, signal, print };
      const { number, rate } = await rehearse(request, world, deps);
      const dialed = number === undefined ? "" : `, dialed ${number}`;
      print(`${peer}: the script came through${dialed}${rate === undefined ? "" : `, connected ${rate}`}`);
    });
}
