import { Command, CommanderError } from "commander";
import { PppctlError } from "../core/errors.ts";
import { ExitCode } from "../core/exit-codes.ts";
import { standardError, standardOutput } from "./standard-streams.ts";

/** A commander program that throws instead of exiting and that words its errors as all of ours. */
export function makeProgram(name: string): Command {
  return new Command(name)
    .exitOverride()
    .configureOutput({
      outputError: () => undefined,
      writeOut: standardOutput.write,
      getOutHelpWidth: () => standardOutput.columns ?? 80,
      getOutHasColors: () => false,
    })
    .helpOption("-h, --help", "show this help")
    .showSuggestionAfterError(true);
}

/**
 * The only catch-all: runs a program and turns whatever it throws into one line, a
 * hint and an exit status.
 *
 * @param usage exit status for a wrong option
 */
export function runMain(name: string, run: () => Promise<number>, usage: number = ExitCode.options): void {
  // Until something says otherwise: node ends with 0 when nothing is left that could settle a promise.
  process.exitCode = ExitCode.fatal;
  const end = (status: number): void => {
    process.exitCode = status;
  };
  run().then(end, (error: unknown) => end(reportError(name, error, usage)));
}

/** Print an error as `pon: what` and `hint: do this` on standard error; returns its exit status, `usage` for a wrong option. */
export function reportError(name: string, error: unknown, usage: number = ExitCode.options): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return ExitCode.ok;
    const [first, ...rest] = error.message.replace(/^error: /, "").split("\n");
    const suggestion = rest.join(" ").replace(/[()]/g, "").trim();
    printError(name, first ?? "", suggestion || `${name} --help shows the options`);
    return usage;
  }
  if (error instanceof PppctlError) {
    printError(name, error.message, error.hint);
    return error.exitCode;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  printError(name, `unexpected: ${text}`, "this is a bug of pppctl; please report it with the lines above");
  return ExitCode.fatal;
}

function printError(name: string, message: string, hint: string | undefined): void {
  standardError.write(`${name}: ${message}\n${hint === undefined ? "" : `hint: ${hint}\n`}`);
}
