import type { Command } from "commander";
import type { World } from "../app/deps.ts";
import type { DisconnectRequest, DisconnectResult, LineEnd } from "../app/disconnect.ts";
import { PppctlError } from "../core/errors.ts";
import { ExitCode } from "../core/exit-codes.ts";
import { parsePeerName } from "../core/peer-name.ts";
import { makeProgram } from "./run-command.ts";
import { standardError, standardOutput } from "./standard-streams.ts";
import { version } from "./version.ts";

interface PoffOptions {
  readonly r?: boolean;
  readonly d?: boolean;
  readonly c?: boolean;
  readonly a?: boolean;
  readonly wait?: boolean;
  readonly json?: boolean;
}

const help = `
Examples:
  poff              end the link, if there is just one
  poff yosefcom     end this one, and return when the modem is on-hook
  poff -r yosefcom  hang up and dial again (persist), -d toggle debug, -c renegotiate compression
  poff -a           end all of them

Exit status: 0 done; 1 nothing found, or it could not be signalled.`;

/** The command line of poff (Debian's poff(1) 1.8, and what ours adds). */
export function poffProgram(world: () => Promise<World>, finish: (status: number) => void): Command {
  return makeProgram("poff")
    .description("End a PPP link and see that the modem is on-hook")
    .argument("[peer]", "as given to pon; needed when more than one link is up")
    .option("-r", "hang up and dial again: SIGHUP")
    .option("-d", "toggle pppd's debug messages: SIGUSR1")
    .option("-c", "renegotiate compression: SIGUSR2")
    .option("-a", "end all links; a peer's name does not count")
    .option("--no-wait", "return as soon as pppd has the signal")
    .option("--json", "print the result as JSON")
    .version(`poff: ${version}`, "-v, --version", "show the version")
    .addHelpText("after", help)
    .action(async (peer: string | undefined, options: PoffOptions) => {
      finish(await runPoff(peer, options, await world()));
    });
}

async function runPoff(name: string | undefined, options: PoffOptions, world: World): Promise<number> {
  const { r, d, c, a } = options;
  const request: DisconnectRequest = {
    peer: name === undefined || a === true ? undefined : parsePeerName(name),
    all: a === true,
    signal: r ? "SIGHUP" : d ? "SIGUSR1" : c ? "SIGUSR2" : "SIGTERM",
    wait: options.wait !== false,
  };
  try {
    if ([r, d, c, a].filter(Boolean).length > 1) throw combinedOptions();
    const { disconnect } = await import("../app/disconnect.ts");
    const result = await disconnect(request, world);
    standardOutput.write(
      options.json === true ? `${JSON.stringify(result)}\n` : `poff: ${describeEnd(request, result)}\n`,
    );
    for (const text of result.warnings) standardError.write(`poff: ${text}\n`);
    return result.lines.some((line) => line.state === "off-hook") ? ExitCode.fatal : ExitCode.ok;
  } catch (error) {
    // Debian's poff says these on standard output, and scripts read them there.
    if (!(error instanceof PppctlError) || !error.code.startsWith("poff.")) throw error;
    standardOutput.write(`${error.message.replace(/^/gm, "poff: ")}\n`);
    return error.exitCode;
  }
}

/** One of -r, -d, -c and -a only; worded as Debian's. */
function combinedOptions(): PppctlError {
  return new PppctlError({ code: "poff.options", message: "Illegal option -- .", exitCode: ExitCode.fatal });
}

/** What has ended, and how its modem is. */
export function describeEnd(request: DisconnectRequest, result: DisconnectResult): string {
  const who =
    result.peers.length === 0 ? `${result.links} link${result.links === 1 ? "" : "s"}` : result.peers.join(", ");
  if (request.signal !== "SIGTERM") return `${who}: ${request.signal} sent to pppd`;
  if (!request.wait) return `${who}: pppd was told to end`;
  const killed = result.killed.length === 0 ? "" : ` (pppd did not end by itself and was killed)`;
  const lines = result.lines.map(describeLine).filter((text) => text !== undefined);
  return `${who}: pppd has ended${killed}${lines.length === 0 ? "" : `; ${lines.join("; ")}`}`;
}

function describeLine({ device, state, by }: LineEnd): string | undefined {
  switch (state) {
    case "on-hook":
      return `${device} is on-hook${by === "no carrier" ? "" : by === "dtr" ? " (DTR)" : by === "escape" ? " (+++ ATH)" : " (ATH)"}`;
    case "off-hook":
      return `${device} is still OFF-HOOK: the modem obeys neither DTR nor ATH`;
    case "unknown":
      return by === "line closed" ? `${device} is closed` : `${device}: ${by}`;
    default:
      return state satisfies never;
  }
}
