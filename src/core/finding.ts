import type { SourcePosition } from "./source-position.ts";

/** Something that is wrong, or may be, at a place of a user's file. */
export interface Finding {
  /** Dotted and stable: `peer.unknown-option`, `device.missing`, … */
  readonly code: string;
  /**
   * `error`: pppd would refuse the file, or the call fails. `device`: pppd would refuse it today, for want of the
   * device. `warning`: it would go on. `info`: nothing is wrong by itself.
   */
  readonly severity: "error" | "device" | "warning" | "info";
  readonly position: SourcePosition;
  /** One sentence without the position. */
  readonly message: string;
  /** One imperative line: the fix. */
  readonly hint?: string;
  /** What pppd itself prints, without `pppd: `. */
  readonly pppd?: string;
}
