import { open, read, write } from "node:fs";
import { promisify } from "node:util";
import { makeOperations } from "./agent/operations.ts";
import type { AgentAnswer, AgentRequest } from "./vm/guest-protocol.ts";

/** How often to look whether a host is there again, after one has closed the port. */
const NO_HOST_MS = 20;

const openPort = promisify(open);
const readPort = promisify(read);
const writePort = promisify(write);

/**
 * The one resident program of ours in the emulated kernel: answers the host's requests (guest-protocol.ts)
 * on the virtio-serial port that is its first argument, so that a step of a test costs milliseconds and not
 * the start of node under emulation.
 */
async function serve(path: string): Promise<never> {
  const port = await openPort(path, "r+");
  const operations = makeOperations();
  let queue: Promise<void> = Promise.resolve();
  const answer = (message: AgentAnswer) => {
    const bytes = Buffer.from(`${JSON.stringify(message)}\n`);
    queue = queue.then(() => writeAll(port, bytes)).catch((error) => console.error(`vm agent: ${error}`));
  };
  const handle = async (line: string): Promise<void> => {
    const request = JSON.parse(line) as AgentRequest;
    try {
      const operation = Reflect.get(operations, request.op) as ((request: AgentRequest) => unknown) | undefined;
      if (operation === undefined) throw new Error(`the agent knows no ${request.op}`);
      answer({ id: request.id, value: await operation(request) });
    } catch (error) {
      const { message, code } = error as NodeJS.ErrnoException;
      answer({ id: request.id, error: { message, ...(code === undefined ? {} : { code }) } });
    }
  };

  let rest = Buffer.alloc(0);
  const chunk = Buffer.alloc(65536);
  for (;;) {
    const { bytesRead } = await readPort(port, chunk, 0, chunk.length, null);
    if (bytesRead === 0) {
      rest = Buffer.alloc(0);
      await new Promise((resolve) => setTimeout(resolve, NO_HOST_MS));
      continue;
    }
    rest = Buffer.concat([rest, chunk.subarray(0, bytesRead)]);
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
      void handle(rest.subarray(0, end).toString());
      rest = rest.subarray(end + 1);
    }
  }
}

async function writeAll(port: number, bytes: Buffer): Promise<void> {
  for (let at = 0; at < bytes.length; ) at += (await writePort(port, bytes, at, bytes.length - at, null)).bytesWritten;
}

await serve(process.argv[2] ?? "/dev/vport0p1");
