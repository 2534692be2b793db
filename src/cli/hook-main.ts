/** What bin/hooks/* run: pppd waits for it, so it loads nothing but what the scripts need. */
import { createHookDeps, outlivePppd } from "../io/hook-deps.ts";
import { runHookCommand } from "./hook-command.ts";

outlivePppd();
process.exitCode = await runHookCommand(process.argv.slice(2), process.env, createHookDeps(), (line) =>
  process.stderr.write(`pppctl hook: ${line}\n`),
);
