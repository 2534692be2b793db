import type { Command } from "commander";
import {
  type InstallDeps,
  type InstallRequest,
  type InstallStep,
  installFiles,
  uninstallFiles,
} from "../app/install-files.ts";
import { ExitCode } from "../core/exit-codes.ts";

interface InstallOptions {
  readonly dryRun?: boolean;
  readonly root?: string;
  readonly json?: boolean;
}

interface InstallCommandDeps {
  readonly install: InstallDeps;
  readonly print: (text: string) => void;
  readonly finish: (status: number) => void;
}

const installHelp = `
A file that is there and that pppctl did not write, or that was changed since, stays as it is. What was written is
remembered in /var/lib/pppctl/installed.json.

Examples:
  pppctl install --dry-run          list every file, write none
  pppctl install                    as root
  pppctl install --root /tmp/stage  below another directory, for a package

Exit status: 0 done; 1 a file could not be written, or stayed as it is.`;

const uninstallHelp = `
A file that was changed since stays, and is named.

Examples:
  pppctl uninstall --dry-run
  pppctl uninstall

Exit status: 0 done; 1 a file could not be removed, or stayed because it was changed.`;

/** Add `install` to pppctl. */
export function registerInstallCommand(program: Command, deps: InstallCommandDeps): Command {
  return addCommand(program, "install", "Put the manual pages, completions and system files in place", {
    help: installHelp,
    run: (request) => installFiles(request, deps.install),
    deps,
  });
}

/** Add `uninstall` to pppctl. */
export function registerUninstallCommand(program: Command, deps: InstallCommandDeps): Command {
  return addCommand(program, "uninstall", "Remove exactly the files that `pppctl install` wrote", {
    help: uninstallHelp,
    run: (request) => uninstallFiles(request, deps.install),
    deps,
  });
}

function addCommand(
  program: Command,
  name: string,
  description: string,
  { help, run, deps }: { help: string; run: (request: InstallRequest) => InstallStep[]; deps: InstallCommandDeps },
): Command {
  return program
    .command(name)
    .description(description)
    .option("--dry-run", "say what would be done, and do nothing")
    .option("--root <path>", "below this directory instead of /")
    .option("--json", "print as JSON")
    .addHelpText("after", help)
    .action(({ dryRun = false, root = "", json = false }: InstallOptions) => {
      const steps = run({ root: root.replace(/\/+$/, ""), dryRun });
      deps.print(json ? `${JSON.stringify(steps)}\n` : steps.map((step) => describe(step, dryRun)).join(""));
      if (!json && steps.length === 0) deps.print("nothing to do\n");
      deps.finish(steps.some(({ action }) => action === "foreign") ? ExitCode.fatal : ExitCode.ok);
    });
}

function describe({ path, why, action }: InstallStep, dryRun: boolean): string {
  const would = dryRun ? "would be " : "";
  switch (action) {
    case "write":
      return `${path}: ${would}written (${why})\n`;
    case "same":
      return `${path}: in place (${why})\n`;
    case "foreign":
      return `${path}: left alone, it is not as pppctl wrote it (${why})\n`;
    case "remove":
      return `${path}: ${would}removed (${why})\n`;
    case "gone":
      return `${path}: not there any more (${why})\n`;
    default:
      return action satisfies never;
  }
}
