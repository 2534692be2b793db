import type { Command } from "commander";
import type { World } from "../app/deps.ts";
import { catchSignals } from "./catch-signals.ts";
import { makeProgram, runMain } from "./run-command.ts";
import { version } from "./version.ts";

type Register = (program: Command, finish: (status: number) => void, signal: AbortSignal) => void;

async function theWorld(): Promise<World> {
  const { composeWorld } = await import("./compose.ts");
  return composeWorld(process.env, import.meta.url);
}

/** Every subcommand; its code is loaded only when it is called (fast start). */
const subcommands: Readonly<Record<string, { readonly description: string; readonly load: () => Promise<Register> }>> =
  {
    status: {
      description: "Show which links are up, dialing or down",
      load: async () => {
        const { registerStatusCommand } = await import("./status-command.ts");
        const world = await theWorld();
        return (program, finish) => void registerStatusCommand(program, world, finish);
      },
    },
    simulate: {
      description: "Be a modem, to rehearse a dial-up without a telephone line",
      load: async () => {
        const { registerSimulateCommand } = await import("./simulate-command.ts");
        const { simulateDeps } = await import("../io/simulate-deps.ts");
        const print = (line: string): void => void process.stdout.write(`${line}\n`);
        return (program, _finish, signal) => void registerSimulateCommand(program, { ...simulateDeps, signal, print });
      },
    },
    dial: {
      description: "Dial a peer on the line that pppd gives us (pppd's option connect)",
      load: async () => {
        const { registerDialCommand } = await import("./dial-command.ts");
        const world = await theWorld();
        return (program, _finish, signal) => {
          registerDialCommand(program, { world, env: process.env, signal, parentPid: process.ppid });
        };
      },
    },
    hook: {
      description: "Run the scripts of ip-up.d and its like, as pppd calls it",
      load: async () => {
        const { registerHookCommand } = await import("./hook-subcommand.ts");
        const { createHookDeps } = await import("../io/hook-deps.ts");
        return (program, finish) => void registerHookCommand(program, createHookDeps(), process.env, finish);
      },
    },
  };

const help = `
Examples:
  pppctl status yosefcom
  pppctl simulate --link /tmp/modem
  pppctl COMMAND --help

pon, poff and plog bring links up, end them and show their log.`;

runMain("pppctl", async () => {
  const program = makeProgram("pppctl")
    .description("Dial-up connection manager: what pon, poff and plog do not do")
    .version(version, "-V, --version", "show the version")
    .addHelpText("after", help);
  const signals = catchSignals();
  let status = 0;
  const called = process.argv[2] ?? "";
  for (const [name, { description, load }] of Object.entries(subcommands)) {
    if (name !== called) program.command(name).description(description);
    else (await load())(program, (result) => (status = result), signals.signal);
  }
  try {
    if (process.argv.length <= 2) program.outputHelp();
    else await program.parseAsync(process.argv);
  } finally {
    signals.release();
  }
  return status;
});
