import { type DialOutcome, type DialRequest, dial } from "./dial.ts";
import { type WakeMeans, wakeModem } from "./wake-modem.ts";

/** How to wake a modem that does not answer the script. `log`: a line for the log of the call. */
export type WakeBy = Pick<WakeMeans, "open" | "reset"> & { readonly log: (text: string) => void };

export interface AwakeOutcome extends DialOutcome {
  /** Nothing has woken it, all that hangs up has been tried. */
  readonly silent: boolean;
}

/**
 * Dial; when the modem has not answered the script's first command at all, wake it (app/wake-modem.ts) and run the script once
 * more. A call that works never sees any of this.
 */
export async function dialAwake(request: DialRequest, { open, reset, log }: WakeBy): Promise<AwakeOutcome> {
  const { line, clock, signal, onEvent } = request;
  const outcome = await dial(request);
  if (!outcome.unanswered || !(await isSilent(outcome, request))) return { ...outcome, silent: false };
  const say = (text: string): void => {
    log(`modem: ${text}`);
    onEvent({ type: "waking", text });
  };
  try {
    say("it does not answer: waking it");
    const { by, line: now } = await wakeModem({ line, open, reset, clock, signal, say });
    say(by === undefined ? "it stays silent" : `it answers after ${by}: the script once more`);
    if (by === undefined) return { ...outcome, silent: true };
    return { ...(await dial({ ...request, line: now })), silent: false };
  } catch (error) {
    if (!signal.aborted) throw error;
    const reason = typeof signal.reason === "string" ? signal.reason : "interrupted";
    return { ...outcome, result: { ...outcome.result, kind: "interrupted", reason }, silent: false };
  }
}

/** Not one byte came, or what came is the data of a call that is still up. */
async function isSilent({ result }: DialOutcome, { line }: DialRequest): Promise<boolean> {
  if (result.received.length === 0) return true;
  try {
    return (await line.lines?.get())?.dcd === true;
  } catch {
    // It has just been unplugged.
    return false;
  }
}
