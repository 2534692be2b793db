import { chatExitStatus } from "../chat/chat-result.ts";
import { PppctlError } from "../core/errors.ts";
import { ExitCode } from "../core/exit-codes.ts";
import type { PeerName } from "../core/peer-name.ts";
import { errorOfJudgement, judge } from "../link/judge.ts";
import { interruptedError } from "./call-context.ts";
import { loadChatCall, loadChatFile } from "./chat-call.ts";
import type { ConnectEvent } from "./connect-events.ts";
import type { PeerStore, ProcessInfo, Transport, World } from "./deps.ts";
import { describeDialFailure } from "./describe-dial-failure.ts";
import { dialAwake } from "./dial-awake.ts";
import { governDial } from "./govern-dial.ts";
import { linknameOf } from "./linkname-of.ts";
import { loadPlan, mistakeOf } from "./load-plan.ts";
import { noteDialing } from "./note-calls.ts";
import { resetBy } from "./wake-modem.ts";
import { writeDialRecord } from "./write-dial-record.ts";

const starterPollMs = 100;

/**
 * Dial as pppd's connect program (`pppctl dial`): standard input is the tty, the script
 * is the peer's own. pppd hangs up after a failure; what failed is left in the dialer's record.
 *
 * @throws PppctlError with the judgement on a failed dial; exit status as chat(8)'s; policy.blocked, policy.stopped (75).
 */
export async function dialForPppd(
  request: {
    readonly peer: PeerName;
    /** pppd, and what stands between it and us: without them there is nobody to dial for. */
    readonly startedBy: readonly ProcessInfo[];
    readonly signal: AbortSignal;
    readonly onEvent: (event: ConnectEvent) => void;
  },
  world: World,
): Promise<void> {
  const { peer } = request;
  const loaded = await loadPlan({ peer, extraWords: [] }, world);
  const mistake = mistakeOf(loaded);
  if (mistake !== undefined) throw mistake;
  const { reading, plan } = loaded;
  if (plan.connect.kind !== "chat") {
    throw new PppctlError({
      code: "dial.no-script",
      message: `${peer}: the peer's connect line is not plainly a chat script`,
      exitCode: ExitCode.options,
      hint: `write connect "chat -f /etc/chatscripts/${peer}" into ${reading.path}`,
    });
  }
  const { connect } = plan;
  loadChatCall(connect, plan, world);
  const store = world.stores.of(peer);
  const pppd = request.startedBy.find(({ name }) => name === "pppd");
  const noted = { peer, linkname: linknameOf(peer, plan), pppd, call: world.env["PPPCTL_CALL"] };
  const over = new AbortController();
  const signal = untilDeserted(request, over.signal, world);
  let number: string | undefined;
  let line: Transport;
  try {
    number = await governDial({ peer, loaded, pppd, noted, signal }, world);
    line = await world.inheritedLine();
  } catch (error) {
    over.abort();
    if (signal.aborted && error === signal.reason) throw interruptedError({ peer, signal });
    throw error;
  }
  const started = world.clock.now();
  const device = plan.device?.value ?? line.path;
  const notes = noteDialing(
    noted,
    { device, redials: plan.persist || plan.demand, ...(plan.speed === undefined ? {} : { speed: plan.speed.value }) },
    world,
    { warn: (text) => request.onEvent({ type: "warning", text }) },
  );
  // After the last attempt's end has been read out of it.
  const trimmed = trimLog(store);
  const log = logOf(store);
  try {
    const outcome = await dialAwake(
      {
        // The log of the call has the dialogue whether the script's chat has -v or not.
        config: { ...loadChatCall(connect, plan, world, number).config, verbose: true },
        line,
        clock: world.clock,
        loadFile: (path) => loadChatFile(path, world),
        secrets: world.secrets,
        onEvent: request.onEvent,
        onChat: (event) => {
          if (event.type === "log") log("chat", event.text.trimEnd());
        },
        signal,
      },
      // The line is pppd's: it stays open.
      { reset: resetBy(peer, plan, world), log: (text) => log("pppctl", text) },
    );
    if (outcome.result.kind === "error") throw outcome.result.error;
    const failure = describeDialFailure(outcome, { device, elapsedMs: world.clock.now() - started });
    try {
      writeDialRecord(store, world, { device, outcome, failure });
    } catch {
      // A full disk loses the reason, not the call.
    }
    if (failure === undefined) {
      const { number, rate } = outcome;
      notes?.connected({
        ...(trimmed ? { logFrom: 0 } : {}),
        ...(number === undefined ? {} : { number }),
        ...(rate === undefined ? {} : { connectRate: rate }),
      });
      return;
    }
    const judgement = judge({ events: [], dialFailure: failure });
    notes?.failed(judgement);
    const failed = errorOfJudgement(peer, judgement);
    const { code, message, hint } = failed;
    throw new PppctlError({ code, message, hint, exitCode: chatExitStatus(outcome.result) });
  } finally {
    over.abort();
    await line.close();
  }
}

/** A link that redials for months; true when the log has been emptied. */
function trimLog(store: PeerStore): boolean {
  try {
    return store.trimLog();
  } catch {
    // The next call tries it again.
    return false;
  }
}

/** For the log of the call, when it is one that pon began; a full disk loses the line, not the call. */
function logOf(store: PeerStore): (program: "chat" | "pppctl", text: string) => void {
  if (!store.hasLog()) return () => undefined;
  return (program, text) => {
    try {
      store.appendLog(program, text);
    } catch {
      // As above.
    }
  };
}

/**
 * Aborted by the caller's signal, or when one of the starters has gone: pppd that ends signals the shell that
 * it started, which dies without a word to us (main.c, kill_my_pg), and a pppd that was killed signals nobody.
 *
 * @param over the dial is over: watch no longer
 */
function untilDeserted(
  { startedBy, signal }: { readonly startedBy: readonly ProcessInfo[]; readonly signal: AbortSignal },
  over: AbortSignal,
  world: World,
): AbortSignal {
  const stop = new AbortController();
  const onAbort = (): void => stop.abort(signal.reason);
  if (signal.aborted) onAbort();
  else signal.addEventListener("abort", onAbort, { once: true, signal: over });

  const lives = ({ pid, startTime }: ProcessInfo): boolean => world.processes.read(pid)?.startTime === startTime;
  const watch = async (): Promise<void> => {
    while (startedBy.every(lives)) await world.clock.sleep(starterPollMs, over);
    stop.abort("SIGHUP");
  };
  watch().catch(() => undefined); // the sleep ends so when the dial is over
  return stop.signal;
}
