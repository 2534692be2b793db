import { PppctlError } from "../core/errors.ts";
import type { DialPlan } from "../peer/dial-plan.ts";
import { awaitLink, logSize } from "./await-link.ts";
import { type CallContext, interruptedError } from "./call-context.ts";
import { loadChatFile, loadPeersChatCall } from "./chat-call.ts";
import type { LineLock, PreparedPppd, Transport } from "./deps.ts";
import { describeDialFailure } from "./describe-dial-failure.ts";
import { type AwakeOutcome, dialAwake } from "./dial-awake.ts";
import { dropDtr, hangUp } from "./hang-up.ts";
import type { LinkEnd, LinkStart } from "./link-start.ts";
import { listenToPeer } from "./listen-to-peer.ts";
import { lineSettings } from "./load-plan.ts";
import { resetBy } from "./wake-modem.ts";

/** A modem needs this long to go on-hook when DTR falls; one that shows carrier all the time (&C0) never does. */
const onHookWaitMs = 1500;

/**
 * Dial ourselves and hand the line to pppd (design.md, decision 1). The line stays open
 * here until pppd has ended or detached, so that DTR never falls in between, and
 * nothing is read after the script's last match, so that every byte of the peer's is pppd's.
 *
 * @throws PppctlError of a device or a lock that cannot be had, or a failed dial.
 */
export async function connectDirect(
  plan: DialPlan,
  call: CallContext,
  start: LinkStart,
): Promise<{ readonly end: LinkEnd; readonly rate: number | undefined }> {
  const { world, onEvent } = call;
  const device = plan.device?.value ?? "";
  const chat =
    plan.connect.kind === "chat" ? loadPeersChatCall(plan.connect, plan, world, call.terms?.number) : undefined;
  if (chat === undefined) throw new Error("a direct call needs a chat script");

  onEvent({ type: "opening", device });
  let lock: LineLock | undefined;
  let line: Transport | undefined;
  let pppd: PreparedPppd | undefined;
  let offHook = false;
  /** How the link ended is in the history then, whoever was told to go meanwhile. */
  let judged = false;
  try {
    lock = plan.lock ? world.lockLine(device) : undefined;
    const openLine = async (): Promise<Transport> => {
      line = await world.openLine(device, lineSettings(plan));
      return line;
    };
    const first = await openLine();
    await clearCarrier(first, plan, call);

    call.record({ phase: "dialing", device });
    const logFrom = logSize(call, start);
    offHook = true;
    const started = world.clock.now();
    const dialed = await dialWhilePppdStarts(call, start, (signal) =>
      dialAwake(
        {
          // The log of the call has the dialogue whether the script's chat has -v or not.
          config: { ...chat.config, verbose: true },
          line: first,
          clock: world.clock,
          loadFile: (path) => loadChatFile(path, world),
          secrets: world.secrets,
          onEvent,
          onChat: call.logChat,
          signal,
        },
        { open: openLine, reset: resetBy(call.peer, plan, world), log: call.say },
      ),
    );
    const { outcome } = dialed;
    pppd = dialed.pppd;
    call.signal.throwIfAborted();
    if (dialed.ended) return { end: await explainEarlyEnd(call, start, pppd, logFrom), rate: undefined };
    if (outcome.result.kind === "error") throw outcome.result.error;
    // All that hangs up has been tried on a silent modem already.
    offHook = !outcome.silent;
    const elapsedMs = world.clock.now() - started;
    const failure = describeDialFailure(outcome, { device, elapsedMs });
    if (failure !== undefined) {
      call.recordDial({ device, outcome, failure });
      throw call.dialError(failure);
    }
    const tellConnected = (): void => {
      call.recordDial({ device, outcome, failure });
      onEvent({ type: "connected", rate: outcome.rate });
      call.record({
        phase: "negotiating",
        connectedAt: world.clock.wallTime(),
        ...(outcome.rate === undefined ? {} : { connectRate: outcome.rate }),
        ...(outcome.number === undefined ? {} : { number: outcome.number }),
      });
    };

    // Nothing stands between CONNECT and pppd: what the other end says before pppd listens is lost for 3 s.
    const opened = line ?? first;
    const { lines } = opened;
    const noCarrierDetect = lines !== undefined && !(await lines.get()).dcd;
    lock?.handTo(pppd.pid);
    judged = start.until === "end";
    const end = await awaitLink(call, start, pppd, {
      logFrom: logSize(call, start),
      more: noCarrierDetect ? "local" : undefined,
      onStarted: tellConnected,
      listen: (signal) => listenToPeer(opened, world.clock, signal),
    });
    // pppd has the line now.
    offHook = false;
    return { end, rate: outcome.rate };
  } catch (error) {
    if (call.signal.aborted && !judged) throw interruptedError(call);
    throw error;
  } finally {
    await pppd?.cancel();
    if (line !== undefined) {
      if (offHook) await goOnHook(line, call);
      await line.close();
    }
    lock?.release();
  }
}

