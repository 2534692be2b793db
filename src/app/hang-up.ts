import { bytesFromLatin1, latin1FromBytes } from "../core/bytes.ts";
import type { Clock } from "../core/clock.ts";
import { type HangUpAction, type HangUpOutcome, type HangUpReply, planHangUp } from "../modem/hang-up.ts";
import { findResultCode } from "../modem/result-codes.ts";
import type { Transport } from "./deps.ts";

/** Make the modem at `line` hang up, by DTR where there is one, and see that it did (modem/hang-up.ts). */
export async function hangUp(line: Transport, clock: Clock): Promise<HangUpOutcome> {
  const plan = planHangUp({ hasDtr: line.lines !== undefined });
  let step = plan.next({});
  while (step.done !== true) step = plan.next(await perform(step.value, line, clock));
  return step.value;
}

async function perform(action: HangUpAction, line: Transport, clock: Clock): Promise<HangUpReply> {
  switch (action.type) {
    case "drop-dtr":
      return { carrier: await dropDtr(line, clock, action.ms) };
    case "silence":
      await collect(line, clock, action.ms, () => false);
      return {};
    case "ask": {
      await line.write(bytesFromLatin1(action.text));
      const received = await collect(line, clock, action.withinMs, (text) => findResultCode(text) !== undefined);
      return { answer: findResultCode(received) };
    }
    default:
      return action satisfies never;
  }
}

/**
 * Hold DTR low for up to `ms`, less when DCD falls before; then raise it.
 * @returns DCD at the end; undefined on a line without modem control lines.
 */
export async function dropDtr(line: Transport, clock: Clock, ms: number): Promise<boolean | undefined> {
  const { lines } = line;
  if (lines === undefined) return undefined;
  await lines.setDtr(false);
  // A modem looks at DTR every S25 hundredths of a second (5 unless set), so it is not raised before 100 ms.
  const end = clock.now() + ms;
  const soonest = clock.now() + 100;
  let carrier = true;
  while (clock.now() < soonest || (carrier && clock.now() < end)) {
    await clock.sleep(20);
    carrier = (await lines.get()).dcd;
  }
  await lines.setDtr(true);
  return carrier;
}

/** What arrives within `ms`, or until `enough` says so; the last 4 KiB of it. */
async function collect(line: Transport, clock: Clock, ms: number, enough: (text: string) => boolean): Promise<string> {
  let text = "";
  const timer = new AbortController();
  const over = clock.sleep(ms, timer.signal).then(
    () => timer.abort(),
    () => undefined,
  );
  try {
    while (!enough(text)) {
      const bytes = await line.read(256, timer.signal);
      if (bytes.length === 0) break;
      text = (text + latin1FromBytes(bytes)).slice(-4096);
    }
  } catch (error) {
    if (!timer.signal.aborted) throw error;
  }
  timer.abort();
  await over;
  return text;
}
