import type { Readable } from "node:stream";
import { ReadlineParser } from "@serialport/parser-readline";

/** Give every line of a stream to `onLine` as soon as it is complete, a character a byte; empty ones are left out. */
export async function readLines(stream: Readable, onLine: (line: string) => void): Promise<void> {
  const lines = stream.pipe(new ReadlineParser({ encoding: "latin1", readableObjectMode: true }));
  for await (const line of lines) if (line !== "") onLine(line);
}
