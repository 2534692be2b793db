/** What bin/hooks/* run: pppd waits for it, so it loads nothing but what the scripts need. */
import { createHookDeps } from "../io/hook-deps.ts";
import { runHookCommand } from "./hook-command.ts";

const warn = (line: string): void => void process.stderr.write(`pppctl hook: ${line}\n`);
runHookCommand(process.argv.slice(2), process.env, createHookDeps(), warn).then((status) => {
  process.exitCode = status;
});
