import { fstatSync, writeSync } from "node:fs";

/** Where a command writes: as much of a stream as its lines need. */
export interface OutputStream {
  readonly isTTY: boolean;
  /** Characters a line; undefined when it is no terminal. */
  readonly columns: number | undefined;
  readonly write: (text: string) => void;
}

/**
 * Node's streams for 1 and 2 bring its sockets with them, a tenth of the time that a command takes to start. A pipe, a file and
 * cron's or systemd's socket are written to directly; a terminal gets the stream.
 */
export const standardOutput = outputOn(1, () => process.stdout);
export const standardError = outputOn(2, () => process.stderr);

function outputOn(fd: number, stream: () => NodeJS.WriteStream): OutputStream {
  let terminal: boolean | undefined;
  const mayBeTerminal = (): boolean => {
    terminal ??= fstatSync(fd).isCharacterDevice();
    return terminal;
  };
  return {
    get isTTY() {
      return mayBeTerminal() && stream().isTTY === true;
    },
    get columns() {
      return mayBeTerminal() ? stream().columns : undefined;
    },
    write: (text) => {
      if (mayBeTerminal()) stream().write(text);
      else writeWhole(fd, text, stream);
    },
  };
}

/** Nobody who listens any more (EPIPE) is no error of ours. Throws as write(2) does otherwise. */
function writeWhole(fd: number, text: string, stream: () => NodeJS.WriteStream): void {
  const bytes = Buffer.from(text);
  for (let from = 0; from < bytes.length; ) {
    try {
      from += writeSync(fd, bytes, from);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EPIPE") return;
      if (code !== "EAGAIN") throw error;
      // Full, and somebody has made it non-blocking: node's stream waits.
      stream().write(bytes.subarray(from));
      return;
    }
  }
}
