import type { CauseRow } from "./cause-row.ts";
import { deviceCauses } from "./device-causes.ts";
import { dialCauses } from "./dial-causes.ts";
import { endingCauses } from "./ending-causes.ts";
import { negotiationCauses } from "./negotiation-causes.ts";
import { pppdCauses } from "./pppd-causes.ts";
import { tunnelCauses } from "./tunnel-causes.ts";

export type { CauseDetails, CauseRow, RetryAdvice } from "./cause-row.ts";

/** Every cause: how it is said, what to do about it (docs/causes.md). pppd's exit statuses are those of pppd(8). */
export const causes = {
  ...deviceCauses,
  ...dialCauses,
  ...tunnelCauses,
  ...negotiationCauses,
  ...endingCauses,
  ...pppdCauses,
} as const satisfies Readonly<Record<string, CauseRow>>;

/** The closed list of reasons for which a link failed or ended. */
export type Cause = keyof typeof causes;

/** The row of a cause, with the types of every row. */
export function causeRow(cause: Cause): CauseRow {
  return causes[cause];
}

/** The cause whose error has this code; undefined: the error is of something else (a mistake in a file, another dialer). */
export function causeOfCode(code: string): Cause | undefined {
  return (Object.keys(causes) as Cause[]).find((cause) => causes[cause].code === code);
}

export function isCause(text: unknown): text is Cause {
  return typeof text === "string" && Object.hasOwn(causes, text);
}
