import { type HookDeps, runHooks } from "../app/run-hooks.ts";
import { ExitCode } from "../core/exit-codes.ts";
import { readHookArguments } from "../hooks/hook-arguments.ts";
import type { HookVariables } from "../hooks/hook-environment.ts";
import { hookEvents, isHookEvent } from "../hooks/hook-event.ts";

/**
 * `EVENT IFACE TTY SPEED LOCAL REMOTE IPPARAM`, as a shim or `pppctl hook` gets it.
 * Nothing in the words or in the environment says where the scripts are: root runs this.
 *
 * @param warn prints a line for whoever runs it by hand; pppd has no ear for it.
 * @returns the exit status: 0 whatever the scripts did, as from Debian's /etc/ppp/ip-up.
 */
export async function runHookCommand(
  words: readonly string[],
  env: HookVariables,
  deps: HookDeps,
  warn: (line: string) => void,
): Promise<number> {
  const [event, ...rest] = words;
  if (!isHookEvent(event)) {
    warn(`${event === undefined ? "an event is missing" : `${JSON.stringify(event)} is no event`}`);
    warn(`hint: name one of ${hookEvents.join(", ")}, and pppd's six arguments after it`);
    return ExitCode.options;
  }
  try {
    await runHooks({ event, args: readHookArguments(rest), env }, deps);
    return ExitCode.ok;
  } catch (error) {
    const line = `${event}: ${error instanceof Error ? error.message : String(error)}`;
    deps.report(line);
    warn(line);
    return ExitCode.fatal;
  }
}
