/** plog: a thin wrapper of tail(1) that must start as fast as one, so commander is loaded for the help only. */
import { showLog } from "../app/show-log.ts";
import { createLogDeps } from "../io/log-deps.ts";

const args = process.argv.slice(2);

async function run(): Promise<number> {
  if (args.includes("--help")) {
    const { printPlogHelp } = await import("./plog-program.ts");
    printPlogHelp();
    return 0;
  }
  return showLog(args, createLogDeps());
}

run().then(
  (status) => {
    process.exitCode = status;
  },
  async (error: unknown) => {
    const { reportError } = await import("./run-command.ts");
    process.exitCode = reportError("plog", error);
  },
);
