import { catchSignals } from "./catch-signals.ts";
import { composeWorld } from "./compose.ts";
import { describeEnsure } from "./ensure-command.ts";
import { makeProgram, runMain } from "./run-command.ts";
import { standardError, standardOutput } from "./standard-streams.ts";
import { version } from "./version.ts";

runMain("check-ppp-connection", async () => {
  const signals = catchSignals();
  let status = 0;
  const program = describeEnsure(makeProgram("check-ppp-connection"), {
    world: composeWorld(process.env, import.meta.url),
    env: process.env,
    signal: signals.signal,
    print: (text) => standardOutput.write(text),
    printError: (text) => standardError.write(text),
    finish: (result) => {
      status = result;
    },
  }).version(version, "-V, --version", "show the version");
  try {
    await program.parseAsync(process.argv);
  } finally {
    signals.release();
  }
  return status;
});
