import { spawn } from "node:child_process";
import { constants } from "node:os";
import { catchSignals } from "./catch-signals.ts";
import { composeWorld } from "./compose.ts";
import { ponProgram } from "./pon-program.ts";
import { runMain } from "./run-command.ts";

runMain("pon", async () => {
  const signals = catchSignals();
  let status = 0;
  const program = ponProgram(
    {
      world: composeWorld(process.env, import.meta.url),
      env: process.env,
      signal: signals.signal,
      runProgram: (path) =>
        new Promise((resolve, reject) => {
          const child = spawn(path, [], { stdio: "inherit" });
          child.once("error", reject);
          child.once("exit", (code, signal) =>
            resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])),
          );
        }),
    },
    (result) => {
      status = result;
    },
  );
  try {
    await program.parseAsync(process.argv);
  } finally {
    signals.release();
  }
  return status;
});
