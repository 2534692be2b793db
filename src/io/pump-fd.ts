import { readSync, writeSync } from "node:fs";
import { createRequire } from "node:module";

type PollEvent = "readable" | "writable" | "disconnect";

/** uv_poll(3) over a descriptor, from serialport's binding: the one way in Node to wait for a tty of our own. */
export interface FdPoller {
  /** Wait for these events, and no others any more; 0 for none. */
  poll(events: number): void;
  on(event: PollEvent, listener: (error: Error | null) => void): unknown;
  off(event: PollEvent, listener: (error: Error | null) => void): unknown;
  destroy(): void;
}

const READABLE = 1;
const WRITABLE = 2;
const DISCONNECT = 4;

/** A poller for a non-blocking descriptor; there may be one for each. To be destroyed after `stop` of its pump. */
export function pollFd(fd: number): FdPoller {
  const { Poller } = createRequire(import.meta.url)("@serialport/bindings-cpp/dist/poller.js") as {
    readonly Poller: new (fd: number) => FdPoller;
  };
  return new Poller(fd);
}

export interface FdPump {
  /** Take bytes as they come, or let them wait (the end is seen in any case). Off at first. */
  readonly setReading: (on: boolean) => void;
  /** Bytes are written at once or queued, in order; never blocks. */
  readonly write: (bytes: Uint8Array) => void;
  /** Bytes in the queue. */
  readonly backlog: () => number;
  /** Throw the queue away. */
  readonly discard: () => void;
  /** No callback comes after it; poller and descriptor stay. */
  readonly stop: () => void;
}

/** What a read brought is copied out of it before the next one, whoever reads. */
const buffer = new Uint8Array(65_536);
const NO_BYTES_YET = new Set(["EAGAIN", "EWOULDBLOCK", "EINTR"]);

/**
 * Move bytes between a non-blocking tty and callbacks. One read for each readiness, so that
 * nobody is flooded: whoever has enough calls `setReading(false)`.
 *
 * @param on.end the other side closed (EIO on a pty's master), or the device is gone. After it nothing
 * is read until the next `setReading(true)`.
 * @param on.drained the queue has become empty.
 */
export function pumpFd(
  fd: number,
  poller: FdPoller,
  on: { readonly bytes: (bytes: Uint8Array) => void; readonly end: () => void; readonly drained: () => void },
): FdPump {
  let queue: Uint8Array[] = [];
  let backlog = 0;
  let reading = false;
  let watching = false;
  let stopped = false;

  // The binding's poller forgets nothing that it was ever asked for, so that each of its events must be
  // followed by a fresh mask.
  const arm = (): void => {
    if (stopped) return;
    const mask = (reading ? READABLE : watching ? DISCONNECT : 0) | (backlog > 0 ? WRITABLE : 0);
    poller.poll(mask);
  };

  const end = (): void => {
    reading = false;
    watching = false;
    on.end();
  };

  /** At most one buffer; undefined when there is nothing, 0 bytes at the end. */
  const readOnce = (): Uint8Array | undefined => {
    try {
      return buffer.slice(0, readSync(fd, buffer, 0, buffer.length, null));
    } catch (error) {
      return NO_BYTES_YET.has(codeOf(error)) ? undefined : new Uint8Array();
    }
  };

  /** How many bytes the kernel took. What cannot be written because nobody is there is lost, as on a wire. */
  const writeOnce = (bytes: Uint8Array): number => {
    try {
      return writeSync(fd, bytes, 0, bytes.length, null);
    } catch (error) {
      return NO_BYTES_YET.has(codeOf(error)) ? 0 : bytes.length;
    }
  };

  const readable = (error: Error | null): void => {
    if (stopped) return;
    const bytes = reading ? readOnce() : undefined;
    if (error !== null || bytes?.length === 0) end();
    else if (bytes !== undefined) on.bytes(bytes);
    arm();
  };

  const disconnect = (): void => {
    if (stopped) return;
    if (watching && !reading) {
      // The line is dead: what was not read by now goes with it.
      for (let bytes = readOnce(); bytes !== undefined && bytes.length > 0; bytes = readOnce());
      end();
    }
    arm();
  };

  const writable = (): void => {
    if (stopped) return;
    while (queue[0] !== undefined) {
      const sent = writeOnce(queue[0]);
      backlog -= sent;
      if (sent < queue[0].length) {
        queue[0] = queue[0].subarray(sent);
        break;
      }
      queue.shift();
    }
    if (backlog === 0) on.drained();
    arm();
  };

  poller.on("readable", readable);
  poller.on("disconnect", disconnect);
  poller.on("writable", writable);

  return {
    setReading: (wanted) => {
      reading = wanted;
      watching = true;
      arm();
    },
    write: (bytes) => {
      const sent = backlog === 0 ? writeOnce(bytes) : 0;
      if (sent === bytes.length) return;
      queue.push(bytes.subarray(sent));
      backlog += bytes.length - sent;
      arm();
    },
    backlog: () => backlog,
    discard: () => {
      queue = [];
      backlog = 0;
      arm();
    },
    stop: () => {
      if (stopped) return;
      stopped = true;
      poller.poll(0);
      // The binding keeps each poller for ever, and with it whatever listens to it.
      poller.off("readable", readable);
      poller.off("disconnect", disconnect);
      poller.off("writable", writable);
    },
  };
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
