import { ExitCode } from "../core/exit-codes.ts";
import { poffProgram } from "./poff-program.ts";
import { runMain } from "./run-command.ts";

async function run(): Promise<number> {
  let status = 0;
  const world = async () => (await import("./compose.ts")).composeWorld(process.env, import.meta.url);
  await poffProgram(world, (result) => {
    status = result;
  }).parseAsync(process.argv);
  return status;
}

// As Debian's poff for an option that it does not have.
runMain("poff", run, ExitCode.fatal);
