import { composeWorld } from "./compose.ts";
import { poffProgram } from "./poff-program.ts";
import { runMain } from "./run-command.ts";

runMain("poff", async () => {
  let status = 0;
  await poffProgram(composeWorld(process.env, import.meta.url), (result) => {
    status = result;
  }).parseAsync(process.argv);
  return status;
});
