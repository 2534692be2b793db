import type { Command } from "commander";
import { connectAgain } from "../app/connect-again.ts";
import type { ConnectResult } from "../app/connect-result.ts";
import type { World } from "../app/deps.ts";
import { planCall } from "../app/plan-call.ts";
import { PppctlError } from "../core/errors.ts";
import { ExitCode } from "../core/exit-codes.ts";
import { parsePeerName } from "../core/peer-name.ts";
import { PeerUnreadableError } from "../peer/peer-error.ts";
import { describePlan } from "./describe-plan.ts";
import { makeProgress } from "./progress.ts";
import { makeProgram } from "./run-command.ts";
import { standardError, standardOutput } from "./standard-streams.ts";

interface PonOptions {
  readonly quick?: boolean;
  readonly wait?: boolean;
  readonly dryRun?: boolean;
  readonly verbose?: boolean;
  readonly json?: boolean;
}

export interface PonDeps {
  readonly world: World;
  readonly env: NodeJS.ProcessEnv;
  /** Aborted by SIGINT, SIGTERM and SIGHUP. */
  readonly signal: AbortSignal;
  /** Become another program: /etc/ppp/ppp_on_boot. Resolves with its exit status. */
  readonly runProgram: (path: string) => Promise<number>;
}

/** Debian's pon without a peer runs this file when it is executable. */
const bootScript = "/etc/ppp/ppp_on_boot";

const help = `
Examples:
  pon yosefcom                  dial, and return when the network is up
  pon --no-wait yosefcom        return when pppd runs in the background
  pon yosefcom debug mtu 1400   words after the peer go to pppd as they are
  pon --dry-run yosefcom        show how it would dial; nothing is touched
  pon -v yosefcom               show the dialogue with the modem

Exit status: 0 the network is up (or pppd runs in the background, and pon says so);
  1 no such peer; 2 mistake in an option or a file; 5 interrupted; 6 line in use;
  7 device; 8 the dial failed; 75 refused by a limit or a block of the peer's
  settings; all others are pppd's own, see pppd(8).`;

/** The command line of pon (Debian's pon(1), and what ours adds). */
export function ponProgram(deps: PonDeps, finish: (status: number) => void): Command {
  return makeProgram("pon")
    .description("Bring a PPP link up: /etc/ppp/peers/PEER, or `provider` without a name")
    .argument("[peer]", "a file below /etc/ppp/peers/")
    .argument("[pppd-arguments...]", "handed to pppd untouched")
    .option("-q, --quick", "hang up again after the ip-up scripts have run")
    .option("--wait", "wait until the network is up, also when ifupdown calls")
    .option("--no-wait", "return as soon as pppd runs in the background")
    .option("--dry-run", "print the plan: how it would dial, and pppd's arguments")
    .option("-v, --verbose", "show the dialogue with the modem")
    .option("--json", "print the result as JSON")
    .passThroughOptions()
    .addHelpText("after", help)
    .action(async (peer: string | undefined, extraWords: string[], options: PonOptions) => {
      finish(await runPon(peer, extraWords, options, deps));
    });
}

async function runPon(
  name: string | undefined,
  extraWords: readonly string[],
  options: PonOptions,
  deps: PonDeps,
): Promise<number> {
  const { world } = deps;
  if (name === undefined && options.dryRun !== true && world.files.isExecutable(bootScript)) {
    return deps.runProgram(bootScript);
  }
  const peer = parsePeerName(name ?? "provider");
  const wait = options.wait ?? !world.startedByIfupdown;
  const request = { peer, extraWords, wait, quick: options.quick === true };
  try {
    if (options.dryRun === true) {
      const plan = await planCall(request, world);
      standardOutput.write(options.json === true ? `${JSON.stringify(plan, undefined, 2)}\n` : describePlan(plan));
      return ExitCode.ok;
    }
    const progress = makeProgress({
      peer,
      stream: standardError,
      env: deps.env,
      verbose: options.verbose === true,
      clock: world.clock,
    });
    try {
      const result = await connectAgain({ ...request, signal: deps.signal, onEvent: progress.show }, world);
      progress.end();
      standardOutput.write(
        options.json === true ? `${JSON.stringify(result)}\n` : `${result.peer}: ${describeResult(result)}\n`,
      );
      return result.exitStatus;
    } finally {
      progress.end();
    }
  } catch (error) {
    if (options.json === true && error instanceof PppctlError) {
      const { code, exitCode, message, hint } = error;
      standardOutput.write(`${JSON.stringify({ peer, state: "failed", code, exitStatus: exitCode, message, hint })}\n`);
    } else if (error instanceof PeerUnreadableError && error.lines !== undefined) {
      // Debian's pon says these on standard output, and scripts read them there.
      standardOutput.write(`${error.lines.join("\n")}\n`);
      return error.exitCode;
    }
    throw error;
  }
}

/** One line that says what is true now. */
export function describeResult(result: ConnectResult): string {
  const seconds = `${(result.elapsedMs / 1000).toFixed(1)} s`;
  switch (result.state) {
    case "up": {
      const rate = result.connectRate === undefined ? "" : `, connected ${result.connectRate}`;
      const remote = result.remote === undefined ? "" : ` -> ${result.remote}`;
      return `up on ${result.iface}, ${result.local}${remote}${rate} (${seconds})`;
    }
    case "background":
      return result.why;
    case "ended":
      return result.why;
    default:
      return result satisfies never;
  }
}
