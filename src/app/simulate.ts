import { PppctlError } from "../core/errors.ts";
import { ExitCode } from "../core/exit-codes.ts";
import { type CALL_WORDS, makeDefaultScenario, makeOneWayScenario, readScenario } from "../modem/read-scenario.ts";
import type { Scenario } from "../modem/simulated-scenario.ts";

/** Where the simulated modem sits. */
export type SimulatedLineChoice =
  /** A new pty; `link` is a symbolic link to make to it. */
  | { readonly type: "pty"; readonly link: string | undefined }
  /** A tty that is there; `dtrFrom` names the computer's UART (`ttyS1`), whose DTR the kernel shows. */
  | { readonly type: "device"; readonly path: string; readonly speed: number; readonly dtrFrom: string | undefined };

export interface SimulatedModemStart {
  readonly line: SimulatedLineChoice;
  readonly scenario: Scenario;
  /** The event log, JSON lines appended to this file; undefined: none. */
  readonly logPath: string | undefined;
}

export interface RunningSimulatedModem {
  /** What the computer opens: the link, the pty or the device. */
  readonly path: string;
  /** Resolves, with the reason, when the line breaks by itself. */
  readonly broken: Promise<string>;
  /** As if somebody had switched it off and on. */
  readonly reset: () => void;
  /** Ends the far ends, removes the link, closes everything. */
  readonly stop: () => Promise<void>;
}

export interface SimulateDeps {
  /** A whole file as text; rejects when it cannot be read. */
  readonly readText: (path: string) => Promise<string>;
  readonly startModem: (start: SimulatedModemStart) => Promise<RunningSimulatedModem>;
  /** Have this called at each reset from outside. */
  readonly onReset: (reset: () => void) => void;
}

export interface SimulateRequest {
  readonly line: SimulatedLineChoice;
  readonly scenarioPath: string | undefined;
  /** Every number does this, whatever the scenario says. */
  readonly numberIs: (typeof CALL_WORDS)[number] | undefined;
  readonly logPath: string | undefined;
}

/**
 * Run a simulated modem until `signal` is aborted.
 *
 * @param onReady called once, when the path can be opened.
 * @throws PppctlError `simulate.scenario` (2), `simulate.pty` (9), `simulate.link` (2), `simulate.device` (7),
 * `simulate.log` (2), `simulate.broken` (16).
 */
export async function simulateModem(
  request: SimulateRequest,
  deps: SimulateDeps,
  onReady: (path: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const scenario = await chooseScenario(request, deps);
  const modem = await deps.startModem({ line: request.line, scenario, logPath: request.logPath });
  const aborted = new Promise<undefined>((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener("abort", () => resolve(undefined), { once: true });
  });
  deps.onReset(modem.reset);
  try {
    onReady(modem.path);
    const why = await Promise.race([modem.broken, aborted]);
    if (why !== undefined) {
      throw new PppctlError({ code: "simulate.broken", message: why, exitCode: ExitCode.hangup });
    }
  } finally {
    await modem.stop();
  }
}

/** The scenario of a file, or the one for everybody; with `numberIs` every number does that. @throws PppctlError `simulate.scenario` (2) */
export async function chooseScenario(
  { scenarioPath, numberIs }: Pick<SimulateRequest, "scenarioPath" | "numberIs">,
  deps: Pick<SimulateDeps, "readText">,
): Promise<Scenario> {
  const planned = scenarioPath === undefined ? makeDefaultScenario() : await loadScenario(scenarioPath, deps);
  return numberIs === undefined ? planned : makeOneWayScenario(numberIs, planned);
}

async function loadScenario(path: string, deps: Pick<SimulateDeps, "readText">): Promise<Scenario> {
  let json: unknown;
  try {
    json = JSON.parse(await deps.readText(path));
  } catch (error) {
    throw new PppctlError({
      code: "simulate.scenario",
      message: `${path}: ${error instanceof Error ? error.message : String(error)}`,
      exitCode: ExitCode.options,
      hint: "write the scenario as JSON; `pppctl simulate --help` shows one",
      cause: error,
    });
  }
  return readScenario(json, path);
}
