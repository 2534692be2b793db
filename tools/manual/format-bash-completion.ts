import type { CompletionPlan } from "./completion-plan.ts";

/**
 * Completion for bash: one text under the name of each command. Peers are whatever lies below /etc/ppp/peers at
 * the moment; what --help says is in the text.
 */
export function formatBashCompletion(
  programs: readonly CompletionPlan[],
  subcommands: readonly CompletionPlan[],
): string {
  return `# bash completion for ${programs.map(({ name }) => name).join(", ")} and pppctl; made from what --help prints.

# A word as it stands on the line, less its quotes.
__pppctl_unquoted() {
    local rest=$1
    unquoted=
    case $rest in \\'*) unquoted=\${rest:1}; return ;; \\"*) rest=\${rest:1} ;; esac
    while [[ $rest == *\\\\* ]]; do
        unquoted+=\${rest%%\\\\*}
        rest=\${rest#*\\\\}
        unquoted+=\${rest:0:1}
        rest=\${rest:1}
    done
    unquoted+=$rest
}

# Files below /etc/ppp/peers, whatever their names hold; readline quotes them.
__pppctl_peers() {
    local peer unquoted
    __pppctl_unquoted "$1"
    for peer in /etc/ppp/peers/"$unquoted"*; do
        if [[ -f $peer && $peer != *~ ]]; then COMPREPLY+=("\${peer#/etc/ppp/peers/}"); fi
    done
    compopt -o filenames 2> /dev/null
}

__pppctl_words() {
    mapfile -t COMPREPLY < <(compgen -W "$1" -- "$2")
}

__pppctl_files() {
    mapfile -t COMPREPLY < <(compgen -f -- "$1")
    compopt -o filenames 2> /dev/null
}

# $1 program or subcommand, $2 the word, $3 the word before it
__pppctl_complete() {
    case "$1 $3" in
${[...programs, ...subcommands].flatMap(valueCases).join("\n")}
    esac
    case $1 in
${[...programs, ...subcommands].map(wordCase).join("\n")}
    esac
}

_pppctl() {
    local program=\${COMP_WORDS[0]##*/} word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD - 1]}
    COMPREPLY=()
    if [[ $program != pppctl ]]; then
        __pppctl_complete "$program" "$word" "$before"
    elif ((COMP_CWORD == 1)); then
        __pppctl_words '${subcommands.map(({ name }) => name).join(" ")} help --help --version' "$word"
    else
        __pppctl_complete "\${COMP_WORDS[1]}" "$word" "$before"
    fi
}

complete -F _pppctl ${programs.map(({ name }) => name).join(" ")} pppctl
`;
}

function valueCases({ name, options }: CompletionPlan): string[] {
  return options.flatMap(({ flags, value }) => {
    if (value === undefined) return [];
    const pattern = flags.map((flag) => `"${name} ${flag}"`).join(" | ");
    const action =
      value.kind === "choice"
        ? `__pppctl_words '${value.of.join(" ")}' "$2"`
        : value.kind === "file"
          ? '__pppctl_files "$2"'
          : ":";
    return [`        ${pattern}) ${action}; return ;;`];
  });
}

function wordCase({ name, options, peers }: CompletionPlan): string {
  const flags = options.flatMap((option) => option.flags).join(" ");
  const rest = peers ? '__pppctl_peers "$2"' : '__pppctl_files "$2"';
  return `        ${name}) if [[ $2 == -* ]]; then __pppctl_words '${flags}' "$2"; else ${rest}; fi ;;`;
}
