/** A process that is a pppd for a peer. */
export interface PppdCallFound {
  /** argv[0]. */
  readonly program: string;
  readonly peer: string;
  /**
   * `call PEER` are the first two words, which is what stock poff looks for. Otherwise they
   * stand further on, and stock poff does not see this process.
   */
  readonly first: boolean;
}

/**
 * Read a command line (`/proc/PID/cmdline` split at its NULs) of pppd. Undefined when it is
 * another program, or a pppd without `call`. `pppd (charshunt)`, the child of `record` and
 * `pty`, has its parent's command line: the caller must look at parents.
 *
 * A `call` further on could also be the value of another option (`user call`); only a
 * process that we might signal is looked for here, so the value of the last such word counts.
 */
export function pppdCallOf(argv: readonly string[]): PppdCallFound | undefined {
  const program = argv[0];
  if (program === undefined || program.slice(program.lastIndexOf("/") + 1) !== "pppd") return undefined;
  const at = argv[1] === "call" ? 1 : argv.lastIndexOf("call");
  const peer = at < 1 ? undefined : argv[at + 1];
  return peer === undefined ? undefined : { program, peer, first: at === 1 };
}
