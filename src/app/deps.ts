/**
 * What the use cases need of the world. `io/` implements these, `cli/compose.ts`
 * brings them together, tests bring their own.
 */

/** Modem control lines. A pty has none (ENOTTY), so this is an optional capability. */
export interface ModemLines {
  readonly get: () => Promise<{ readonly dcd: boolean; readonly dsr: boolean; readonly cts: boolean }>;
  readonly setDtr: (on: boolean) => Promise<void>;
}

/** An open line to a modem: a serial port by path, or the tty that pppd lets us inherit. */
export interface Transport {
  /** Path of the device, for messages. */
  readonly path: string;
  /**
   * At least 1 and at most `max` bytes as soon as there are any; an empty array
   * when the line is gone (hang-up, end of file). Never takes a byte beyond `max`
   * from the line. When `signal` is aborted it rejects with the signal's reason and
   * has consumed nothing.
   */
  readonly read: (max: number, signal?: AbortSignal) => Promise<Uint8Array>;
  /** Resolves when the kernel has taken the bytes. Rejects as `read` does on abort. */
  readonly write: (bytes: Uint8Array, signal?: AbortSignal) => Promise<void>;
  /** A break, as tcsendbreak(3) with duration 0. Does nothing on a line without breaks. */
  readonly sendBreak: () => Promise<void>;
  /** Absent on a line without modem control lines. */
  readonly lines: ModemLines | undefined;
  /** Give the line back; idempotent. */
  readonly close: () => Promise<void>;
}
