import { readSync, writeSync } from "node:fs";
import type { ModemLines, Transport } from "../app/deps.ts";
import { libc } from "./libc.ts";

/** The parts of serialport's binding package that we use, by the one file that has them (fast start). */
interface PortBinding {
  readonly fd: number | null;
  close(): Promise<void>;
  flush(): Promise<void>;
  getBaudRate(): Promise<{ baudRate: number }>;
  get(): Promise<{ cts: boolean; dsr: boolean; dcd: boolean; lowLatency: boolean }>;
  set(options: Record<string, boolean>): Promise<void>;
}
interface Poller {
  once(event: "readable" | "writable", callback: (error: Error | null) => void): unknown;
  stop(): void;
  destroy(): void;
}
interface LinuxBindings {
  readonly LinuxBinding: { open(options: Record<string, unknown>): Promise<PortBinding & { poller: Poller }> };
  readonly LinuxPortBinding: new (fd: number, options: object) => PortBinding & { poller: Poller };
}

/** serialport's native binding, loaded when a line is really opened. */
export async function loadLinuxBindings(): Promise<LinuxBindings> {
  const module: unknown = await import("@serialport/bindings-cpp/dist/linux.js");
  // It is CommonJS: by node all of it is `default`, in a bundle of ours its names may be the module's own.
  return (module as { default?: LinuxBindings }).default ?? (module as LinuxBindings);
}

/** tcsendbreak(3) with duration 0, in a thread: it returns when the break is over. Nothing on a line without breaks. */
async function sendBreak(fd: number): Promise<void> {
  const tcsendbreak = libc("int tcsendbreak(int fd, int duration)");
  return new Promise((resolve) => tcsendbreak.async(fd, 0, () => resolve()));
}

function errnoOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

/**
 * A `Transport` over an open, non-blocking tty. serialport's stream reads ahead,
 * which would take the peer's first LCP frame from pppd (design decision 2), and its
 * binding's read spins on a line that hung up; so bytes are read here, never more
 * than asked for, and readiness comes from the binding's poller (uv_poll).
 */
export async function ttyLine(
  path: string,
  port: PortBinding & { poller: Poller },
  release: () => Promise<void>,
): Promise<Transport> {
  const fd = port.fd as number;
  let open = true;

  /** `broken`: the poller met POLLERR, as of a pty whose other side has gone; only another read or write can say more. */
  const ready = (event: "readable" | "writable", signal: AbortSignal | undefined): Promise<"ready" | "broken"> =>
    new Promise((resolve, reject) => {
      const onAbort = (): void => port.poller.stop();
      signal?.addEventListener("abort", onAbort, { once: true });
      port.poller.once(event, (error) => {
        signal?.removeEventListener("abort", onAbort);
        if (signal?.aborted) reject(signal.reason);
        else resolve(error === null ? "ready" : "broken");
      });
    });

  /** The poller's error, unless we have closed the line: of one that hung up libuv says EBADF, and the next read why. */
  const awaitReady = async (event: "readable" | "writable", signal: AbortSignal | undefined): Promise<unknown> => {
    try {
      await ready(event, signal);
      return undefined;
    } catch (error) {
      if (signal?.aborted) throw error;
      return open ? error : undefined;
    }
  };

  const read: Transport["read"] = async (max, signal) => {
    const buffer = new Uint8Array(max);
    for (let broken = false; ; ) {
      signal?.throwIfAborted();
      if (!open) return new Uint8Array(0);
      try {
        return buffer.subarray(0, readSync(fd, buffer, 0, max, null));
      } catch (error) {
        const code = errnoOf(error);
        if (code === "EIO" || code === "ENXIO" || code === "EBADF" || code === "ENODEV") return new Uint8Array(0);
        if (code !== "EAGAIN" && code !== "EINTR") throw error;
        if (broken) return new Uint8Array(0);
        if (code === "EAGAIN") broken = (await ready("readable", signal)) === "broken";
      }
    }
  };

  const shared = new Uint8Array(4096);
  const readNow = (max: number): Uint8Array | undefined => {
    if (!open) return undefined;
    try {
      const size = readSync(fd, shared, 0, Math.min(max, shared.length), null);
      return size === 0 ? undefined : shared.subarray(0, size);
    } catch {
      return undefined;
    }
  };

  const write: Transport["write"] = async (bytes, signal) => {
    let broken: unknown;
    for (let from = 0; from < bytes.length; ) {
      signal?.throwIfAborted();
      // Its number may be another file's by now.
      if (!open) throw Object.assign(new Error(`EBADF: ${path} is closed`), { code: "EBADF" });
      try {
        from += writeSync(fd, bytes, from, bytes.length - from, null);
      } catch (error) {
        const code = errnoOf(error);
        if (code !== "EAGAIN" && code !== "EINTR") throw error;
        if (code === "EAGAIN") {
          if (broken !== undefined) throw broken;
          broken = await awaitReady("writable", signal);
        }
      }
    }
  };

  const lines = await modemLines(port);
  return {
    path,
    read,
    readNow,
    write,
    lines,
    flush: () => port.flush(),
    sendBreak: () => sendBreak(fd),
    close: async () => {
      if (!open) return;
      open = false;
      await release();
    },
  };
}

/** A pty answers ENOTTY to the modem control lines (design decision 8). */
async function modemLines(port: PortBinding): Promise<ModemLines | undefined> {
  try {
    await port.get();
  } catch {
    return undefined;
  }
  return {
    get: async () => {
      const { cts, dsr, dcd } = await port.get();
      return { cts, dsr, dcd };
    },
    setDtr: async (on) => {
      const { lowLatency } = await port.get();
      await port.set({ dtr: on, rts: on, lowLatency });
    },
  };
}