/**
 * Dial, and meanwhile have pppd read its options: it is ready before CONNECT, because the other end may speak at once and
 * pppd empties the line when it opens it. A pppd that ends before (a mistake in its options, stock poff) ends the dial.
 *
 * @throws what either of them throws, when both are over
 */
async function dialWhilePppdStarts(
  call: CallContext,
  start: LinkStart,
  dialOn: (signal: AbortSignal) => Promise<AwakeOutcome>,
): Promise<{ readonly outcome: AwakeOutcome; readonly pppd: PreparedPppd; readonly ended: boolean }> {
  const stop = new AbortController();
  const onAbort = (): void => stop.abort(call.signal.reason);
  if (call.signal.aborted) onAbort();
  call.signal.addEventListener("abort", onAbort);
  let ended = false;
  const prepare = async (): Promise<PreparedPppd> => {
    try {
      const pppd = await call.world.pppd.prepare(start.pppd());
      pppd.exited.then(() => {
        ended = true;
        stop.abort("pppd has ended");
      });
      return pppd;
    } catch (error) {
      stop.abort("pppd could not be started");
      throw error;
    }
  };
  // The dial first: the modem answers while pppd's process is made.
  const [dialed, prepared] = await Promise.allSettled([dialOn(stop.signal), prepare()]);
  call.signal.removeEventListener("abort", onAbort);
  if (prepared.status === "rejected") throw prepared.reason;
  if (dialed.status === "fulfilled") return { outcome: dialed.value, pppd: prepared.value, ended };
  await prepared.value.cancel();
  throw dialed.reason;
}

/** What the end of a pppd that was still waiting means: its options, or somebody who ended it as stock poff does. */
async function explainEarlyEnd(
  call: CallContext,
  start: LinkStart,
  pppd: PreparedPppd,
  logFrom: number,
): Promise<LinkEnd> {
  const { signal } = await pppd.exited;
  if (signal === "SIGTERM" || signal === "SIGINT" || signal === "SIGHUP") throw interruptedError(call, signal);
  return awaitLink(call, start, pppd, { logFrom });
}

/** A modem that still has the last call's carrier must hang up first, or it would take the script for data. */
async function clearCarrier(line: Transport, plan: DialPlan, call: CallContext): Promise<void> {
  const { lines } = line;
  if (lines === undefined || plan.modemLines === "local" || !(await lines.get()).dcd) return;
  call.onEvent({ type: "hanging-up" });
  const carrier = await dropDtr(line, call.world.clock, onHookWaitMs);
  if (carrier === true)
    call.onEvent({
      type: "warning",
      text: "the modem shows carrier all the time (AT&C0, or its last call goes on): dialing all the same",
    });
}

/** After a failure: DTR low is enough for nearly every modem; closing the port drops it for good. */
async function goOnHook(line: Transport, call: CallContext): Promise<void> {
  try {
    if (line.lines === undefined) return;
    const carrier = await dropDtr(line, call.world.clock, 300);
    if (carrier === true) await hangUp(line, call.world.clock);
  } catch (error) {
    // The device may have been unplugged: nothing is off-hook then.
    if (error instanceof PppctlError) throw error;
  }
}
