import { Command } from "commander";

/** Print plog's help. Its options are tail's, so commander parses none of them. */
export function printPlogHelp(): void {
  new Command("plog")
    .usage("[tail options]")
    .description(
      "Show what pppd, chat and pppctl logged: /var/log/ppp.log, else their lines of /var/log/syslog, else of the journal.",
    )
    .helpOption("--help", "show this help")
    .addHelpText(
      "after",
      `
tail(1) gets every other option as it is; -f also follows a log that is rotated.

Examples:
  plog                 the last 10 lines
  plog -n 50           the last 50 lines
  plog -f              go on showing what is logged, until Ctrl-C
  plog -n +1           everything

Exit status: tail's; 1 when /var/log/syslog has no such line.`,
    )
    .outputHelp();
}
