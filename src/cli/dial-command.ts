import type { Command } from "commander";
import type { ConnectEvent } from "../app/connect-events.ts";
import type { ProcessInfo, World } from "../app/deps.ts";
import { dialForPppd } from "../app/dial-for-pppd.ts";
import { listenForPppd } from "../app/listen-for-pppd.ts";
import { PppctlError } from "../core/errors.ts";
import { ExitCode } from "../core/exit-codes.ts";
import { type PeerName, parsePeerName } from "../core/peer-name.ts";
import { pppdCallOf } from "../pppd/pppd-call-of.ts";

const help = `
pppd runs this with the serial line as standard input and output. What it runs is the
  chat script of the peer's own connect line.

Example, where pppd is started without pon:
  pppd call yosefcom connect "pppctl dial yosefcom"

With --listen it is pppd's option disconnect: pon has pppd run it where LCP got no
  answer, and what the other end says in plain text goes to the log of the call.

Exit status: 0 connected; otherwise chat(8)'s: 1 script or send, 2 interrupted or
  line gone, 3 timeout, 4 and up the abort strings in order.`;

export interface DialCommandDeps {
  readonly world: World;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  /** A line on standard error. */
  readonly printError: (line: string) => void;
  /** Of the process that started us. */
  readonly parentPid: number;
}

/** Add \`dial\` to pppctl: pppd's connect program. */
export function registerDialCommand(program: Command, deps: DialCommandDeps): Command {
  return program
    .command("dial")
    .description("Dial a peer on the line that pppd gives us (pppd's option connect)")
    .argument("[peer]", "default: the peer that pppd was called with")
    .option("--listen", "do not dial: hear what the other end says instead of PPP")
    .addHelpText("after", help)
    .action(async (name: string | undefined, { listen }: { readonly listen?: true }) => {
      const startedBy = startersOf(deps.parentPid, deps.world);
      const peer = peerFor(name, startedBy, deps);
      if (listen) return listenForPppd({ peer, signal: deps.signal }, deps.world);
      const onEvent = (event: ConnectEvent): void => {
        if (event.type === "warning") deps.printError(`pppctl dial: ${event.text}`);
        if (event.type === "dial-failed") for (const line of event.lines) deps.printError(`pppctl dial: ${line}`);
      };
      await dialForPppd({ peer, startedBy, signal: deps.signal, onEvent }, deps.world);
    });
}

/** As named; as pon says; as the pppd that started us was called. */
function peerFor(name: string | undefined, above: readonly ProcessInfo[], deps: DialCommandDeps): PeerName {
  const called = above.map(({ argv }) => pppdCallOf(argv)?.peer).find((found) => found !== undefined);
  const peer = name ?? deps.env["PPPCTL_PEER"] ?? called;
  if (peer !== undefined) return parsePeerName(peer);
  throw new PppctlError({
    code: "dial.no-peer",
    message: "which peer? pppd was not started with `call PEER`",
    exitCode: ExitCode.options,
    hint: 'name it: connect "pppctl dial PEER"',
  });
}

/** Our parent and those above it up to pppd, which runs its connect program by a shell that may stay in between. */
function startersOf(pid: number, world: World): readonly ProcessInfo[] {
  const process = world.processes.read(pid);
  if (process === undefined || process.pid === 1) return [];
  return process.name === "pppd" ? [process] : [process, ...startersOf(process.parent, world)];
}
