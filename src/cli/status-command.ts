import type { Command } from "commander";
import type { World } from "../app/deps.ts";
import { type PeerStatus, showStatus } from "../app/show-status.ts";
import { parsePeerName } from "../core/peer-name.ts";

/** As `systemctl status` for a unit that does not run. */
const notUp = 3;

const help = `
Examples:
  pppctl status              every peer that has a link
  pppctl status yosefcom     this one; exit status 0 only when it is up
  pppctl status --json

Exit status: 0 all named peers are up, 3 when one is not.`;

/** Add \`status\` to pppctl. */
export function registerStatusCommand(program: Command, world: World, finish: (status: number) => void): Command {
  return program
    .command("status")
    .description("Show which links are up, dialing or down")
    .argument("[peers...]", "all that are known, when none is named")
    .option("--json", "print as JSON")
    .addHelpText("after", help)
    .action(async (peers: string[], options: { readonly json?: boolean }) => {
      const states = await showStatus(peers.map(parsePeerName), world);
      process.stdout.write(options.json === true ? `${JSON.stringify(states)}\n` : describe(states, world));
      finish(peers.length > 0 && states.some(({ state }) => state !== "up") ? notUp : 0);
    });
}

function describe(states: readonly PeerStatus[], world: World): string {
  if (states.length === 0) return "no link is up\n";
  return states.map((status) => `${status.peer}: ${describeState(status, world)}\n`).join("");
}

function describeState(status: PeerStatus, world: World): string {
  if (status.state !== "up") return status.state === "connecting" ? `connecting (pppd ${status.pid})` : status.state;
  const parts = [
    `up on ${status.iface}, ${status.local} -> ${status.remote ?? "?"}`,
    status.device,
    status.connectRate === undefined ? undefined : `connected ${status.connectRate}`,
    status.dns === undefined ? undefined : `DNS ${status.dns.join(" ")}`,
    status.upSince === undefined ? undefined : `for ${duration(world.clock.wallTime() - status.upSince)}`,
  ];
  return parts.filter((part) => part !== undefined).join(", ");
}

function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
