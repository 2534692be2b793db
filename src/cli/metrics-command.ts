import type { Command } from "commander";
import type { World } from "../app/deps.ts";
import { formatMetrics } from "../app/format-metrics.ts";
import { showStatus } from "../app/show-status.ts";
import { PppctlError } from "../core/errors.ts";
import { ExitCode } from "../core/exit-codes.ts";

const help = `
Examples:
  pppctl metrics
  pppctl metrics --output /var/lib/prometheus/node-exporter/pppctl.prom

Exit status: 0; 1 the file could not be written.`;

export interface MetricsCommandDeps {
  readonly world: World;
  readonly print: (text: string) => void;
  /** Whole or not at all; throws when it cannot be written. */
  readonly writeFile: (path: string, text: string) => void;
}

/** Add \`metrics\` to pppctl. */
export function registerMetricsCommand(program: Command, { world, print, writeFile }: MetricsCommandDeps): Command {
  return program
    .command("metrics")
    .description("Print links and calls for Prometheus (node_exporter's textfile collector)")
    .option("-o, --output <file>", "write this file, whole or not at all")
    .addHelpText("after", help)
    .action(async ({ output }: { readonly output?: string }) => {
      const text = formatMetrics(await showStatus([], world), world.history.read());
      if (output === undefined) {
        print(text);
        return;
      }
      try {
        writeFile(output, text);
      } catch (error) {
        throw new PppctlError({
          code: "metrics.output",
          message: `${output} cannot be written: ${error instanceof Error ? error.message : String(error)}`,
          exitCode: ExitCode.fatal,
          hint: "name a file in a directory that you may write",
        });
      }
    });
}
