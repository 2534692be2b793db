import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { settingsText } from "../src/link/describe-settings.ts";
import { planCompletion } from "./manual/completion-plan.ts";
import { formatBashCompletion } from "./manual/format-bash-completion.ts";
import { formatFishCompletion } from "./manual/format-fish-completion.ts";
import { formatManPage } from "./manual/format-man-page.ts";
import { formatZshCompletion } from "./manual/format-zsh-completion.ts";
import { type HelpPage, parseHelp } from "./manual/parse-help.ts";

const checkout = join(import.meta.dirname, "../..");
const share = join(checkout, "dist/share");

/** Asks a built command for its --help, on no terminal. */
function readHelp(name: string): Promise<HelpPage> {
  const [program = "", ...words] = name.split(" ");
  return new Promise((resolve, reject) => {
    const main = join(checkout, "dist", `${program}-main.js`);
    const child = spawn(process.execPath, [main, ...words, "--help"], { stdio: ["ignore", "pipe", "inherit"] });
    const chunks: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.once("error", reject);
    child.once("close", (status) => {
      if (status !== 0) return reject(new Error(`${name} --help ended with status ${status}`));
      resolve(parseHelp(name, Buffer.concat(chunks).toString()));
    });
  });
}

function write(path: string, text: string): void {
  const target = join(share, path);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, text);
}

/** Part of the build: the manual pages and the completions, from what the built commands print for --help. */
async function writeManual(): Promise<void> {
  const { version } = JSON.parse(readFileSync(join(checkout, "package.json"), "utf8")) as { version: string };
  const [programs, pppctl] = await Promise.all([
    Promise.all(["pon", "poff", "plog"].map(readHelp)),
    readHelp("pppctl"),
  ]);
  const names = pppctl.blocks.flatMap((block) =>
    block.kind === "terms" && block.title === "Commands"
      ? block.rows.map(({ term }) => term.split(/[ |]/)[0] ?? "")
      : [],
  );
  const commands = await Promise.all(names.filter((name) => name !== "help").map((name) => readHelp(`pppctl ${name}`)));

  for (const page of programs) {
    const others = programs.filter((other) => other !== page).map(({ name }) => `${name}(1)`);
    const seeAlso = [...others, "pppctl(8)", "pppd(8)", "chat(8)"];
    write(
      `man/man1/${page.name}.1`,
      formatManPage({ name: page.name, section: 1, version, page, commands: [], more: [], seeAlso }),
    );
  }
  const settings = parseHelp("pppctl", `Usage: pppctl help settings\n\nSettings\n\n${settingsText()}`).blocks;
  const more = [{ title: "Settings of a peer file", blocks: settings }];
  const seeAlso = ["pon(1)", "poff(1)", "plog(1)", "pppd(8)", "chat(8)"];
  write(
    "man/man8/pppctl.8",
    formatManPage({ name: "pppctl", section: 8, version, page: pppctl, commands, more, seeAlso }),
  );

  const plans = programs.map(planCompletion);
  const subcommands = commands.map(planCompletion);
  const bash = formatBashCompletion(plans, subcommands);
  for (const { name } of [...programs, pppctl]) write(`bash-completion/completions/${name}`, bash);
  write("zsh/site-functions/_pppctl", formatZshCompletion(plans, subcommands));
  for (const plan of plans) write(`fish/vendor_completions.d/${plan.name}.fish`, formatFishCompletion(plan, []));
  write("fish/vendor_completions.d/pppctl.fish", formatFishCompletion(planCompletion(pppctl), subcommands));
}

await writeManual();
