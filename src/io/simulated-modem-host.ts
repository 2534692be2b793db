import { closeSync, openSync, writeSync } from "node:fs";
import type { RunningSimulatedModem, SimulatedModemStart } from "../app/simulate.ts";
import { PppctlError } from "../core/errors.ts";
import { ExitCode } from "../core/exit-codes.ts";
import {
  type ModemEvent,
  nextModemDeadline,
  startSimulatedModem,
  stepSimulatedModem,
} from "../modem/simulated-modem.ts";
import type { Scenario } from "../modem/simulated-scenario.ts";
import { openDeviceLine } from "./simulate-device.ts";
import { type OpenFarEnd, openFarEnd } from "./simulate-far-end.ts";
import { openPtyLine, type SimulatedLine } from "./simulate-line.ts";

/** The far end is not read while more than this waits for the computer, in bytes. */
const BACKLOG_LIMIT = 65_536;

type WithoutTime<T> = T extends unknown ? Omit<T, "at"> : never;

/**
 * Run the simulated modem (modem/simulated-modem.ts) on a new pty or a given device until `stop`.
 *
 * @throws PppctlError of the line and of the log file: nothing is left behind then.
 */
export async function startSimulatedModemHost(start: SimulatedModemStart): Promise<RunningSimulatedModem> {
  const eventLog = openEventLog(start.logPath);
  let line: SimulatedLine;
  try {
    line =
      start.line.type === "pty"
        ? await openPtyLine(start.line.link)
        : await openDeviceLine(start.line.path, start.line.speed, start.line.dtrFrom);
  } catch (error) {
    eventLog.close();
    throw error;
  }
  return runModem(start.scenario, line, eventLog);
}

/** The same on any line, without a log. */
export function runSimulatedModem(scenario: Scenario, line: SimulatedLine): RunningSimulatedModem {
  return runModem(scenario, line, openEventLog(undefined));
}

function runModem(scenario: Scenario, line: SimulatedLine, eventLog: EventLog): RunningSimulatedModem {
  let state = startSimulatedModem(scenario, performance.now());
  let far: OpenFarEnd | undefined;
  /** Far ends that were hung up and have not ended yet. */
  const ending = new Set<Promise<void>>();
  let farHeld = false;
  let timer: NodeJS.Timeout | undefined;
  const waiting: WithoutTime<ModemEvent>[] = [];
  let busy = false;
  let stopped = false;
  let breakLine: (why: string) => void = () => {};
  const broken = new Promise<string>((resolve) => {
    breakLine = resolve;
  });

  const readFarIfWanted = (): void => far?.setReading(!farHeld && line.backlog() < BACKLOG_LIMIT);

  const closeFar = (): void => {
    if (far === undefined) return;
    const closing = far.close().finally(() => ending.delete(closing));
    ending.add(closing);
    far = undefined;
    farHeld = false;
    line.setReading(true);
  };

  /** One event after the other, also when the effects of one bring the next. */
  const handle = (event: WithoutTime<ModemEvent>): void => {
    if (stopped) return;
    waiting.push(event);
    if (busy) return;
    busy = true;
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const step = stepSimulatedModem(state, { ...next, at: performance.now() });
      state = step.state;
      for (const effect of step.effects) {
        switch (effect.type) {
          case "to-computer":
            line.write(effect.bytes);
            readFarIfWanted();
            break;
          case "to-far":
            if (far?.write(effect.bytes) === false) line.setReading(false);
            break;
          case "open-far":
            closeFar();
            far = openFarEnd(effect.far, {
              opened: () => handle({ type: "far-opened" }),
              failed: (reason) => handle({ type: "far-failed", reason }),
              bytes: (bytes) => handle({ type: "far-bytes", bytes }),
              drained: () => line.setReading(true),
              closed: () => handle({ type: "far-closed" }),
            });
            break;
          case "close-far":
            closeFar();
            break;
          case "hold-far":
            farHeld = effect.on;
            readFarIfWanted();
            break;
          case "dcd":
            // Neither a pty nor the near side of a null-modem cable lets us set the computer's DCD.
            break;
          case "log":
            eventLog.write(effect.event, effect.details);
            break;
          default:
            effect satisfies never;
        }
      }
    }
    busy = false;
    clearTimeout(timer);
    const deadline = nextModemDeadline(state);
    if (deadline !== undefined) {
      timer = setTimeout(() => handle({ type: "deadline" }), Math.max(0, Math.ceil(deadline - performance.now())));
    }
  };

  eventLog.write("ready", { path: line.path });
  line.start({
    bytes: (bytes) => handle({ type: "computer-bytes", bytes }),
    dtr: (on) => handle({ type: "dtr", on }),
    drained: readFarIfWanted,
    broken: breakLine,
  });
  handle({ type: "deadline" });

  return {
    path: line.path,
    broken,
    reset: () => handle({ type: "reset" }),
    stop: async () => {
      if (stopped) return;
      stopped = true;
      clearTimeout(timer);
      closeFar();
      await Promise.all([line.close(), ...ending]);
      eventLog.write("stopped", {});
      eventLog.close();
    },
  };
}

interface EventLog {
  readonly write: (event: string, details: Readonly<Record<string, string | number | boolean>>) => void;
  readonly close: () => void;
}

/** JSON lines, each written when it happens: `t` in milliseconds since the start, `wall` the time of day. */
function openEventLog(path: string | undefined): EventLog {
  if (path === undefined) return { write: () => {}, close: () => {} };
  const startedAt = performance.now();
  let fd: number;
  try {
    fd = openSync(path, "a", 0o644);
  } catch (error) {
    throw new PppctlError({
      code: "simulate.log",
      message: `${path}: cannot write the log: ${error instanceof Error ? error.message : String(error)}`,
      exitCode: ExitCode.options,
      hint: "name a file in a folder that you can write",
      cause: error,
    });
  }
  return {
    write: (event, details) => {
      const t = Math.round(performance.now() - startedAt);
      writeSync(fd, `${JSON.stringify({ t, wall: new Date().toISOString(), event, ...details })}\n`);
    },
    close: () => closeSync(fd),
  };
}
