import type { CompletionOption, CompletionPlan } from "./completion-plan.ts";

/** Completion for fish: one file for each command, which fish loads by its name. */
export function formatFishCompletion(program: CompletionPlan, subcommands: readonly CompletionPlan[]): string {
  const lines = [`# Made from what ${program.name} --help prints.`, "", peersFunction];
  const { name } = program;
  if (subcommands.length === 0) lines.push(...formatCommand(name, program, undefined));
  for (const command of subcommands) {
    lines.push(
      `complete -c ${name} -n __fish_use_subcommand -f -a ${command.name} -d ${quote(command.description)}`,
      ...formatCommand(name, command, `__fish_seen_subcommand_from ${command.name}`),
    );
  }
  return `${lines.join("\n")}\n`;
}

const peersFunction = `function __pppctl_peers
    for peer in /etc/ppp/peers/*
        if test -f $peer; and not string match -q -- '*~' $peer
            string replace /etc/ppp/peers/ '' -- $peer
        end
    end
end
`;

function formatCommand(program: string, { options, peers }: CompletionPlan, condition: string | undefined): string[] {
  const start = `complete -c ${program}${condition === undefined ? "" : ` -n '${condition}'`}`;
  return [
    ...(peers ? [`${start} -f -a '(__pppctl_peers)' -d peer`] : []),
    ...options.map((option) => `${start} ${formatOption(option)}`),
  ];
}

function formatOption({ flags, description, value }: CompletionOption): string {
  const words = flags.map((flag) => (flag.startsWith("--") ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`));
  const operand =
    value === undefined
      ? []
      : value.kind === "choice"
        ? ["-x", "-a", quote(value.of.join(" "))]
        : value.kind === "file"
          ? ["-r", "-F"]
          : ["-x"];
  return [...words, ...operand, "-d", quote(description)].join(" ");
}

function quote(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
