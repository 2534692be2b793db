import { readFileSync } from "node:fs";
import { PppctlError } from "../core/errors.ts";
import { ExitCode } from "../core/exit-codes.ts";
import { type FdPoller, type FdPump, pumpFd } from "./pump-fd.ts";
import type { SimulatedLine } from "./simulate-line.ts";
import { loadLinuxBindings } from "./tty-line.ts";

/** What the kernel knows of its UARTs, modem lines included (drivers/tty/serial/serial_core.c uart_line_info); root only. */
const SERIAL_STATE = "/proc/tty/driver/serial";

/** How often the computer's DTR is looked at, in milliseconds. */
const LOOK_MS = 20;

/**
 * A tty that is there already as the modem's side of the line, such as one UART of a null-modem pair.
 *
 * @param dtrFrom the computer's UART, such as `ttyS1`, when it is in this same machine and its DTR does not come across:
 * its DTR is read from the kernel's record, and nothing is sent while it is low. Undefined: DTR counts as always raised.
 * @throws PppctlError `simulate.device` (7).
 */
export async function openDeviceLine(path: string, speed: number, dtrFrom: string | undefined): Promise<SimulatedLine> {
  if (dtrFrom !== undefined) readDtr(dtrFrom);
  const { LinuxBinding } = await loadLinuxBindings();
  const port = await LinuxBinding.open({ path, baudRate: speed, rtscts: false, hupcl: true }).catch(
    (error: unknown) => {
      throw refuse(path, error, "name a serial port that nobody else uses, and a speed that it can do");
    },
  );
  if (port.fd === null) throw refuse(path, "it closed at once", "try again");
  let timer: NodeJS.Timeout | undefined;
  let pump: FdPump | undefined;
  let dtr = false;
  return {
    path,
    start: (on) => {
      const look = (): void => {
        const now = dtrFrom === undefined || readDtr(dtrFrom);
        if (now === dtr) return;
        dtr = now;
        if (!dtr) pump?.discard();
        on.dtr(dtr);
      };
      // The binding's poller has `poll` and `on`, which its other user here does not need.
      pump = pumpFd(port.fd as number, port.poller as unknown as FdPoller, {
        bytes: (bytes) => {
          // Who sends has raised DTR, even if it was not seen yet.
          if (!dtr) look();
          on.bytes(bytes);
        },
        drained: on.drained,
        end: () => on.broken(`${path}: the device is gone`),
      });
      pump.setReading(true);
      look();
      if (dtrFrom !== undefined) timer = setInterval(look, LOOK_MS);
    },
    setReading: (wanted) => pump?.setReading(wanted),
    // A closed port loses what it is sent; an emulated UART would keep it for whoever opens the port next.
    write: (bytes) => {
      if (dtr) pump?.write(bytes);
    },
    backlog: () => pump?.backlog() ?? 0,
    close: async () => {
      clearInterval(timer);
      pump?.stop();
      await port.close();
    },
  };
}

/**
 * Whether a UART's DTR is raised, from the kernel's lines `1: uart:16550A port:000002F8 irq:3 tx:0 rx:0 RTS|DTR|CD`;
 * undefined when the UART is not there.
 */
export function findDtr(serialState: string, name: string): boolean | undefined {
  const number = /^(?:\/dev\/)?ttyS(\d+)$/.exec(name)?.[1];
  const line = serialState.split("\n").find((text) => number !== undefined && text.startsWith(`${number}: `));
  return line === undefined || line.includes("uart:unknown") ? undefined : /(?:^|[ |])DTR(?:\||$)/.test(line);
}

function readDtr(name: string): boolean {
  let state: string;
  try {
    state = readFileSync(SERIAL_STATE, "latin1");
  } catch (error) {
    throw refuse(SERIAL_STATE, error, "leave --dtr-from out, or run as root");
  }
  return findDtr(state, name) ?? refuseName(name);
}

function refuseName(name: string): never {
  throw refuse(name, `not in ${SERIAL_STATE}`, "name a UART, such as ttyS1");
}

function refuse(path: string, error: unknown, hint: string): PppctlError {
  return new PppctlError({
    code: "simulate.device",
    message: `${path}: ${error instanceof Error ? error.message : String(error)}`,
    exitCode: ExitCode.open,
    hint,
    cause: error,
  });
}
