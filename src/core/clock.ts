/**
 * Time as an input (design rule: machines carry deadlines, drivers sleep until
 * them). The system's clock lives in `io/`; tests use a manual one.
 */
export interface Clock {
  /** Milliseconds on a monotonic clock with an arbitrary zero. */
  now(): number;
  /** Milliseconds since 1970, for records and logs only. */
  wallTime(): number;
  /** Resolves after `ms`; rejects with the signal's reason as soon as it is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
