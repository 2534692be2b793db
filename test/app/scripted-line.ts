import type { Transport } from "../../src/app/deps.ts";
import { bytesFromLatin1, latin1FromBytes } from "../../src/core/bytes.ts";
import type { ManualClock } from "./manual-clock.ts";

/** What a modem does, in order (seconds on the clock; texts have one character a byte). */
export type ModemStep =
  | { readonly wait: string; readonly t?: number }
  | { readonly waitn: number; readonly t?: number }
  | { readonly quiet: number }
  | { readonly sleep: number }
  | { readonly send: string; readonly chunk?: number; readonly gap?: number }
  | { readonly signal: string }
  | { readonly hangup: true };

/** A line with both ends in the test. */
export class ScriptedLine implements Pick<Transport, "read" | "readNow" | "write" | "sendBreak"> {
  /** Everything that was written to the modem. */
  sent = "";
  breaks = 0;
  /** What the modem has sent and nobody has read. */
  unread = new Uint8Array();
  gone = false;
  /** Reads and writes that are not settled. */
  pending = 0;
  /** Writes wait for as long as this is true (flow control). */
  blocked = false;
  readonly #watchers = new Set<() => void>();

  async read(max: number, signal?: AbortSignal): Promise<Uint8Array> {
    await this.#until(() => this.unread.length > 0 || this.gone, signal);
    const taken = this.unread.subarray(0, max);
    this.unread = this.unread.slice(taken.length);
    return taken;
  }

  readNow(max: number): Uint8Array | undefined {
    const taken = this.unread.subarray(0, max);
    this.unread = this.unread.slice(taken.length);
    return taken.length > 0 ? taken : undefined;
  }

  async write(bytes: Uint8Array, signal?: AbortSignal): Promise<void> {
    await this.#until(() => !this.blocked || this.gone, signal);
    if (this.gone) throw Object.assign(new Error("EIO: i/o error, write"), { code: "EIO" });
    this.sent += latin1FromBytes(bytes);
    this.#changed();
  }

  sendBreak(): Promise<void> {
    this.breaks++;
    return Promise.resolve();
  }

  /** The modem sends. */
  receive(text: string): void {
    this.unread = Uint8Array.of(...this.unread, ...bytesFromLatin1(text));
    this.#changed();
  }

  hangUp(): void {
    this.gone = true;
    this.#changed();
  }

  /** Do the steps; `raise` is what a signal does. Ends early when `stopped` is aborted. */
  async play(
    steps: readonly ModemStep[],
    clock: ManualClock,
    raise: (signal: string) => void,
    stopped: AbortSignal,
  ): Promise<void> {
    let from = 0;
    for (const step of steps) {
      if (stopped.aborted) return;
      if ("wait" in step) {
        await this.#wait(() => this.sent.includes(step.wait, from), step.t ?? 10, clock, stopped);
        const at = this.sent.indexOf(step.wait, from);
        if (at >= 0) from = at + step.wait.length;
      } else if ("waitn" in step) {
        await this.#wait(() => this.sent.length >= step.waitn, step.t ?? 10, clock, stopped);
      } else if ("quiet" in step) {
        for (let before = -1; before !== this.sent.length && !stopped.aborted; ) {
          before = this.sent.length;
          await clock.sleep(step.quiet * 1000, stopped).catch(() => undefined);
        }
      } else if ("sleep" in step) {
        await clock.sleep(step.sleep * 1000, stopped).catch(() => undefined);
      } else if ("signal" in step) {
        raise(`SIG${step.signal}`);
      } else if ("hangup" in step) {
        this.hangUp();
      } else {
        const chunk = step.chunk ?? step.send.length;
        for (let at = 0; at < step.send.length; at += chunk) {
          this.receive(step.send.slice(at, at + chunk));
          if (step.gap !== undefined) await clock.sleep(step.gap * 1000, stopped).catch(() => undefined);
        }
      }
    }
  }

  /** Until `ready`, or `seconds` are over. */
  async #wait(ready: () => boolean, seconds: number, clock: ManualClock, stopped: AbortSignal): Promise<void> {
    const over = new AbortController();
    const stop = (): void => over.abort();
    stopped.addEventListener("abort", stop);
    const sleep = new AbortController();
    clock.sleep(seconds * 1000, sleep.signal).then(stop, () => undefined);
    if (stopped.aborted) stop();
    await this.#until(ready, over.signal).catch(() => undefined);
    sleep.abort();
    stopped.removeEventListener("abort", stop);
  }

  #until(ready: () => boolean, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const check = (): void => {
        if (signal?.aborted === true) finish(() => reject(signal.reason));
        else if (ready()) finish(resolve);
      };
      const finish = (settle: () => void): void => {
        this.#watchers.delete(check);
        signal?.removeEventListener("abort", check);
        this.pending--;
        settle();
      };
      this.pending++;
      this.#watchers.add(check);
      signal?.addEventListener("abort", check);
      check();
    });
  }

  #changed(): void {
    for (const check of [...this.#watchers]) check();
  }
}
