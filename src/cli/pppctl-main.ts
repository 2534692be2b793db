import { catchSignals } from "./catch-signals.ts";
import { subcommands } from "./compose-subcommands.ts";
import { makeProgram, runMain } from "./run-command.ts";
import { standardOutput } from "./standard-streams.ts";
import { version } from "./version.ts";

const help = `
Examples:
  pppctl status yosefcom
  pppctl simulate --link /tmp/modem
  pppctl COMMAND --help
  pppctl help settings          what a peer file can set (PON_REDIAL, PON_PHONE, …)

pon, poff and plog bring links up, end them and show their log.`;

runMain("pppctl", async () => {
  const program = makeProgram("pppctl")
    .description("Dial-up connection manager: what pon, poff and plog do not do")
    .version(version, "-V, --version", "show the version")
    .addHelpText("after", help);
  const signals = catchSignals();
  let status = 0;
  const given = process.argv.slice(2);
  const asked = given.length === 2 && given[0] === "help" ? given[1] : undefined;
  const called = asked ?? given[0];
  let words: readonly string[] = asked === undefined ? given : [asked];
  for (const [name, { description, load }] of Object.entries(subcommands)) {
    if (name !== called) program.command(name).description(description);
    else {
      const own = (await load())(program, (result) => (status = result), signals);
      words = asked === undefined ? (own ?? words) : [name, "--help"];
    }
  }
  try {
    if (words.length === 0 || words.join() === "help") program.outputHelp();
    else if (asked === "settings") {
      const { settingsText } = await import("../link/describe-settings.ts");
      standardOutput.write(settingsText());
    } else await program.parseAsync(words, { from: "user" });
  } finally {
    signals.release();
  }
  return status;
});
