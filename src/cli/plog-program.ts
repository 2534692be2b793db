import { Command } from "commander";

/** Print plog's help. Its options are tail's, so commander parses none of them. */
export function printPlogHelp(): void {
  new Command("plog")
    .usage("[tail options] | PEER [-f] [-n N] [--since TIME] [--json]")
    .description(
      "Show what pppd, chat and pppctl logged: /var/log/ppp.log, else their lines of /var/log/syslog, else of the journal; or all of a peer's last call by pon: the dialogue with the modem, pppd's lines, what the hooks did.",
    )
    .argument("[peer]", "a peer's last call, all of it")
    .option("-f", "go on showing what is logged")
    .option("-n <lines>", "the last so many lines")
    .option("--since <time>", "what was logged since then")
    .option("--json", "print as JSON: docs/json.md")
    .helpOption("--help", "show this help")
    .addHelpText(
      "after",
      `
Without a peer tail(1) gets every option as it is; -f also follows a log that is rotated. A word that is no option is a
peer; tail's file is named by a path (./NAME). --since (30min, 2h, 1d, today, 14:05, '2026-11-20 14:05') and --json
(docs/json.md) also work without a peer. A time after < is the latest that the line can be of.

Examples:
  plog                 the last 10 lines
  plog -n 50           the last 50 lines
  plog -f              go on showing what is logged, until Ctrl-C
  plog -n +1           everything
  plog yosefcom        all of its last call, with times
  plog yosefcom -f     and what is to come
  plog --since 2h      what the system's log has of the last two hours

Exit status: tail's; 1 when there is no such line; 2 wrong usage.`,
    )
    .outputHelp();
}
