import { constants, openSync, realpathSync, statSync } from "node:fs";
import type { OpenLine } from "../app/deps.ts";
import { PppctlError } from "../core/errors.ts";
import { ExitCode } from "../core/exit-codes.ts";
import { describeHolders } from "./process-table.ts";
import { loadLinuxBindings, ttyLine } from "./tty-line.ts";

/**
 * Open a serial port with serialport's binding: raw, 8N1, CLOCAL (so that no wait for
 * DCD hangs), flock on the node, HUPCL so that DTR falls when we die.
 *
 * @throws PppctlError device.missing, device.denied, device.not-a-tty, device.busy,
 *   device.speed, device.open; exit status 7 as pppd's (6 when somebody has it).
 */
export const openSerialLine: OpenLine = async (path, { speed, flowControl }) => {
  checkNode(path);
  const { LinuxBinding } = await loadLinuxBindings();
  try {
    const port = await LinuxBinding.open({
      path,
      baudRate: speed ?? (await currentSpeed(path)),
      rtscts: flowControl === "rtscts",
      xon: flowControl === "xonxoff",
      xoff: flowControl === "xonxoff",
      lock: true,
      hupcl: true,
    });
    if (speed !== undefined && !(await hasSpeed(port, speed))) {
      await port.close();
      throw speedError(path, speed, undefined);
    }
    return await ttyLine(path, port, () => port.close());
  } catch (error) {
    throw openError(path, speed, error);
  }
};

/**
 * A port that cannot do a speed refuses nothing: its driver takes another one and says so in the settings (TCGETS2).
 * A divisor that does not come out even is no other speed: serial lines bear 3 %.
 */
async function hasSpeed(port: { getBaudRate(): Promise<{ baudRate: number }> }, speed: number): Promise<boolean> {
  const { baudRate } = await port.getBaudRate();
  return Math.abs(baudRate - speed) <= speed * 0.03;
}

/** pppd without a speed keeps the one that the port has; serialport must be told one. */
async function currentSpeed(path: string): Promise<number> {
  const fd = openSync(path, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
  const { LinuxPortBinding } = await loadLinuxBindings();
  const port = new LinuxPortBinding(fd, {});
  try {
    return (await port.getBaudRate()).baudRate;
  } finally {
    await port.close();
  }
}

function checkNode(path: string): void {
  let stat: ReturnType<typeof statSync>;
  try {
    stat = statSync(path);
  } catch (error) {
    const denied = (error as NodeJS.ErrnoException).code === "EACCES";
    throw denied ? deniedError(path) : missingError(path);
  }
  if (!stat.isCharacterDevice()) {
    throw new PppctlError({
      code: "device.not-a-tty",
      message: `${path} is ${stat.isDirectory() ? "a directory" : "a regular file"}, not a serial port`,
      exitCode: ExitCode.open,
      hint: "name the modem's device in the peer file, such as /dev/ttyS0 or /dev/serial/by-id/…",
    });
  }
}

function missingError(path: string): PppctlError {
  return new PppctlError({
    code: "device.missing",
    message: `${path} does not exist`,
    exitCode: ExitCode.open,
    hint: "plug the modem in, or name its device in the peer file; `ls /dev/serial/by-id/ /dev/ttyS* /dev/ttyUSB* /dev/ttyACM*` shows what is there",
  });
}

function deniedError(path: string): PppctlError {
  return new PppctlError({
    code: "device.denied",
    message: `${path}: permission denied`,
    exitCode: ExitCode.open,
    hint: "run as root, or join the group of the device (dialout)",
  });
}

function speedError(path: string, speed: number | undefined, cause: unknown): PppctlError {
  return new PppctlError({
    code: "device.speed",
    message: `${path} refuses the speed ${speed ?? "that it has"}`,
    exitCode: ExitCode.open,
    hint: "set a speed that the port has, such as 115200, in the peer file",
    ...(cause === undefined ? {} : { cause }),
  });
}

function openError(path: string, speed: number | undefined, error: unknown): PppctlError {
  if (error instanceof PppctlError) return error;
  const text = error instanceof Error ? error.message : String(error);
  if (/cannot lock port/i.test(text) || /busy/i.test(text)) {
    const holders = describeHolders(realpathSync(path));
    return new PppctlError({
      code: "device.busy",
      message: `${path} is in use${holders === "" ? " by another program" : ` by ${holders}`}`,
      exitCode: ExitCode.locked,
      hint: "end that program, or wait until it gives the line back",
      cause: error,
    });
  }
  if (/permission denied/i.test(text)) return deniedError(path);
  if (/no such file|no such device/i.test(text)) {
    return /no such device/i.test(text)
      ? new PppctlError({
          code: "device.missing",
          message: `${path}: there is no port behind this device node`,
          exitCode: ExitCode.open,
          hint: "check the wiring or name another device in the peer file",
          cause: error,
        })
      : missingError(path);
  }
  // Of a device that is no port: /dev/null, a disk.
  if (/inappropriate ioctl|operation not permitted/i.test(text)) {
    return new PppctlError({
      code: "device.not-a-tty",
      message: `${path} is not a serial port`,
      exitCode: ExitCode.open,
      hint: "name the modem's device in the peer file, such as /dev/ttyS0",
      cause: error,
    });
  }
  if (/baud rate/i.test(text)) return speedError(path, speed, error);
  return new PppctlError({
    code: "device.open",
    message: `${path} cannot be opened: ${text.replace(/^Error:? */, "").replace(/,? cannot open .*$/, "")}`,
    exitCode: ExitCode.open,
    hint: "`dmesg` may say more; name another device, or plug this one in anew",
    cause: error,
  });
}
