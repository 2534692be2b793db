import type { ResultCodeReading } from "./result-codes.ts";

/** What the driver is asked to do next; times in milliseconds. */
export type HangUpAction =
  /** Hold DTR low for `ms`, or for `atLeastMs` (100 unless told) when DCD falls; raise it again, reply with what DCD shows. */
  | { readonly type: "drop-dtr"; readonly ms: number; readonly atLeastMs?: number }
  /** Send nothing for `ms`; throw away what arrives. */
  | { readonly type: "silence"; readonly ms: number }
  /** Send `text`, then wait up to `withinMs` until `findResultCode` finds one in what arrives. */
  | { readonly type: "ask"; readonly text: string; readonly withinMs: number };

/** How the action ended. */
export interface HangUpReply {
  /** After `drop-dtr`: the state of DCD; undefined where the line does not show it. */
  readonly carrier?: boolean | undefined;
  /** After `ask`: the result code, undefined when the time was over. */
  readonly answer?: ResultCodeReading | undefined;
}

export interface HangUpOutcome {
  /** The modem has shown that the line is free: DCD fell, or it answered OK to a hang-up. */
  readonly onHook: boolean;
  /** What did it. `nothing`: the modem answered nothing at all. */
  readonly by: "dtr" | "command" | "escape" | "nothing";
}

/** S12 of a modem as it comes: 50 fiftieths of a second (ITU-T V.250 6.x; Hayes S12). */
const GUARD_MS = 1000;

/** A modem that obeys takes its time to clear the line down, some two or three seconds. */
const CLEAR_MS = 3000;

/**
 * How to make a modem hang up and to be sure of it, as a generator: `next(reply)`
 * gives the next action, and the return value is the outcome. Pure; the driver does
 * the waiting.
 *
 *     DTR low -> DCD low: done
 *     AT answered -> ATH        (the modem is in command mode)
 *     else silence, +++, -> ATH (the modem ignores DTR and is in data mode)
 *
 * The probe comes before the escape because a modem that obeyed DTR but shows DCD always
 * on would take three seconds of guard times for nothing. `ATH` is sent without
 * its 0, so that an echo of it cannot be read as the numeric result code `0`.
 */
export function* planHangUp(line: {
  /** Whether DTR can be set: not on a pty. */
  readonly hasDtr: boolean;
  /** How long DTR is held low, 500 ms unless told: a modem looks at it every S25 hundredths of a second. */
  readonly dtrLowMs?: number;
  /** How long the modem has to answer the probe, 700 ms unless told. */
  readonly answerMs?: number;
}): Generator<HangUpAction, HangUpOutcome, HangUpReply> {
  const withinMs = line.answerMs ?? 700;
  if (line.hasDtr) {
    const { carrier } = yield { type: "drop-dtr", ms: line.dtrLowMs ?? 500 };
    if (carrier === false) return { onHook: true, by: "dtr" };
  }
  // Any result code shows that the modem listens: NO CARRIER is the answer to a key while it dials.
  const probe = yield { type: "ask", text: "AT\r", withinMs };
  let by: "command" | "escape" = "command";
  if (probe.answer === undefined) {
    by = "escape";
    yield { type: "silence", ms: GUARD_MS + 100 };
    // The OK comes after the second guard time only.
    yield { type: "ask", text: "+++", withinMs: GUARD_MS + CLEAR_MS };
  }
  const { answer } = yield { type: "ask", text: "ATH\r", withinMs: CLEAR_MS };
  if (answer === undefined) return { onHook: false, by: "nothing" };
  // The call may have ended by itself a moment before: NO CARRIER says on-hook as well.
  return { onHook: answer.code === "ok" || answer.code === "no-carrier", by };
}
