import type { Cause, CauseDetails } from "./causes.ts";

/** What one source says of the end of a call. */
export interface Reading {
  readonly cause: Cause;
  /** When it is not that of the cause's row. */
  readonly exitStatus?: number;
  readonly details: CauseDetails;
  readonly evidence: readonly string[];
}
