import type { Command } from "commander";
import type { World } from "../app/deps.ts";
import type { EnsureResult } from "../app/ensure.ts";
import { parsePeerName } from "../core/peer-name.ts";
import { makeProgress } from "./progress.ts";
import { standardError } from "./standard-streams.ts";

const help = `
For cron, every minute: nothing happens when the link is up and passes its probe (PON_PROBE in the peer file).
Otherwise what dangles is ended, and one attempt is made, if no pause, limit, hour or block forbids it.

Examples:
  pppctl ensure yosefcom
  * * * * * root check-ppp-connection --quiet yosefcom    (a line of /etc/crontab)

Exit status: 0 up; 75 not now: somebody dials, or the policy waits or refuses; all others as from pon.`;

export interface EnsureDeps {
  readonly world: World;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  readonly print: (text: string) => void;
  readonly printError: (text: string) => void;
  readonly finish: (status: number) => void;
}

interface EnsureOptions {
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
}

/** Add \`ensure\` to pppctl. */
export function registerEnsureCommand(program: Command, deps: EnsureDeps): Command {
  return describeEnsure(program.command("ensure"), deps);
}

/** The same as a program of its own: check-ppp-connection, as the HOWTO's script is called. */
export function describeEnsure(command: Command, deps: EnsureDeps): Command {
  return command
    .description("See that links are up: one attempt for each that is not")
    .argument("<peers...>", "as given to pon")
    .option("-q, --quiet", "say nothing but failures of an attempt")
    .option("-v, --verbose", "show how the attempt proceeds, and the dialogue with the modem")
    .option("--json", "print the results as JSON")
    .addHelpText("after", help)
    .action(async (names: string[], options: EnsureOptions) => {
      const { ensure } = await import("../app/ensure.ts");
      const peers = [...new Set(names)].map(parsePeerName);
      const shown = new Map<string, ReturnType<typeof makeProgress>>();
      const progressOf = (peer: string): ReturnType<typeof makeProgress> => {
        const stream = standardError;
        const progress =
          shown.get(peer) ?? makeProgress({ peer, stream, env: deps.env, verbose: true, clock: deps.world.clock });
        shown.set(peer, progress);
        return progress;
      };
      const results = await ensure(
        {
          peers,
          signal: deps.signal,
          onEvent: (peer, event) => {
            if (options.verbose === true || (event.type === "warning" && options.quiet !== true))
              progressOf(peer).show(event);
          },
        },
        deps.world,
      );
      if (options.json === true) deps.print(`${JSON.stringify(results)}\n`);
      else for (const result of results) tell(result, options, deps);
      deps.finish(results.find(({ exitStatus }) => exitStatus !== 0)?.exitStatus ?? 0);
    });
}

function tell({ state, why, hint, peer, by }: EnsureResult, { quiet }: EnsureOptions, deps: EnsureDeps): void {
  if (state === "up" || why === undefined || (quiet === true && state !== "failed")) return;
  if (state === "dialed") {
    deps.print(`${why}${peer === by ? "" : ` (for ${peer})`}\n`);
    return;
  }
  deps.printError(`ensure: ${why}\n${hint === undefined ? "" : `hint: ${hint}\n`}`);
}
