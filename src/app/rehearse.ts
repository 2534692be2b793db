import { visibleText } from "../chat/visible-text.ts";
import { PppctlError } from "../core/errors.ts";
import { ExitCode } from "../core/exit-codes.ts";
import type { PeerName } from "../core/peer-name.ts";
import { errorOfJudgement, judge } from "../link/judge.ts";
import type { Scenario } from "../modem/simulated-scenario.ts";
import { loadChatFile, loadPeersChatCall } from "./chat-call.ts";
import type { Transport, World } from "./deps.ts";
import { describeDialFailure } from "./describe-dial-failure.ts";
import { type DialOutcome, dial } from "./dial.ts";
import { loadPlan, mistakeOf } from "./load-plan.ts";
import type { ChatProgress } from "./run-chat.ts";
import { chooseScenario, type SimulateDeps, type SimulateRequest } from "./simulate.ts";

export interface RehearseRequest extends Pick<SimulateRequest, "scenarioPath" | "numberIs"> {
  readonly peer: PeerName;
  readonly signal: AbortSignal;
  /** A line for the user: what the script does and what comes, in order. */
  readonly print: (line: string) => void;
}

/** A modem that no wire leads to. */
export interface RehearsalModem {
  readonly line: Transport;
  /** Ends its far ends. */
  readonly stop: () => Promise<void>;
}

export interface RehearseDeps extends Pick<SimulateDeps, "readText"> {
  readonly startRehearsalModem: (scenario: Scenario) => RehearsalModem;
}

/**
 * Dial a peer's script on a simulated modem of our own: no telephone line, no pppd, no root.
 *
 * @throws PppctlError as the call would: of the peer file and the script (2), of a dial that fails (8), of a
 *   signal (5); `simulate.scenario` (2).
 */
export async function rehearse(
  request: RehearseRequest,
  world: World,
  deps: RehearseDeps,
): Promise<Pick<DialOutcome, "number" | "rate">> {
  const { peer, print, signal } = request;
  const loaded = await loadPlan({ peer, extraWords: [] }, world);
  const mistake = mistakeOf(loaded);
  if (mistake !== undefined) throw mistake;
  const { reading, plan } = loaded;
  if (plan.connect.kind !== "chat") {
    throw new PppctlError({
      code: "rehearse.no-script",
      message: `${peer}: there is no chat script to rehearse${plan.connect.kind === "command" ? ` (${plan.connect.why})` : ""}`,
      exitCode: ExitCode.options,
      hint: `write connect "chat -f /etc/chatscripts/${peer}" into ${reading.path}`,
    });
  }
  const { config } = loadPeersChatCall(plan.connect, plan, world);
  const scenario = await chooseScenario(request, deps);
  const modem = deps.startRehearsalModem(scenario);
  try {
    const started = world.clock.now();
    const elapsed = (): number => world.clock.now() - started;
    const outcome = await dial({
      config,
      line: modem.line,
      clock: world.clock,
      loadFile: (path) => loadChatFile(path, world),
      secrets: world.secrets,
      signal,
      onEvent: (event) => {
        if (event.type === "dial-failed") for (const text of event.lines) print(`${" ".repeat(10)}${text}`);
      },
      onChat: (event) => {
        const text = describeStep(event);
        if (text !== undefined) print(`${(elapsed() / 1000).toFixed(2).padStart(6)} s  ${text}`);
      },
    });
    if (outcome.result.kind === "error") throw outcome.result.error;
    if (outcome.result.kind === "interrupted") {
      throw new PppctlError({
        code: "rehearse.stopped",
        message: `${peer}: the rehearsal was stopped (${outcome.result.reason})`,
        exitCode: ExitCode.interrupted,
      });
    }
    const failure = describeDialFailure(outcome, { device: "the simulated modem", elapsedMs: elapsed() });
    if (failure !== undefined) throw errorOfJudgement(peer, judge({ events: [], dialFailure: failure }));
    return { number: outcome.number, rate: outcome.rate };
  } finally {
    await modem.stop();
  }
}

/** A step of the dialogue, with where it stands in the script; undefined for what is nothing new. */
function describeStep(event: ChatProgress): string | undefined {
  switch (event.type) {
    case "send":
    case "expect": {
      const { file, line, column } = event.position;
      const text = event.type === "send" ? event.text : visibleText(event.text);
      return `${event.type.padEnd(8)} ${text}   (${file}:${line}:${column})`;
    }
    case "received":
      return `received ${visibleText(event.line)}`;
    case "matched":
      return `matched  ${visibleText(event.text)}`;
    case "timed-out":
      return `timeout  ${visibleText(event.text)} did not come`;
    case "stderr":
      return event.echo === true ? undefined : `says     ${visibleText(event.text)}`;
    case "report":
      return `report   ${visibleText(event.text)}`;
    case "log":
    case "hangup":
      return undefined;
    default:
      return event satisfies never;
  }
}
