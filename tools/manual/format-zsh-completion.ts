import type { CompletionOption, CompletionPlan } from "./completion-plan.ts";

/** Completion for zsh, by _arguments; peers are looked for below /etc/ppp/peers. */
export function formatZshCompletion(
  programs: readonly CompletionPlan[],
  subcommands: readonly CompletionPlan[],
): string {
  const names = programs.map(({ name }) => name).join(" ");
  return `#compdef ${names} pppctl
# Made from what --help prints.

__pppctl_peers() {
  _files -W /etc/ppp/peers -F '*~'
}

__pppctl_commands() {
  local -a commands=(
${subcommands.map(({ name, description }) => `    ${quote(`${name}:${description}`)}`).join("\n")}
  )
  _describe command commands
}

__pppctl_of() {
  case $1 in
${[...programs, ...subcommands].map(formatCase).join("\n")}
  esac
}

if [[ $service != pppctl ]]; then
  __pppctl_of $service
elif ((CURRENT == 2)); then
  __pppctl_commands
else
  shift words
  ((CURRENT--))
  __pppctl_of $words[1]
fi
`;
}

function formatCase({ name, options, peers }: CompletionPlan): string {
  const specs = options.flatMap(formatOption);
  const rest = peers ? "'*:peer:__pppctl_peers'" : "'*:file:_files'";
  return `    ${name}) _arguments -S ${[...specs, rest].join(" ")} ;;`;
}

/** Each flag excludes the others of its option. */
function formatOption({ flags, description, value }: CompletionOption): string[] {
  const text = description.replaceAll(/[[\]:]/g, (char) => `\\${char}`);
  const action =
    value === undefined
      ? ""
      : value.kind === "choice"
        ? `:value:(${value.of.join(" ")})`
        : value.kind === "file"
          ? ":file:_files"
          : ":value: ";
  return flags.map((flag) => quote(`(${flags.join(" ")})${flag}[${text}]${action}`));
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
