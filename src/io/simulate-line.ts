import { lstatSync, readlinkSync, renameSync, symlinkSync, unlinkSync } from "node:fs";
import { PppctlError } from "../core/errors.ts";
import { ExitCode } from "../core/exit-codes.ts";
import { openPtyMaster } from "./pty-master.ts";
import { pollFd, pumpFd } from "./pump-fd.ts";

/** What the modem hears of its computer. */
export interface ComputerEvents {
  readonly bytes: (bytes: Uint8Array) => void;
  readonly dtr: (on: boolean) => void;
  /** All that was written has gone out. */
  readonly drained: () => void;
  /** The line broke; nothing follows. */
  readonly broken: (why: string) => void;
}

/** The modem's side of the serial line to the computer. */
export interface SimulatedLine {
  /** What the computer opens. */
  readonly path: string;
  /** Events begin. */
  readonly start: (on: ComputerEvents) => void;
  readonly setReading: (on: boolean) => void;
  readonly write: (bytes: Uint8Array) => void;
  /** Bytes that were written and wait for the computer. */
  readonly backlog: () => number;
  readonly close: () => Promise<void>;
}

/** How often a closed slave is looked at, in milliseconds: nothing tells of an open(2) by itself. */
const LOOK_MS = 5;

/**
 * A new pty as serial line: its slave's first open(2) raises DTR, its last close(2) drops it. While nobody has it
 * open what the modem says is lost, as on a wire.
 *
 * @param link a symbolic link to make, in place of one that is there; removed at `close`.
 * @throws PppctlError `simulate.pty` (9), `simulate.link` (2).
 */
export async function openPtyLine(link: string | undefined): Promise<SimulatedLine> {
  const master = await openPtyMaster();
  try {
    if (link !== undefined) placeLink(link, master.path);
  } catch (error) {
    master.close();
    throw error;
  }
  let on: ComputerEvents | undefined;
  let open = false;
  let reading = true;
  let timer: NodeJS.Timeout | undefined;
  const poller = pollFd(master.fd);
  const pump = pumpFd(master.fd, poller, {
    bytes: (bytes) => on?.bytes(bytes),
    drained: () => on?.drained(),
    end: () => {
      open = false;
      pump.discard();
      master.resetSlave();
      timer = setTimeout(look, LOOK_MS);
      on?.dtr(false);
      on?.drained();
    },
  });
  const look = (): void => {
    const seen = master.look();
    // Bytes with nobody there: it was opened, written and closed between two looks.
    if (!seen.open && !seen.bytesWait) {
      timer = setTimeout(look, LOOK_MS);
      return;
    }
    open = true;
    on?.dtr(true);
    pump.setReading(reading);
  };
  return {
    path: link ?? master.path,
    start: (events) => {
      on = events;
      look();
    },
    setReading: (wanted) => {
      reading = wanted;
      if (open) pump.setReading(wanted);
    },
    write: (bytes) => {
      if (open) pump.write(bytes);
    },
    backlog: pump.backlog,
    close: async () => {
      on = undefined;
      clearTimeout(timer);
      pump.stop();
      master.close();
      if (link !== undefined) removeLink(link, master.path);
    },
  };
}

/** By rename(2), so that the link is never missing; a file that is no link is left alone. */
function placeLink(link: string, target: string): void {
  const fresh = `${link}.${process.pid}.new`;
  try {
    if (lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink() === false) {
      throw new Error("it exists and is no symbolic link");
    }
    symlinkSync(target, fresh);
    renameSync(fresh, link);
  } catch (error) {
    throw new PppctlError({
      code: "simulate.link",
      message: `${link}: cannot make the link to ${target}: ${error instanceof Error ? error.message : String(error)}`,
      exitCode: ExitCode.options,
      hint: "name a path in a folder that you can write",
      cause: error,
    });
  }
}

/** Only if it is still ours. */
function removeLink(link: string, target: string): void {
  try {
    if (readlinkSync(link) === target) unlinkSync(link);
  } catch {
    // Somebody else has removed it.
  }
}
