import type { Command } from "commander";
import type { World } from "../app/deps.ts";
import { parsePeerName } from "../core/peer-name.ts";

const help = `
A peer is blocked when further tries would do harm: a password that was refused, a wrong PIN of the SIM
(PON_ON and PON_TRIES in the peer file). A call by \`pon\` that comes up unblocks it too.

Example:
  pppctl unblock yosefcom

Exit status: 0 it is not blocked (any more).`;

/** Add `unblock` to pppctl. */
export function registerUnblockCommand(program: Command, world: World, print: (text: string) => void): Command {
  return program
    .command("unblock")
    .description("Let a peer be dialed again that was blocked after a refused password")
    .argument("<peers...>", "as given to pon")
    .addHelpText("after", help)
    .action((names: string[]) => {
      for (const peer of names.map(parsePeerName)) {
        const record = world.blocks.read(peer);
        world.blocks.remove(peer);
        print(
          `${peer}: ${record === undefined ? "was not blocked" : `unblocked; it was blocked: ${record.sentence}`}\n`,
        );
      }
    });
}
