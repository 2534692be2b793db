import { spawn } from "node:child_process";
import { connect } from "node:net";
import { PassThrough, type Readable, type Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import type { FarEnd } from "../modem/simulated-scenario.ts";

export interface FarEndEvents {
  readonly opened: () => unknown;
  readonly failed: (reason: string) => unknown;
  readonly bytes: (bytes: Uint8Array) => unknown;
  /** It takes bytes again, after `write` said false. */
  readonly drained: () => unknown;
  readonly closed: () => unknown;
}

export interface OpenFarEnd {
  /** False: enough for now, until `drained`. */
  readonly write: (bytes: Uint8Array) => boolean;
  readonly setReading: (on: boolean) => void;
  /** No event comes after the call; the promise waits until nothing of it is left. */
  readonly close: () => Promise<void>;
}

/** How long a program has to end before it is killed. pppd takes its leave of the peer in this time. */
const KILL_MS = 2000;

/** How long the output of a program that has ended is read on, should one of its children hold the pipe. */
const LAST_WORDS_MS = 200;

/** Start what is behind the telephone line. Every event comes later than this call. */
export function openFarEnd(far: FarEnd, on: FarEndEvents): OpenFarEnd {
  let closed = false;
  const end = startFarEnd(far, {
    opened: () => closed || on.opened(),
    failed: (reason) => closed || on.failed(reason),
    bytes: (bytes) => closed || on.bytes(bytes),
    drained: () => closed || on.drained(),
    closed: () => closed || on.closed(),
  });
  return {
    write: (bytes) => closed || end.write(bytes),
    setReading: end.setReading,
    close: async () => {
      if (closed) return;
      closed = true;
      await end.close();
    },
  };
}

function startFarEnd(far: FarEnd, on: FarEndEvents): OpenFarEnd {
  switch (far.type) {
    case "command":
      return startCommand(far.argv, on);
    case "socket":
      return connectSocket(far.address, on);
    case "echo": {
      const loop = new PassThrough();
      setImmediate(on.opened);
      return joinStreams(loop, loop, on);
    }
    case "silent": {
      const nothing = new PassThrough();
      nothing.resume();
      setImmediate(on.opened);
      return joinStreams(nothing, new PassThrough(), on);
    }
    default:
      return far satisfies never;
  }
}

function joinStreams(
  input: Writable,
  output: Readable,
  on: FarEndEvents,
  release: () => Promise<void> = async () => {},
): OpenFarEnd {
  output.on("data", on.bytes);
  input.on("drain", on.drained);
  // A program may end while we write (EPIPE): its end is told in another way.
  input.on("error", () => {});
  output.on("error", () => {});
  return {
    write: (bytes) => input.destroyed || input.write(bytes),
    setReading: (wanted) => {
      if (wanted) output.resume();
      else output.pause();
    },
    close: async () => {
      input.destroy();
      output.destroy();
      await release();
    },
  };
}

function connectSocket(address: string, on: FarEndEvents): OpenFarEnd {
  const colon = address.lastIndexOf(":");
  const socket = address.startsWith("/")
    ? connect({ path: address })
    : connect({ host: address.slice(0, colon), port: Number(address.slice(colon + 1)) });
  let why: string | undefined;
  socket.on("connect", on.opened);
  socket.on("error", (error) => {
    why = `${address}: ${error.message}`;
  });
  socket.on("close", () => {
    if (why === undefined) on.closed();
    else on.failed(why);
  });
  return joinStreams(socket, socket, on);
}

/** A program in a process group of its own, so that all that it starts can be ended with it. */
function startCommand(argv: readonly [string, ...string[]], on: FarEndEvents): OpenFarEnd {
  const [program, ...args] = argv;
  const child = spawn(program, args, { stdio: ["pipe", "pipe", "inherit"], detached: true });
  const { pid, stdin, stdout } = child;
  child.on("spawn", on.opened);
  child.on("error", (error) => on.failed(error.message));
  child.on("exit", async () => {
    if (!stdout.readableEnded) {
      const ended = new AbortController();
      stdout.once("close", () => ended.abort());
      await sleep(LAST_WORDS_MS, undefined, { signal: ended.signal }).catch(() => {});
    }
    on.closed();
  });
  return joinStreams(stdin, stdout, on, async () => {
    if (pid !== undefined) await endGroup(pid);
  });
}

/** SIGTERM to a process group, SIGKILL to what is left of it in the end. */
async function endGroup(group: number): Promise<void> {
  const signal = (name: NodeJS.Signals | 0): boolean => {
    try {
      return process.kill(-group, name);
    } catch {
      return false;
    }
  };
  if (!signal("SIGTERM")) return;
  for (let waited = 0; waited < KILL_MS; waited += 20) {
    await sleep(20);
    if (!signal(0)) return;
  }
  signal("SIGKILL");
}
