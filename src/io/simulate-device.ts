import { readFileSync } from "node:fs";
import { PppctlError } from "../core/errors.ts";
import { ExitCode } from "../core/exit-codes.ts";
import { type FdPoller, pumpFd } from "./pump-fd.ts";
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
 * its DTR is read from the kernel's record. Undefined: DTR counts as always raised.
 * @throws PppctlError `simulate.device` (7).
 */
export async function openDeviceLine(path: string, speed: number, dtrFrom: string | undefined): Promise<SimulatedLine> {
  if (dtrFrom !== undefined) readDtr(dtrFrom);
  const port = await loadLinuxBindings()
    .LinuxBinding.open({ path, baudRate: speed, rtscts: false, hupcl: true })
    .catch((error: unknown) => {
      throw refuse(path, error, "name a serial port that nobody else uses, and a speed that it can do");
    });
  if (port.fd === null) throw refuse(path, "it closed at once", "try again");
  let timer: NodeJS.Timeout | undefined;
  let pump: ReturnType<typeof pumpFd> | undefined;
  return {
    path,
    start: (on) => {
      // The binding's poller has `poll` and `on`, which its other user here does not need.
      pump = pumpFd(port.fd as number, port.poller as unknown as FdPoller, {
        bytes: on.bytes,
        drained: on.drained,
        end: () => on.broken(`${path}: the device is gone`),
      });
      pump.setReading(true);
      let dtr = dtrFrom === undefined || readDtr(dtrFrom);
      on.dtr(dtr);
      if (dtrFrom === undefined) return;
      timer = setInterval(() => {
        const now = readDtr(dtrFrom);
        if (now !== dtr) on.dtr(now);
        dtr = now;
      }, LOOK_MS);
    },
    setReading: (wanted) => pump?.setReading(wanted),
    write: (bytes) => pump?.write(bytes),
    backlog: () => pump?.backlog() ?? 0,
    close: async () => {
      clearInterval(timer);
      pump?.stop();
      await port.close();
    },
  };
}

/** Whether a UART's DTR is raised: a line `1: uart:16550A port:000002F8 irq:3 tx:0 rx:0 RTS|DTR|CD`. */
function readDtr(name: string): boolean {
  const number = /^(?:\/dev\/)?ttyS(\d+)$/.exec(name)?.[1];
  let lines: readonly string[];
  try {
    lines = readFileSync(SERIAL_STATE, "latin1").split("\n");
  } catch (error) {
    throw refuse(SERIAL_STATE, error, "leave --dtr-from out, or run as root");
  }
  const line = number === undefined ? undefined : lines.find((text) => text.startsWith(`${number}: `));
  if (line === undefined) throw refuse(name, `not in ${SERIAL_STATE}`, "name a UART, such as ttyS1");
  return /(?:^|[ |])DTR(?:\||$)/.test(line);
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
