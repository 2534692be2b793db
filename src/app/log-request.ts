import { PppctlError } from "../core/errors.ts";
import { ExitCode } from "../core/exit-codes.ts";
import { type PeerName, parsePeerName } from "../core/peer-name.ts";
import { parseTailArguments, type TailRequest } from "./tail-arguments.ts";

/** What plog is to show. */
export type LogRequest =
  /** As Debian's plog: tail's arguments, for the system's log. */
  | { readonly kind: "system"; readonly args: readonly string[] }
  /** The log of a peer's last call, or with no peer the system's, line by line as we read it. */
  | {
      readonly kind: "lines";
      readonly peer: PeerName | undefined;
      /** Undefined: all. */
      readonly lines: TailRequest["lines"] | undefined;
      readonly follow: boolean;
      /** As given. */
      readonly since: string | undefined;
      readonly json: boolean;
    };

/** Options of tail(1) whose value may be the next word. */
const takesValue = /^(-[a-zA-Z]*[ncs]|--(lines|bytes|sleep-interval|pid|max-unchanged-stats))$/;

/** A file, as against a peer: for `tail FILE` write a path. */
const isPath = (word: string): boolean => /^\.{0,2}\//.test(word);

/**
 * Read plog's command line. A word that is no option (nor an option's value) is a peer; tail would take it for a file, which
 * one still can name by a path (`./NAME`, `/NAME`). Without a peer, `--since` and `--json` the words are tail's.
 *
 * @throws PppctlError `log.arguments`, exit status 2.
 */
export function parseLogRequest(words: readonly string[]): LogRequest {
  const peers: string[] = [];
  const rest: string[] = [];
  let since: string | undefined;
  let json = false;
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? "";
    const value = /^--since(?:=(.*))?$/s.exec(word);
    if (value !== null) {
      since = value[1] ?? words[++i];
      if (since === undefined) throw usageError("--since wants a time");
    } else if (word === "--json") json = true;
    else if (takesValue.test(word)) rest.push(word, ...words.slice(++i, i + 1));
    else if (/^[-+]/.test(word) || isPath(word) || word === "") rest.push(word);
    else peers.push(word);
  }
  const [peer, another] = peers;
  if (peer === undefined && since === undefined && !json) return { kind: "system", args: words };
  if (another !== undefined)
    throw usageError(`name one peer, not ${JSON.stringify(peer)} and ${JSON.stringify(another)}`);
  const tail = parseTailArguments(rest);
  if ("unknown" in tail)
    throw usageError(`${JSON.stringify(tail.unknown)} is for tail: not with a peer, --since or --json`);
  const counted = rest.some((word) => /^([-+]\d|-[a-zA-Z]*n|--lines)/.test(word));
  return {
    kind: "lines",
    peer: peer === undefined ? undefined : parsePeerName(peer),
    lines: counted ? tail.lines : undefined,
    follow: tail.follow !== "no",
    since,
    json,
  };
}

function usageError(message: string): PppctlError {
  return new PppctlError({
    code: "log.arguments",
    message,
    exitCode: ExitCode.options,
    hint: "`plog --help` has examples",
  });
}
