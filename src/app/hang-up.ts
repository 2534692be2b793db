import { bytesFromLatin1, latin1FromBytes } from "../core/bytes.ts";
import type { Clock } from "../core/clock.ts";
import { type HangUpAction, type HangUpOutcome, type HangUpReply, planHangUp } from "../modem/hang-up.ts";
import { findResultCode } from "../modem/result-codes.ts";
import type { Transport } from "./deps.ts";

/** Make the modem at `line` hang up, by DTR where there is one, and see that it did (modem/hang-up.ts). */
export async function hangUp(line: Transport, clock: Clock): Promise<HangUpOutcome> {
  const plan = planHangUp({ hasDtr: line.lines !== undefined });
  let step = plan.next({});
  while (step.done !== true) step = plan.next(await performOnLine(step.value, line, clock));
  return step.value;
}

/** Do what a plan asks for. Rejects when the line is gone, and with the signal's reason when that is aborted. */
export async function performOnLine(
  action: HangUpAction,
  line: Transport,
  clock: Clock,
  signal?: AbortSignal,
): Promise<HangUpReply> {
  switch (action.type) {
    case "drop-dtr":
      return { carrier: await dropDtr(line, clock, action.ms, action.atLeastMs) };
    case "silence":
      await collect(line, clock, { ms: action.ms, enough: () => false, signal });
      return {};
    case "ask": {
      const enough = (text: string): boolean => findResultCode(text) !== undefined;
      const received = await collect(line, clock, { say: action.text, ms: action.withinMs, enough, signal });
      return { answer: findResultCode(received) };
    }
    default:
      return action satisfies never;
  }
}

/**
 * Hold DTR low for up to `ms`, less when DCD falls before; then raise it. A modem looks at DTR every S25 hundredths of a second
 * (5 unless set), so it is not raised before 100 ms.
 * @returns DCD at the end; undefined on a line without modem control lines.
 */
export async function dropDtr(
  line: Transport,
  clock: Clock,
  ms: number,
  atLeastMs = 100,
): Promise<boolean | undefined> {
  const { lines } = line;
  if (lines === undefined) return undefined;
  await lines.setDtr(false);
  const end = clock.now() + ms;
  const soonest = clock.now() + atLeastMs;
  let carrier = true;
  while (clock.now() < soonest || (carrier && clock.now() < end)) {
    await clock.sleep(20);
    carrier = (await lines.get()).dcd;
  }
  await lines.setDtr(true);
  return carrier;
}

/** What arrives within `ms` of saying `say`, or until `enough` says so; the last 4 KiB of it. */
async function collect(
  line: Transport,
  clock: Clock,
  {
    say = "",
    ms,
    enough,
    signal,
  }: {
    readonly say?: string;
    readonly ms: number;
    readonly enough: (text: string) => boolean;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<string> {
  let text = "";
  const timer = new AbortController();
  const stop = (): void => timer.abort();
  const over = clock.sleep(ms, timer.signal).then(stop, () => undefined);
  signal?.addEventListener("abort", stop, { once: true });
  try {
    signal?.throwIfAborted();
    if (say !== "") await line.write(bytesFromLatin1(say), timer.signal);
    while (!enough(text)) {
      const bytes = await line.read(256, timer.signal);
      if (bytes.length === 0) break;
      text = (text + latin1FromBytes(bytes)).slice(-4096);
    }
  } catch (error) {
    if (!timer.signal.aborted) throw error;
  } finally {
    signal?.removeEventListener("abort", stop);
    timer.abort();
    await over;
  }
  signal?.throwIfAborted();
  return text;
}
