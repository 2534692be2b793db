import type { Clock } from "../core/clock.ts";
import type { PeerName } from "../core/peer-name.ts";
import { readSettings } from "../link/read-settings.ts";
import { type LadderReply, type LadderStep, planLadder, type Rung } from "../modem/modem-ladder.ts";
import type { DialPlan } from "../peer/dial-plan.ts";
import type { Transport, World } from "./deps.ts";
import { performOnLine } from "./hang-up.ts";

/** What may be done to wake a modem. */
export interface WakeMeans {
  readonly line: Transport;
  /** Open the line again after it has been closed. Absent: it is not ours to close (pppd's). Rejects as `OpenLine`. */
  readonly open?: (() => Promise<Transport>) | undefined;
  /** Run the user's command (`PON_RESET`): undefined when it has ended well, else why not. Absent: there is none. */
  readonly reset?: ((signal: AbortSignal) => Promise<string | undefined>) | undefined;
  readonly clock: Clock;
  /** Each step as it is done, one clause. */
  readonly say: (text: string) => void;
  readonly signal: AbortSignal;
}

export interface Woken {
  /** After which rung the modem has answered; undefined: it stays silent. */
  readonly by: Rung | undefined;
  /** The line as it is now: another than before when it was opened again. */
  readonly line: Transport;
}

/** Between close and open: long enough for DTR to be seen low. */
const closedMs = 500;
/** A reset command has so long. */
const resetLimitMs = 60_000;
/** A device that a reset took off the USB is back within this time. */
const backMs = 30_000;

/**
 * Go up the ladder (modem/modem-ladder.ts) until the modem answers. It ends early when the line has gone and is not ours to open.
 *
 * @throws what `means.signal` was aborted with
 */
export async function wakeModem(means: WakeMeans): Promise<Woken> {
  const { clock, say, signal } = means;
  let { line } = means;
  /** The line is closed, or the device has gone. */
  let gone = false;

  const reopen = async (patienceMs: number): Promise<void> => {
    const { open } = means;
    if (open === undefined) return;
    const until = clock.now() + patienceMs;
    for (;;) {
      await clock.sleep(closedMs, signal);
      try {
        line = await open();
        gone = false;
        return;
      } catch (error) {
        if (clock.now() < until) continue;
        say(`opening ${line.path} again: ${reasonOf(error)}`);
        return;
      }
    }
  };

  /** What a modem without CTS has not taken would hold a close up, for half a minute (tty's closing_wait). */
  const flush = async (): Promise<void> => {
    try {
      await line.flush?.();
    } catch {
      // It has gone.
    }
  };

  const close = async (): Promise<void> => {
    if (means.open === undefined) return;
    await flush();
    gone = true;
    await line.close();
  };

  const perform = async ({ action }: LadderStep): Promise<LadderReply> => {
    switch (action.type) {
      case "drain":
        await flush();
        return {};
      case "reopen":
        await close();
        await reopen(0);
        return {};
      case "reset": {
        await close();
        const failed = await means.reset?.(signal);
        say(failed === undefined ? "PON_RESET has run" : `PON_RESET: ${failed}`);
        await reopen(backMs);
        return {};
      }
      default:
        return gone ? {} : performOnLine(action, line, clock, signal);
    }
  };

  const plan = planLadder({
    hasDtr: line.lines !== undefined,
    canReopen: means.open !== undefined,
    hasReset: means.reset !== undefined,
  });
  let step = plan.next({});
  while (step.done !== true) {
    signal.throwIfAborted();
    let reply: LadderReply = {};
    try {
      reply = await perform(step.value);
    } catch (error) {
      if (signal.aborted) throw error;
      // Hung up or unplugged: a harder means may bring it back, where there is one.
      gone = true;
      say(`${line.path}: ${reasonOf(error)}`);
    }
    if (!gone) describe(step.value, reply, say);
    else if (means.open === undefined || step.value.action.type === "reset") return { by: undefined, line };
    step = plan.next(reply);
  }
  if (step.value === undefined && !gone) await flush();
  return { by: step.value, line };
}

/** The reset command of a peer's settings (`PON_RESET`), told the device and the peer as hooks are; undefined: there is none. */
export function resetBy(
  peer: PeerName,
  plan: Pick<DialPlan, "settings" | "device">,
  world: Pick<World, "runCommand">,
): WakeMeans["reset"] {
  const argv = readSettings(plan.settings).settings.PON_RESET;
  if (argv.length === 0) return undefined;
  const variables = { DEVICE: plan.device?.value ?? "", CALL_FILE: peer };
  return (signal) => world.runCommand(argv, { variables, limitMs: resetLimitMs, signal });
}

function describe({ rung, action }: LadderStep, { answer }: LadderReply, say: WakeMeans["say"]): void {
  if (action.type === "ask") {
    say(`${rung}: ${answer === undefined ? `no answer within ${action.withinMs / 1000} s` : answer.code}`);
  } else if (action.type === "drop-dtr" || action.type === "drain" || action.type === "reopen") say(rung);
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
