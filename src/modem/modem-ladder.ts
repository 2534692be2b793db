import type { HangUpAction } from "./hang-up.ts";
import type { ResultCodeReading } from "./result-codes.ts";

/** What the driver is asked to do next; times in milliseconds. */
export type LadderAction =
  | HangUpAction
  /** Throw away what waits in the kernel, both ways. */
  | { readonly type: "drain" }
  /** Close the line and open it again. */
  | { readonly type: "reopen" }
  /** Run the user's own command (`PON_RESET`), and take the line again after it. */
  | { readonly type: "reset" };

/** How the action ended: of `ask` the result code, undefined when the time was over. */
export interface LadderReply {
  readonly answer?: ResultCodeReading | undefined;
}

/** A rung, by the name that the log has for it. */
export type Rung = "drain" | "AT" | "+++" | "DTR" | "ATH" | "close and open" | "PON_RESET";

export interface LadderStep {
  readonly rung: Rung;
  readonly action: LadderAction;
}

/** Which rung the modem answered after; undefined: none. */
export type LadderOutcome = Rung | undefined;

/** S12 of a modem as it comes: 50 fiftieths of a second (Hayes). */
const guardMs = 1000;
/** A modem that obeys takes its time to clear the line down, some two or three seconds. */
const clearMs = 3000;
/** Whatever DCD shows: it may be stuck, too. */
const dtrLowMs = 1000;
const answerMs = 1000;
/** After a reset of its own a modem may need so many tries of a second: a GSM module boots for some 15 s. */
const triesAfterReset = 20;
/** What the modem still has to say of all that it was asked is no answer to the script. */
const settleMs = 300;

/**
 * How to have a modem answer that is silent: each rung is a harder means than the one before. A generator as `planHangUp`:
 * `next(reply)` gives the next action, the return value is the outcome. Without a reset command it takes 10 s at the most.
 *
 *     drain, AT               something was in the way, or the speed has to be found
 *     silence, +++, ATH       it is in data mode and ignores DTR
 *     DTR low, ATH            it is in data mode, or obeys &D3 only
 *     close and open, AT      a driver that is stuck; on a pty, where there is no DTR
 *     PON_RESET, AT, AT, …    whatever the user knows: a relay, the USB port's power
 */
export function* planLadder(line: {
  /** Whether DTR can be set: not on a pty. */
  readonly hasDtr: boolean;
  /** Whether the line is ours to close: not pppd's. */
  readonly canReopen: boolean;
  readonly hasReset: boolean;
}): Generator<LadderStep, LadderOutcome, LadderReply> {
  const rung = yield* climb(line);
  if (rung !== undefined) yield { rung, action: { type: "silence", ms: settleMs } };
  return rung;
}

function* climb(line: Parameters<typeof planLadder>[0]): ReturnType<typeof planLadder> {
  const at = { type: "ask", text: "AT\r", withinMs: answerMs } as const;
  const ath = { type: "ask", text: "ATH\r", withinMs: clearMs } as const;
  yield { rung: "drain", action: { type: "drain" } };
  if ((yield { rung: "AT", action: at }).answer !== undefined) return "AT";

  yield { rung: "+++", action: { type: "silence", ms: guardMs + 100 } };
  const escaped = yield { rung: "+++", action: { type: "ask", text: "+++", withinMs: guardMs + answerMs } };
  if (escaped.answer !== undefined && (yield { rung: "ATH", action: ath }).answer !== undefined) return "+++";

  if (line.hasDtr) yield { rung: "DTR", action: { type: "drop-dtr", ms: dtrLowMs, atLeastMs: dtrLowMs } };
  const hungUp = yield { rung: "ATH", action: { ...ath, withinMs: answerMs } };
  if (hungUp.answer !== undefined) return line.hasDtr ? "DTR" : "ATH";

  if (line.canReopen) {
    yield { rung: "close and open", action: { type: "reopen" } };
    if ((yield { rung: "AT", action: at }).answer !== undefined) return "close and open";
  }
  if (!line.hasReset) return undefined;
  yield { rung: "PON_RESET", action: { type: "reset" } };
  for (let n = 0; n < triesAfterReset; n++) {
    if ((yield { rung: "AT", action: at }).answer !== undefined) return "PON_RESET";
  }
  return undefined;
}
