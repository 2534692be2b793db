import type { Command } from "commander";
import { connectAgain } from "../app/connect-again.ts";
import type { World } from "../app/deps.ts";
import { disconnect } from "../app/disconnect.ts";
import { PppctlError } from "../core/errors.ts";
import { parsePeerName } from "../core/peer-name.ts";
import { describeEnd } from "./poff-program.ts";
import { describeResult } from "./pon-program.ts";
import { makeProgress } from "./progress.ts";
import { standardError } from "./standard-streams.ts";

export interface UpDeps {
  readonly world: World;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  readonly print: (text: string) => void;
  readonly printError: (text: string) => void;
  readonly finish: (status: number) => void;
}

const upHelp = `
Each as \`pon\` does it, all at the same time in one process.

Example:
  pppctl up yosefcom office backup

Exit status: 0 all are up; otherwise that of the first one named that is not, as from pon.`;

const downHelp = `
Each as \`poff\` does it, all at the same time.

Example:
  pppctl down yosefcom office

Exit status: 0 all are down; otherwise that of the first one named that failed, as from poff.`;

/** Add `up` to pppctl: several peers side by side. */
export function registerUpCommand(program: Command, deps: UpDeps): Command {
  return program
    .command("up")
    .description("Bring several links up, side by side")
    .argument("<peers...>", "as given to pon")
    .option("-v, --verbose", "show how each proceeds, and the dialogue with the modem")
    .addHelpText("after", upHelp)
    .action(async (names: string[], { verbose = false }: { readonly verbose?: boolean }) => {
      const { world, env, signal } = deps;
      await sideBySide(names, deps, async (name) => {
        const progress = makeProgress({ peer: name, stream: standardError, env, verbose: true, clock: world.clock });
        const result = await connectAgain(
          {
            peer: parsePeerName(name),
            extraWords: [],
            wait: !world.startedByIfupdown,
            quick: false,
            signal,
            onEvent: (event) => {
              if (verbose || event.type === "warning") progress.show(event);
            },
          },
          world,
        );
        return { text: `${result.peer}: ${describeResult(result)}`, status: result.exitStatus };
      });
    });
}

/** Add `down` to pppctl. */
export function registerDownCommand(program: Command, deps: UpDeps): Command {
  return program
    .command("down")
    .description("End several links, side by side, and see that the modems are on-hook")
    .argument("<peers...>", "as given to poff")
    .addHelpText("after", downHelp)
    .action(async (names: string[]) => {
      await sideBySide(names, deps, async (name) => {
        const request = { peer: parsePeerName(name), all: false, signal: "SIGTERM", wait: true } as const;
        const result = await disconnect(request, deps.world);
        return {
          text: describeEnd(request, result),
          status: result.lines.some(({ state }) => state === "off-hook") ? 1 : 0,
        };
      });
    });
}

/** Do it for all at once, tell each end as it comes, and end with the first failure in the order named. */
async function sideBySide(
  names: readonly string[],
  { print, printError, finish }: UpDeps,
  one: (name: string) => Promise<{ readonly text: string; readonly status: number }>,
): Promise<void> {
  const statuses = await Promise.all(
    [...new Set(names)].map(async (name) => {
      try {
        const { text, status } = await one(name);
        print(`${text}\n`);
        return status;
      } catch (error) {
        if (!(error instanceof PppctlError)) throw error;
        printError(`pppctl: ${error.message}\n${error.hint === undefined ? "" : `hint: ${error.hint}\n`}`);
        return error.exitCode;
      }
    }),
  );
  finish(statuses.find((status) => status !== 0) ?? 0);
}
