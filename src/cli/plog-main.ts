/** plog: a thin wrapper of tail(1) that must start as fast as one, so commander is loaded for the help only. */
import { parseLogRequest } from "../app/log-request.ts";
import { showLog } from "../app/show-log.ts";
import { createLogDeps } from "../io/log-deps.ts";

const args = process.argv.slice(2);

async function run(): Promise<number> {
  if (args.includes("--help")) {
    const { printPlogHelp } = await import("./plog-program.ts");
    printPlogHelp();
    return 0;
  }
  const request = parseLogRequest(args);
  if (request.kind === "system") return showLog(request.args, createLogDeps());
  const { showLogLines } = await import("../app/show-log-lines.ts");
  const { createLogLineDeps } = await import("../io/log-line-deps.ts");
  return showLogLines(request, createLogLineDeps());
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
