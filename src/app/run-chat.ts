import type { ChatConfig } from "../chat/chat-config.ts";
import type { ChatEffect } from "../chat/chat-effect.ts";
import type { ChatEvent } from "../chat/chat-event.ts";
import { type ChatResult, chatExitStatus } from "../chat/chat-result.ts";
import { type ChatState, startChat } from "../chat/chat-state.ts";
import { advanceReadAhead, startReadAhead } from "../chat/read-ahead.ts";
import { stepChat } from "../chat/step-chat.ts";
import type { Clock } from "../core/clock.ts";
import type { ChatFileContent, OneTimeSecrets } from "./chat-deps.ts";
import type { Transport } from "./deps.ts";

/** What a caller may watch: the dialogue, the log, what goes to stderr, and lines for the report file. */
export type ChatProgress =
  | Exclude<ChatEffect, { readonly type: "write" | "break" | "load-file" | "ask" | "run-program" | "report" | "done" }>
  /**
   * One line for the report file (stderr without one). With `wallTime` (milliseconds since
   * 1970) `formatReportLine` puts it into words; without, it is the line as it is.
   */
  | { readonly type: "report"; readonly text: string; readonly wallTime?: number };

export interface RunChatRequest {
  readonly config: ChatConfig;
  readonly transport: Pick<Transport, "read" | "readNow" | "write" | "sendBreak">;
  readonly clock: Clock;
  /** For `@file`; the path has one character a byte. It never rejects. */
  readonly loadFile: (path: string) => Promise<ChatFileContent>;
  /** For `@?` and `@!`; absent: these fail. */
  readonly secrets?: OneTimeSecrets | undefined;
  readonly onEvent?: ((event: ChatProgress) => void) | undefined;
  /** Ends the chat with the result `interrupted`; a string as its reason (`SIGTERM`) is logged. */
  readonly signal?: AbortSignal | undefined;
  /** Calls `ring` at each SIGALRM from elsewhere, until what it returns is called. */
  readonly onAlarm?: ((ring: () => void) => () => void) | undefined;
}

export interface ChatOutcome {
  readonly result: ChatResult;
  /** chat(8)'s. */
  readonly exitStatus: number;
  /** The line on which the last expect matched, up to the end of the match: `CONNECT` of `CONNECT 115200`. */
  readonly matchedLine: string | undefined;
  /** From start to end, milliseconds. */
  readonly elapsedMs: number;
}

/** Bytes that are collected for a step of the machine, and steps between two looks at timers and signals. */
const MOST_COLLECTED = 4096;
const MOST_AT_ONCE = 16;

/** The longest sleep at once, milliseconds: timers have 31 bits. */
const LONGEST_SLEEP = 2 ** 31 - 1;

/**
 * Run a chat script over a line. When it returns nothing is being read any more, and no
 * byte behind the last match has been taken. It rejects only when something that is not
 * the line's end comes out of `transport`.
 */
export async function runChat(request: RunChatRequest): Promise<ChatOutcome> {
  const { config, clock } = request;
  const begun = clock.now();
  let state = startChat(config);
  let event: ChatEvent = { type: "start", now: begun };
  const wake = createWake(clock, request.signal);
  let atOnce = 0;
  const unhook = request.onAlarm?.(wake.ring);
  try {
    for (;;) {
      const step = stepChat(config, state, event);
      state = step.state;
      for (const effect of step.effects) report(effect, request);
      if (state.result !== undefined) break;
      const effect = step.effects.at(-1);
      const bytes = atOnce < MOST_AT_ONCE ? readAtOnce(request, effect, state) : undefined;
      if (bytes !== undefined) {
        atOnce++;
        event = { type: "bytes", now: clock.now(), bytes };
        continue;
      }
      // A line that never falls silent must not keep timers and signals from being heard.
      if (atOnce === MOST_AT_ONCE) await clock.sleep(0);
      atOnce = 0;
      event = await nextEvent(request, wake, effect, state);
    }
  } finally {
    unhook?.();
    wake.stop();
  }
  const { result, matchedLine } = state;
  return { result, exitStatus: chatExitStatus(result), matchedLine, elapsedMs: clock.now() - begun };
}

/** Bytes that are there, without the cost of waiting, as many as end nothing: a chatty modem's come in pieces of a few. */
function readAtOnce(
  { clock, transport, signal }: RunChatRequest,
  effect: ChatEffect | undefined,
  state: ChatState,
): Uint8Array | undefined {
  if (transport.readNow === undefined || state.readLimit === 0 || effect?.type === "write" || effect?.type === "break")
    return undefined;
  if (signal?.aborted === true || (state.deadline !== undefined && clock.now() >= state.deadline)) return undefined;
  const first = transport.readNow(state.readLimit);
  if (first === undefined || first.length < state.readLimit) return first;
  const collected = new Uint8Array(MOST_COLLECTED);
  let length = 0;
  let ahead = startReadAhead(state);
  for (let bytes: Uint8Array | undefined = first; bytes !== undefined; ) {
    if (length + bytes.length > MOST_COLLECTED) throw new RangeError("more bytes than were asked for");
    collected.set(bytes, length);
    length += bytes.length;
    ahead = advanceReadAhead(state, ahead, bytes);
    const most = Math.min(ahead.limit, MOST_COLLECTED - length);
    bytes = most === 0 ? undefined : transport.readNow(most);
  }
  return collected.subarray(0, length);
}

function report(effect: ChatEffect, { clock, onEvent }: RunChatRequest): void {
  switch (effect.type) {
    case "write":
    case "break":
    case "load-file":
    case "ask":
    case "run-program":
    case "done":
      return;
    case "report": {
      const { text, seenAt } = effect;
      const wall = seenAt === undefined ? {} : { wallTime: clock.wallTime() - (clock.now() - seenAt) };
      onEvent?.({ type: "report", text, ...wall });
      return;
    }
    default:
      onEvent?.(effect);
  }
}

