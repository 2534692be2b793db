import type { Command } from "commander";
import type { World } from "../app/deps.ts";
import { type KeepState, keep } from "../app/keep.ts";
import { parsePeerName } from "../core/peer-name.ts";
import { formatLocalTime } from "../link/local-calendar.ts";
import { makeProgress } from "./progress.ts";
import { standardError } from "./standard-streams.ts";

const help = `
Stays in the foreground: dials, probes (PON_PROBE), dials again by the cause of a failure, falls over to the peers of
PON_FALLBACK and returns. \`pppctl help settings\` lists what a peer file can set. SIGTERM and SIGINT end the links.
A link that \`poff\` ended stays down until \`pon\` brings it up. Peer files are read anew before each dial.
Below systemd it says READY=1, STATUS= and WATCHDOG=1 (Type=notify).

Examples:
  pppctl keep yosefcom
  pppctl keep yosefcom office -v

Exit status: 0 ended by SIGTERM or SIGINT; 2 a mistake in a peer file.`;

export interface KeepDeps {
  readonly world: World;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  readonly print: (text: string) => void;
  /** See io/sd-notify.ts. */
  readonly openNotifier: (env: NodeJS.ProcessEnv) => Promise<((text: string) => void) | undefined>;
}

/** Add `keep` to pppctl: the supervisor. */
export function registerKeepCommand(program: Command, deps: KeepDeps): Command {
  return program
    .command("keep")
    .description("Keep links up, in the foreground: probe, redial, fall over, return")
    .argument("<peers...>", "as given to pon")
    .option("-v, --verbose", "show the dialogue with the modem")
    .addHelpText("after", help)
    .action(async (names: string[], options: { readonly verbose?: boolean }) => {
      const { world, env, signal, print } = deps;
      const peers = [...new Set(names)].map(parsePeerName);
      const notify = await deps.openNotifier(env);
      const states = new Map<string, string>();
      const stop = new AbortController();
      const progress = new Map<string, ReturnType<typeof makeProgress>>();
      const kept = keep(
        {
          peers,
          signal,
          onReady: () => notify?.("READY=1"),
          onEvent: (peer, event) => {
            const shown =
              progress.get(peer) ??
              makeProgress({ peer, stream: standardError, env, verbose: true, clock: world.clock });
            progress.set(peer, shown);
            if (options.verbose === true || (event.type !== "sent" && event.type !== "received")) shown.show(event);
          },
          onState: (peer, state) => {
            const text = describeState(state, peer, world);
            if (states.get(peer) === text) return;
            states.set(peer, text);
            print(`${peer}: ${text}\n`);
            notify?.(`STATUS=${[...states].map(([name, each]) => `${name}: ${each}`).join("; ")}`);
          },
        },
        world,
      ).finally(() => stop.abort());
      await Promise.all([kept, feedWatchdog(notify, env, stop.signal, world)]);
      notify?.("STOPPING=1");
    });
}

/** Twice in the time that systemd gives (sd_watchdog_enabled(3)). */
async function feedWatchdog(
  notify: ((text: string) => void) | undefined,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
  world: World,
): Promise<void> {
  const microseconds = Number(env["WATCHDOG_USEC"] ?? 0);
  if (notify === undefined || !(microseconds > 0)) return;
  while (!signal.aborted) {
    notify("WATCHDOG=1");
    await world.clock.sleep(microseconds / 2000, signal).catch(() => undefined);
  }
}

function describeState(state: KeepState, peer: string, world: World): string {
  switch (state.kind) {
    case "up":
      return `up${state.iface === undefined ? "" : ` on ${state.iface}`}${state.by === peer ? "" : `, by ${state.by}`}`;
    case "dialing":
      return `dialing${state.by === peer ? "" : ` ${state.by}`}`;
    case "waiting": {
      const { until, why } = state;
      if (until === undefined) return `waiting: ${why}`;
      const clock = formatLocalTime({ wall: until, offset: world.localOffset(until) });
      return `waiting until ${clock}: ${why}`;
    }
    default:
      return state satisfies never;
  }
}
