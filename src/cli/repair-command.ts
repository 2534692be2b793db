import type { Command } from "commander";
import type { World } from "../app/deps.ts";
import { repairHost } from "../app/repair-host.ts";
import { PppctlError } from "../core/errors.ts";
import { ExitCode } from "../core/exit-codes.ts";

const help = `
What a link changes on this machine (the way to a tunnel's server, the default route, PON_ROUTES, name servers) is written to
/run/pppctl/journal first, and undone when it ends. After a crash or kill -9 this does it; so do the next pon and poff. The
scripts of ip-down.d (ipv6-down.d) that the link has not run are run then, without its times and bytes and what the peer sets.
Links that are up or being dialed are left alone.

Example:
  pppctl repair

Exit status: 0 nothing is left of links that are no more; 3 not root.`;

/** Add `repair` to pppctl. */
export function registerRepairCommand(program: Command, world: World, print: (text: string) => void): Command {
  return program
    .command("repair")
    .description("Undo what a link that crashed has left on this machine: routes, name servers, what its hooks undo")
    .option("--json", "print as JSON")
    .addHelpText("after", help)
    .action(async ({ json }: { readonly json?: boolean }) => {
      if (!world.root) {
        throw new PppctlError({
          code: "repair.not-root",
          message: "routes are root's",
          exitCode: ExitCode.notRoot,
          hint: "run it as root",
        });
      }
      const undone = world.journal.isEmpty() ? 0 : await repairHost(world);
      if (json === true) print(`${JSON.stringify({ undone })}\n`);
      else print(undone === 0 ? "nothing to repair\n" : `${undone} change${undone === 1 ? "" : "s"} undone\n`);
    });
}
