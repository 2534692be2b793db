import type { Command } from "commander";
import type { World } from "../app/deps.ts";
import type { catchSignals } from "./catch-signals.ts";
import { standardError, standardOutput } from "./standard-streams.ts";
import type { UpDeps } from "./up-command.ts";

/** Adds a subcommand; what it returns, if anything, are the words that commander is to read in place of our own. */
type Register = (
  program: Command,
  finish: (status: number) => void,
  signals: ReturnType<typeof catchSignals>,
) => readonly string[] | undefined;

async function theWorld(): Promise<World> {
  const { composeWorld } = await import("./compose.ts");
  return composeWorld(process.env, import.meta.url);
}

/** What the commands share that bring links up. */
async function upDeps(): Promise<Omit<UpDeps, "signal" | "finish">> {
  return {
    world: await theWorld(),
    env: process.env,
    print: (text) => standardOutput.write(text),
    printError: (text) => standardError.write(text),
  };
}

/** Every subcommand of pppctl; its code is loaded only when it is called (fast start). */
export const subcommands: Readonly<
  Record<string, { readonly description: string; readonly load: () => Promise<Register> }>
> = {
  status: {
    description: "Show which links are up, dialing or down",
    load: async () => {
      const { registerStatusCommand } = await import("./status-command.ts");
      const world = await theWorld();
      return (program, finish, { signal }) => {
        const terminal = (): Pick<typeof process, "stdin" | "stdout"> => process;
        const print = (text: string): void => standardOutput.write(text);
        registerStatusCommand(program, { world, signal, terminal, print, finish });
        return undefined;
      };
    },
  },
  history: {
    description: "List the calls that have ended, with totals by day and month",
    load: async () => {
      const { registerHistoryCommand } = await import("./history-command.ts");
      const world = await theWorld();
      const print = (text: string): void => standardOutput.write(text);
      return (program) => {
        registerHistoryCommand(program, world, print);
        return undefined;
      };
    },
  },
  metrics: {
    description: "Print links and calls for Prometheus",
    load: async () => {
      const { registerMetricsCommand } = await import("./metrics-command.ts");
      const { writeFileAtomically } = await import("../io/record-store.ts");
      const world = await theWorld();
      const print = (text: string): void => standardOutput.write(text);
      return (program) => {
        registerMetricsCommand(program, { world, print, writeFile: writeFileAtomically });
        return undefined;
      };
    },
  },
  show: {
    description: "Show the options of a peer as pppd reads them, and where each comes from",
    load: async () => {
      const { registerShowCommand } = await import("./show-command.ts");
      const world = await theWorld();
      const print = (text: string): void => standardOutput.write(text);
      return (program, finish) => {
        registerShowCommand(program, world, { print, finish });
        return undefined;
      };
    },
  },
  check: {
    description: "Find what is wrong with peers before they are called",
    load: async () => {
      const { registerCheckCommand } = await import("./check-command.ts");
      const { listHookFiles } = await import("../io/hook-files.ts");
      const { listPeers } = await import("../io/list-peers.ts");
      const { systemMachine } = await import("../io/machine-facts.ts");
      const { styleFor } = await import("./style.ts");
      const world = await theWorld();
      const style = styleFor(standardOutput, process.env);
      const print = (text: string): void => standardOutput.write(text);
      return (program, finish) => {
        const hookFiles: Parameters<typeof registerCheckCommand>[1]["hookFiles"] = (event, linkname) =>
          listHookFiles("/etc/ppp", event, linkname);
        const machine = systemMachine(process.env);
        registerCheckCommand(program, { world, machine, listPeers, hookFiles, print, finish, style });
        return undefined;
      };
    },
  },
  up: {
    description: "Bring several links up, side by side",
    load: async () => {
      const { registerUpCommand } = await import("./up-command.ts");
      const deps = await upDeps();
      return (program, finish, { signal }) => {
        registerUpCommand(program, { ...deps, signal, finish });
        return undefined;
      };
    },
  },
  down: {
    description: "End several links, side by side",
    load: async () => {
      const { registerDownCommand } = await import("./up-command.ts");
      const deps = await upDeps();
      return (program, finish, { signal }) => {
        registerDownCommand(program, { ...deps, signal, finish });
        return undefined;
      };
    },
  },
  keep: {
    description: "Keep links up, in the foreground: probe, redial, fall over, return",
    load: async () => {
      const { registerKeepCommand } = await import("./keep-command.ts");
      const { openNotifier } = await import("../io/sd-notify.ts");
      const deps = await upDeps();
      return (program, _finish, { signal }) => {
        registerKeepCommand(program, { ...deps, signal, openNotifier });
        return undefined;
      };
    },
  },
  ensure: {
    description: "See that links are up: one attempt for each that is not (for cron)",
    load: async () => {
      const { registerEnsureCommand } = await import("./ensure-command.ts");
      const deps = await upDeps();
      return (program, finish, { signal }) => {
        registerEnsureCommand(program, { ...deps, signal, finish });
        return undefined;
      };
    },
  },
  unblock: {
    description: "Let a peer be dialed again that was blocked after a refused password",
    load: async () => {
      const { registerUnblockCommand } = await import("./unblock-command.ts");
      const world = await theWorld();
      const print = (text: string): void => standardOutput.write(text);
      return (program) => {
        registerUnblockCommand(program, world, print);
        return undefined;
      };
    },
  },
  repair: {
    description: "Undo what a link that crashed has left on this machine: routes, name servers, what its hooks undo",
    load: async () => {
      const { registerRepairCommand } = await import("./repair-command.ts");
      const world = await theWorld();
      const print = (text: string): void => standardOutput.write(text);
      return (program) => {
        registerRepairCommand(program, world, print);
        return undefined;
      };
    },
  },
  explain: {
    description: "Say why a call failed or ended, and what to do about it",
    load: async () => {
      const { registerExplainCommand } = await import("./explain-command.ts");
      const world = await theWorld();
      const print = (text: string): void => standardOutput.write(text);
      return (program) => {
        registerExplainCommand(program, world, print);
        return undefined;
      };
    },
  },
  simulate: {
    description: "Be a modem, to rehearse a dial-up without a telephone line",
    load: async () => {
      const { registerSimulateCommand } = await import("./simulate-command.ts");
      const { simulateDeps } = await import("../io/simulate-deps.ts");
      const print = (line: string): void => standardOutput.write(`${line}\n`);
      return (program, _finish, { signal }) => {
        registerSimulateCommand(program, { ...simulateDeps, signal, print });
        return undefined;
      };
    },
  },
  rehearse: {
    description: "Dial a peer's script on a simulated modem and show the dialogue",
    load: async () => {
      const { registerRehearseCommand } = await import("./rehearse-command.ts");
      const { startRehearsalModem } = await import("../io/rehearsal-modem.ts");
      const { simulateDeps } = await import("../io/simulate-deps.ts");
      const world = await theWorld();
      const print = (line: string): void => standardOutput.write(`${line}\n`);
      return (program, _finish, { signal }) => {
        registerRehearseCommand(program, { ...simulateDeps, startRehearsalModem, world, signal, print });
        return undefined;
      };
    },
  },
  dial: {
    description: "Dial a peer on the line that pppd gives us (pppd's option connect)",
    load: async () => {
      const { registerDialCommand } = await import("./dial-command.ts");
      const world = await theWorld();
      return (program, _finish, { signal }) => {
        const printError = (line: string): void => standardError.write(`${line}\n`);
        registerDialCommand(program, { world, env: process.env, signal, printError, parentPid: process.ppid });
        return undefined;
      };
    },
  },
  chat: {
    description: "Run a chat script on a line, as chat(8) does",
    load: async () => {
      const { asksChatHelp, registerChatCommand } = await import("./chat-command.ts");
      const { composeChatWorld } = await import("./compose-chat.ts");
      return (program, finish, { signal, ignoreHangup }) => {
        const { words, world } = composeChatWorld(ignoreHangup);
        const stderrIsTerminal = standardError.isTTY;
        registerChatCommand(program, { world, words, signal, stderrIsTerminal }, finish);
        return asksChatHelp(words) ? ["chat", "--help"] : ["chat"];
      };
    },
  },
  hooks: {
    description: "List the scripts that a peer's calls would run, and why one is skipped",
    load: async () => {
      const { registerHooksCommand } = await import("./hooks-command.ts");
      const { listHookFiles } = await import("../io/hook-files.ts");
      const world = await theWorld();
      const print = (text: string): void => standardOutput.write(text);
      return (program) => {
        const hookFiles: Parameters<typeof registerHooksCommand>[1]["hookFiles"] = (event, linkname) =>
          listHookFiles("/etc/ppp", event, linkname);
        registerHooksCommand(program, { world, hookFiles, print });
        return undefined;
      };
    },
  },
  install: {
    description: "Put the manual pages, completions and system files in place",
    load: async () => {
      const { registerInstallCommand } = await import("./install-command.ts");
      const { installDeps } = await import("../io/install-deps.ts");
      const print = (text: string): void => standardOutput.write(text);
      return (program, finish) => {
        registerInstallCommand(program, { install: installDeps(import.meta.url), print, finish });
        return undefined;
      };
    },
  },
  uninstall: {
    description: "Remove exactly the files that `pppctl install` wrote",
    load: async () => {
      const { registerUninstallCommand } = await import("./install-command.ts");
      const { installDeps } = await import("../io/install-deps.ts");
      const print = (text: string): void => standardOutput.write(text);
      return (program, finish) => {
        registerUninstallCommand(program, { install: installDeps(import.meta.url), print, finish });
        return undefined;
      };
    },
  },
  hook: {
    description: "Run the scripts of ip-up.d and its like, as pppd calls it",
    load: async () => {
      const { registerHookCommand } = await import("./hook-subcommand.ts");
      const { createHookDeps } = await import("../io/hook-deps.ts");
      return (program, finish) => {
        registerHookCommand(program, createHookDeps(), process.env, finish);
        return undefined;
      };
    },
  },
};
