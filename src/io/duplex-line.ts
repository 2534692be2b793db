import type { Duplex } from "node:stream";
import type { Transport } from "../app/deps.ts";

const BREAK_MS = 300;

/** What serialport's stream has and others have not. */
interface WithLines {
  set(options: { readonly brk: boolean }, callback: (error: Error | null) => void): void;
}

/**
 * A line for a chat over a stream. It takes from the stream's buffer no more than it is asked for; what it has no
 * use for stays there for the next reader. An end or an error of the stream is a line that is gone.
 *
 * @throws TypeError for a stream of objects or of decoded text.
 */
export function duplexLine(
  stream: Duplex,
): Pick<Transport, "read" | "write" | "sendBreak"> & { readonly release: () => void } {
  if (stream.readableObjectMode || stream.readableEncoding !== null) {
    throw new TypeError("a chat needs a stream of bytes: no object mode, no setEncoding()");
  }
  const isGone = (): boolean => stream.destroyed || stream.readableEnded || stream.errored !== null;
  // For as long as somebody listens for it the stream does not flow to listeners of "data" past us; they hear what
  // we read, and after the chat what follows. An error while nobody reads is found out by the next read.
  const ignore = (): void => undefined;
  stream.on("readable", ignore);
  stream.on("error", ignore);
  return {
    release: () => {
      stream.off("readable", ignore);
      stream.off("error", ignore);
    },
    read: async (max, signal) => {
      for (;;) {
        signal?.throwIfAborted();
        const bytes = stream.readableLength > 0 ? stream.read(Math.min(max, stream.readableLength)) : stream.read(0);
        if (bytes !== null) return bytes as Uint8Array;
        if (isGone()) return new Uint8Array();
        await nextOf(stream, ["readable", "end", "close", "error"], signal);
      }
    },
    write: async (bytes, signal) => {
      signal?.throwIfAborted();
      if (isGone() || stream.writableEnded) throw goneError();
      await new Promise<void>((resolve, reject) => {
        const settle = (finish: () => void): void => {
          signal?.removeEventListener("abort", onAbort);
          stream.off("close", onGone);
          stream.off("error", onGone);
          finish();
        };
        const onAbort = (): void => settle(() => reject(signal?.reason));
        const onGone = (): void => settle(() => reject(goneError()));
        signal?.addEventListener("abort", onAbort, { once: true });
        stream.once("close", onGone);
        stream.once("error", onGone);
        stream.write(bytes, (error) => (error == null ? settle(resolve) : onGone()));
      });
    },
    sendBreak: async () => {
      if (!("set" in stream) || typeof stream.set !== "function") return;
      const port = stream as Duplex & WithLines;
      const set = (brk: boolean): Promise<void> => new Promise((resolve) => port.set({ brk }, () => resolve()));
      await set(true);
      await new Promise((resolve) => setTimeout(resolve, BREAK_MS));
      await set(false);
    },
  };
}

/** The first of these events; rejects with the signal's reason when it is aborted before. */
function nextOf(stream: Duplex, events: readonly string[], signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (finish: () => void): void => {
      for (const event of events) stream.off(event, onEvent);
      signal?.removeEventListener("abort", onAbort);
      finish();
    };
    const onEvent = (): void => settle(resolve);
    const onAbort = (): void => settle(() => reject(signal?.reason));
    for (const event of events) stream.on(event, onEvent);
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}

function goneError(): Error {
  return Object.assign(new Error("EIO: i/o error, write"), { code: "EIO" });
}
