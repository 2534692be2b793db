import { lstatSync, readlinkSync, renameSync, symlinkSync, unlinkSync } from "node:fs";
import { PppctlError } from "../core/errors.ts";
import { ExitCode } from "../core/exit-codes.ts";
import { openPtyMaster } from "./pty-master.ts";
import { pollFd, pumpFd } from "./pump-fd.ts";

/** What the modem hears of its computer. */
interface ComputerEvents {
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
  const [poller, openingsPoller] = [pollFd(master.fd), pollFd(master.openingsFd)];
  const pump = pumpFd(master.fd, poller, {
    bytes: (bytes) => on?.bytes(bytes),
    drained: () => on?.drained(),
    end: () => {
      open = false;
      pump.discard();
      master.resetSlave();
      openings.setReading(true);
      on?.dtr(false);
      on?.drained();
    },
  });
  const look = (): void => {
    const seen = master.look();
    // Bytes with nobody there: it was opened, written and closed again already.
    if (open || (!seen.open && !seen.bytesWait)) return;
    open = true;
    openings.setReading(false);
    on?.dtr(true);
    pump.setReading(reading);
  };
  const openings = pumpFd(master.openingsFd, openingsPoller, {
    bytes: look,
    end: () => {},
    drained: () => {},
  });
  return {
    path: link ?? master.path,
    start: (events) => {
      on = events;
      openings.setReading(true);
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
      openings.stop();
      pump.stop();
      openingsPoller.destroy();
      poller.destroy();
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
