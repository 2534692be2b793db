/** plog: a thin wrapper of tail(1) that must start as fast as one, so commander is loaded for the help only. */
import { showLog } from "../app/show-log.ts";
import { createLogDeps } from "../io/log-deps.ts";

const args = process.argv.slice(2);
if (args.includes("--help")) {
  const { printPlogHelp } = await import("./plog-program.ts");
  printPlogHelp();
} else {
  try {
    process.exitCode = await showLog(args, createLogDeps());
  } catch (error) {
    const { reportError } = await import("./run-main.ts");
    process.exitCode = reportError("plog", error);
  }
}
