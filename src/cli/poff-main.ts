import { poffProgram } from "./poff-program.ts";
import { runMain } from "./run-command.ts";

runMain("poff", async () => {
  let status = 0;
  const world = async () => (await import("./compose.ts")).composeWorld(process.env, import.meta.url);
  await poffProgram(world, (result) => {
    status = result;
  }).parseAsync(process.argv);
  return status;
});
