import type { Clock } from "../../src/core/clock.ts";

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/** A clock that moves only when told to. */
export class ManualClock implements Clock {
  #now: number;
  readonly #wallZero: number;
  #sleepers: Sleeper[] = [];

  constructor(start = 0, wallTime = Date.UTC(2026, 0, 1)) {
    this.#now = start;
    this.#wallZero = wallTime - start;
  }

  now(): number {
    return this.#now;
  }

  wallTime(): number {
    return this.#wallZero + this.#now;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(signal.reason);
        return;
      }
      const sleeper = { at: this.#now + ms, wake };
      const forget = (): void => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
        signal?.removeEventListener("abort", stop);
      };
      function wake(): void {
        forget();
        resolve();
      }
      function stop(): void {
        forget();
        reject(signal?.reason);
      }
      signal?.addEventListener("abort", stop);
      this.#sleepers.push(sleeper);
    });
  }

  /** How many sleeps are pending. */
  get sleepers(): number {
    return this.#sleepers.length;
  }

  /** Move by `ms`, waking who is due on the way, in order, and letting each go on before the next. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settle();
    for (let next = this.#earliest(); next !== undefined && next.at <= end; next = this.#earliest()) {
      this.#now = Math.max(this.#now, next.at);
      next.wake();
      await settle();
    }
    this.#now = end;
  }

  /** Let time pass from one sleeper to the next until `promise` is settled. Fails when nobody sleeps any more. */
  async runUntil<T>(promise: Promise<T>): Promise<T> {
    let pending = true;
    const done = (): void => {
      pending = false;
    };
    promise.then(done, done);
    for (await settle(); pending; await settle()) {
      const next = this.#earliest();
      if (next === undefined) throw new Error("nothing will ever happen: no one sleeps, and the promise is pending");
      this.#now = Math.max(this.#now, next.at);
      next.wake();
    }
    return promise;
  }

  #earliest(): Sleeper | undefined {
    return this.#sleepers.reduce<Sleeper | undefined>(
      (first, sleeper) => (first === undefined || sleeper.at < first.at ? sleeper : first),
      undefined,
    );
  }
}

/** Let everything run that waits for no clock. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
