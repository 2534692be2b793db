import type { Command } from "commander";
import type { World } from "../app/deps.ts";
import { type PeerStatus, showStatus } from "../app/show-status.ts";
import { parsePeerName } from "../core/peer-name.ts";
import { describeStatus, ratesBetween, withRates } from "./describe-status.ts";
import { standardError } from "./standard-streams.ts";

/** As `systemctl status` for a unit that does not run. */
const notUp = 3;

/** Between two looks, for the bytes per second. */
const sampleMs = 250;

const help = `
Examples:
  pppctl status              every peer that has a link, had one since the boot, or is blocked
  pppctl status yosefcom     this one; exit status 0 only when it is up
  pppctl status --watch      redrawn every second, with the throughput; q ends
  pppctl status --json       docs/json.md

Exit status: 0 all named peers are up, 3 when one is not.`;

export interface StatusCommandDeps {
  readonly world: World;
  /** Aborted by SIGINT, SIGTERM or SIGHUP. */
  readonly signal: AbortSignal;
  /** Node's streams, which only a watch needs, and which take their time to load. */
  readonly terminal: () => { readonly stdin: NodeJS.ReadStream; readonly stdout: NodeJS.WriteStream };
  readonly print: (text: string) => void;
  readonly finish: (status: number) => void;
}

/** Add \`status\` to pppctl. */
export function registerStatusCommand(program: Command, deps: StatusCommandDeps): Command {
  const { world, signal, print, finish } = deps;
  return program
    .command("status")
    .description("Show which links are up, dialing or down")
    .argument("[peers...]", "all that are known, when none is named")
    .option("--json", "print as JSON: docs/json.md; with --watch a line a second")
    .option("-w, --watch", "look again every second until q or Ctrl-C")
    .addHelpText("after", help)
    .action(async (words: string[], options: { readonly json?: boolean; readonly watch?: boolean }) => {
      const peers = words.map(parsePeerName);
      const warned = new Set<string>();
      const warn = (text: string): void => {
        // Who looks every second says it once.
        if (!warned.has(text)) standardError.write(`pppctl: not in the history: ${text}\n`);
        warned.add(text);
      };
      const found = { known: new Map(), failures: new Map(), warn };
      const look = (): Promise<PeerStatus[]> => showStatus(peers, world, found);
      if (options.watch === true) {
        const { watchStatus } = await import("./watch-status.ts");
        const watch = { world, signal, ...deps.terminal(), json: options.json === true };
        finish(exitStatus(peers, await watchStatus(look, watch)));
        return;
      }
      let states = await look();
      let before: PeerStatus[] = [];
      let ms = 0;
      if (states.some(({ state }) => state === "up")) {
        const started = world.clock.now();
        // Told to end meanwhile, it says what it has seen.
        await world.clock.sleep(sampleMs, signal).catch(() => undefined);
        before = states;
        states = await look();
        ms = world.clock.now() - started;
      }
      const now = world.clock.wallTime();
      const all = states.map((status) => ({
        status,
        rates: ratesBetween(
          before.find(({ peer }) => peer === status.peer),
          status,
          ms,
        ),
      }));
      const json = all.map(({ status, rates }) => withRates(status, rates));
      const text = all.map(({ status, rates }) => describeStatus(status, rates, now)).join("");
      print(options.json === true ? `${JSON.stringify(json)}\n` : text || "no link is up\n");
      finish(exitStatus(peers, states));
    });
}

function exitStatus(peers: readonly string[], states: readonly PeerStatus[]): number {
  // A watch that was ended before it saw anything has seen none up.
  return peers.length > 0 && (states.length === 0 || states.some(({ state }) => state !== "up")) ? notUp : 0;
}
