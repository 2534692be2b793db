import type { Command } from "commander";
import type { HookDeps } from "../app/run-hooks.ts";
import { hookEvents } from "../hooks/hook-event.ts";
import { runHookCommand } from "./hook-command.ts";

const help = `
pppd calls bin/hooks/EVENT of this package with the same six arguments. Scripts of
/etc/ppp/EVENT.d/ run in order, by run-parts' rules; those of /etc/ppp/EVENT.d/LINKNAME/
after the ones up to 05.

Example:
  LINKNAME=yosefcom pppctl hook ip-up ppp0 /dev/ttyS0 115200 10.0.0.2 10.0.0.1 ""

Exit status: 0 whatever the scripts did (they are named in the log); 2 no such event.`;

/** Add \`hook\` to pppctl: run the scripts of an event by hand, as pppd has it done. */
export function registerHookCommand(
  program: Command,
  deps: HookDeps,
  env: NodeJS.ProcessEnv,
  finish: (status: number) => void,
): Command {
  return program
    .command("hook")
    .description("Run the scripts of ip-up.d and its like, as pppd calls it")
    .argument("<event>", `one of ${hookEvents.join(", ")}`)
    .argument("[arguments...]", "IFACE TTY SPEED LOCAL REMOTE IPPARAM")
    .addHelpText("after", help)
    .action(async (event: string, words: string[]) => {
      const warn = (line: string): void => void process.stderr.write(`pppctl hook: ${line}\n`);
      finish(await runHookCommand([event, ...words], env, deps, warn));
    });
}
