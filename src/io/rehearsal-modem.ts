import type { RehearsalModem } from "../app/rehearse.ts";
import type { Scenario } from "../modem/simulated-scenario.ts";
import type { SimulatedLine } from "./simulate-line.ts";
import { runSimulatedModem } from "./simulated-modem-host.ts";

type ComputerEvents = Parameters<SimulatedLine["start"]>[0];

/** A simulated modem in this process: its line is in memory, so that neither a pty nor a right is needed. */
export function startRehearsalModem(scenario: Scenario): RehearsalModem {
  let computer: ComputerEvents | undefined;
  /** Said by the modem and not read yet. */
  let said = new Uint8Array();
  /** Written while the modem takes nothing. */
  let held: Uint8Array[] = [];
  let reading = true;
  let wakeReader: () => void = () => undefined;

  const line: SimulatedLine = {
    path: "the simulated modem",
    start: (events) => {
      computer = events;
      computer.dtr(true);
    },
    setReading: (wanted) => {
      reading = wanted;
      for (let bytes = held.shift(); reading && bytes !== undefined; bytes = held.shift()) computer?.bytes(bytes);
    },
    write: (bytes) => {
      const more = new Uint8Array(said.length + bytes.length);
      more.set(said);
      more.set(bytes, said.length);
      said = more;
      wakeReader();
    },
    backlog: () => said.length,
    close: async () => {
      computer = undefined;
      wakeReader();
    },
  };
  const modem = runSimulatedModem(scenario, line);
  return {
    stop: modem.stop,
    line: {
      path: line.path,
      lines: undefined,
      read: async (max, signal) => {
        while (said.length === 0 && computer !== undefined) {
          signal?.throwIfAborted();
          const woken = new Promise<void>((resolve) => {
            wakeReader = resolve;
          });
          signal?.addEventListener("abort", wakeReader);
          await woken.finally(() => signal?.removeEventListener("abort", wakeReader));
        }
        signal?.throwIfAborted();
        const bytes = said.slice(0, max);
        said = said.slice(bytes.length);
        if (said.length === 0) computer?.drained();
        return bytes;
      },
      write: async (bytes) => {
        if (reading) computer?.bytes(bytes);
        else held = [...held, bytes];
      },
      sendBreak: () => Promise.resolve(),
      close: () => Promise.resolve(),
    },
  };
}
