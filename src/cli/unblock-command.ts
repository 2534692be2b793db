import type { Command } from "commander";
import type { World } from "../app/deps.ts";
import { PppctlError } from "../core/errors.ts";
import { ExitCode } from "../core/exit-codes.ts";
import { type PeerName, parsePeerName } from "../core/peer-name.ts";

const help = `
A peer is blocked when further tries would do harm: a password that was refused, a wrong PIN of the SIM
(PON_ON and PON_TRIES in the peer file). A call by \`pon\` that comes up unblocks it too.

Example:
  pppctl unblock yosefcom

Exit status: 0 it is not blocked (any more); 1 its block is root's, or cannot be removed.`;

/** Add `unblock` to pppctl. */
export function registerUnblockCommand(
  program: Command,
  world: Pick<World, "blocks">,
  print: (text: string) => void,
): Command {
  return program
    .command("unblock")
    .description("Let a peer be dialed again that was blocked after a refused password")
    .argument("<peers...>", "as given to pon")
    .addHelpText("after", help)
    .action((names: string[]) => {
      for (const peer of names.map(parsePeerName)) {
        const record = world.blocks.read(peer);
        remove(peer, world);
        print(
          `${peer}: ${record === undefined ? "was not blocked" : `unblocked; it was blocked: ${record.sentence}`}\n`,
        );
      }
    });
}

/** @throws PppctlError policy.still-blocked, exit status 1 */
function remove(peer: PeerName, { blocks }: Pick<World, "blocks">): void {
  let cause: unknown;
  try {
    blocks.remove(peer);
  } catch (error) {
    cause = error;
  }
  // Those who are not root see root's block, too.
  if (cause === undefined && blocks.read(peer) === undefined) return;
  throw new PppctlError({
    code: "policy.still-blocked",
    message: `${peer} stays blocked: ${cause instanceof Error ? cause.message : "its block is root's"}`,
    exitCode: ExitCode.fatal,
    hint: "run it as root",
    cause,
  });
}