/** Do what `effect` asks for, or wait for the line, the deadline or the caller. */
async function nextEvent(
  { clock, transport, loadFile, secrets, signal }: RunChatRequest,
  wake: Wake,
  effect: ChatEffect | undefined,
  { deadline, readLimit, impatient }: ChatState,
): Promise<ChatEvent> {
  const interrupted = (): ChatEvent => ({ type: "interrupt", now: clock.now(), reason: nameReason(signal?.reason) });
  const isInterrupted = (): boolean => signal?.aborted === true;
  if (isInterrupted()) return interrupted();
  if (effect?.type === "load-file") {
    const file = await loadFile(effect.path);
    const now = clock.now();
    if (file.kind === "content") return { type: "file-loaded", now, content: file.bytes };
    return { type: "file-failed", now, reason: file.reason };
  }
  if (effect?.type === "break") {
    await transport.sendBreak();
    return { type: "written", now: clock.now() };
  }
  if (wake.takeRing()) return { type: "alarm", now: clock.now() };
  const ended = wake.at(deadline);
  try {
    if (effect?.type === "ask" || effect?.type === "run-program") {
      const given = await fetchSecret(effect, secrets, ended);
      const now = clock.now();
      if (given.kind === "content") return { type: "secret-given", now, content: given.bytes };
      return { type: "file-failed", now, reason: given.reason };
    }
    if (effect?.type === "write") {
      await transport.write(effect.bytes, ended);
      return { type: "written", now: clock.now() };
    }
    // A line that never falls silent must not keep the deadline from being seen.
    const due = deadline !== undefined && clock.now() >= deadline;
    if (readLimit > 0 && !due) {
      if (impatient) {
        const bytes = transport.readNow?.(readLimit);
        const now = clock.now();
        return bytes === undefined ? { type: "drained", now } : { type: "bytes", now, bytes };
      }
      const bytes = await transport.read(readLimit, ended);
      if (bytes.length > 0) return { type: "bytes", now: clock.now(), bytes };
      // The kernel sends SIGHUP before it ends the read, and a signal is heard between two waits only.
      await clock.sleep(0);
      return isInterrupted() ? interrupted() : { type: "line-gone", now: clock.now() };
    }
    if (!due) await wake.wait();
  } catch (error) {
    if (!ended.aborted) {
      if (isLineError(error)) return { type: "line-gone", now: clock.now() };
      throw error;
    }
  }
  if (isInterrupted()) return interrupted();
  return { type: wake.takeRing() ? "alarm" : "deadline", now: clock.now() };
}

async function fetchSecret(
  effect: Extract<ChatEffect, { readonly type: "ask" | "run-program" }>,
  secrets: OneTimeSecrets | undefined,
  ended: AbortSignal,
): Promise<ChatFileContent> {
  if (secrets === undefined) return { kind: "error", reason: "Operation not supported" };
  return effect.type === "ask" ? secrets.ask(effect.prompt, ended) : secrets.run(effect.argv, ended);
}

interface Wake {
  /** A signal that is aborted at `deadline`, or with the caller's. */
  readonly at: (deadline: number | undefined) => AbortSignal;
  /** Resolves when the last signal of `at` is aborted. */
  readonly wait: () => Promise<void>;
  /** Abort the last signal of `at` now. */
  readonly ring: () => void;
  /** Whether `ring` was called since the last time. */
  readonly takeRing: () => boolean;
  readonly stop: () => void;
}

/** One timer for as long as the deadline stays the same, however many reads there are until then. */
function createWake(clock: Clock, caller: AbortSignal | undefined): Wake {
  let armed: { readonly deadline: number | undefined; readonly ended: AbortController } | undefined;
  let timer = new AbortController();
  let rung = false;
  const end = (): void => armed?.ended.abort();
  caller?.addEventListener("abort", end);

  async function sleepUntil(deadline: number, ended: AbortController, stopped: AbortSignal): Promise<void> {
    try {
      for (let left = deadline - clock.now(); left > 0; left = deadline - clock.now()) {
        await clock.sleep(Math.min(left, LONGEST_SLEEP), stopped);
      }
      ended.abort();
    } catch (error) {
      // Stopped: another deadline counts now, or none.
      if (!stopped.aborted) throw error;
    }
  }

  return {
    at(deadline) {
      if (armed !== undefined && armed.deadline === deadline && !armed.ended.signal.aborted) return armed.ended.signal;
      timer.abort();
      timer = new AbortController();
      armed = { deadline, ended: new AbortController() };
      if (caller?.aborted === true) armed.ended.abort();
      if (deadline !== undefined) void sleepUntil(deadline, armed.ended, timer.signal);
      return armed.ended.signal;
    },
    wait() {
      const signal = armed?.ended.signal;
      return new Promise((resolve) => {
        if (signal?.aborted === true) resolve();
        else signal?.addEventListener("abort", () => resolve(), { once: true });
      });
    },
    ring() {
      rung = true;
      end();
    },
    takeRing() {
      const was = rung;
      rung = false;
      return was;
    },
    stop() {
      timer.abort();
      caller?.removeEventListener("abort", end);
    },
  };
}

function nameReason(reason: unknown): string {
  return typeof reason === "string" ? reason : "interrupted";
}

/** An error of the operating system (`EIO`, `ENXIO`): the line is gone. */
function isLineError(error: unknown): boolean {
  return error instanceof Error && "code" in error && typeof error.code === "string" && /^E[A-Z0-9]+$/.test(error.code);
}
