import { PppctlError } from "../core/errors.ts";
import { ExitCode } from "../core/exit-codes.ts";
import type { PeerName } from "../core/peer-name.ts";
import type { Cause } from "../link/causes.ts";
import type { DialFailure } from "../link/dial-failure.ts";
import { dialRecordName, parseDialRecord } from "../link/dial-record.ts";
import type { CallOrigin } from "../link/history-entry.ts";
import { errorOfJudgement, judge } from "../link/judge.ts";
import { formatLinkRecord, type LinkRecord, recordName } from "../link/link-record.ts";
import type { PastCall } from "../link/past-call.ts";
import { PeerUnreadableError } from "../peer/peer-error.ts";
import { causeOfError, pastCallOf } from "./call-policy.ts";
import type { ConnectEvent } from "./connect-events.ts";
import type { PeerStore, World } from "./deps.ts";
import type { CallTerms } from "./plan-call.ts";
import type { ChatProgress } from "./run-chat.ts";
import { type CallEnd, entryOf, settleCall } from "./settle-calls.ts";
import { writeDialRecord } from "./write-dial-record.ts";

/** One call from start to end: what every step of it needs. */
export interface CallContext {
  readonly peer: PeerName;
  readonly linkname: string;
  /** The call's name in records and in pppd's environment. */
  readonly call: string;
  /** pppd dials again by itself. */
  readonly redials: boolean;
  readonly world: World;
  readonly store: PeerStore;
  /** Words after the peer on pon's command line. */
  readonly extraWords: readonly string[];
  readonly terms?: CallTerms | undefined;
  /** Aborted by SIGINT, SIGTERM or SIGHUP, with the signal's name as reason. */
  readonly signal: AbortSignal;
  readonly onEvent: (event: ConnectEvent) => void;
  /** Write what is now known of the call to its record; a full disk is said once and ends nothing. */
  readonly record: (change: Partial<LinkRecord>) => void;
  /** Begin the log of this call anew. Its path, or undefined where it cannot be written. */
  readonly startLog: () => string | undefined;
  /**
   * Enter what is known of the attempt into the history, and keep the record only for what pppd does from now on, if it goes on
   * (`phase`). Once an attempt; a full disk is said and ends nothing. What the policy is to know of it; undefined: it had ended before.
   */
  readonly end: (why: Why, phase?: "waiting") => PastCall | undefined;
  /** Enter the call as failed by this error, unless that has been done with more knowledge. */
  readonly fail: (error: unknown) => void;
  /** pppd has begun the next attempt by itself; its lines begin at this byte of the log. */
  readonly beginAttempt: (logFrom: number) => void;
  /** pon goes: whoever pppd runs keeps the record from now on. */
  readonly leave: (change: Partial<LinkRecord>) => void;
  /** The dialogue, for the log of the call. */
  readonly logChat: (event: ChatProgress) => void;
  /** One line of ours for the log of the call. */
  readonly say: (text: string) => void;
  /** What has been read of the log has just come. */
  readonly stampLog: (bytes: number) => void;
  /** Leave the dialer's record, for the hooks and for whoever asks later. */
  readonly recordDial: (dialed: Parameters<typeof writeDialRecord>[2]) => void;
  readonly dialError: (failure: DialFailure) => PppctlError;
}

/** Why an attempt failed or ended; bytes when it was up and pppd has counted them. */
type Why = Pick<CallEnd, "cause" | "sentence" | "exitStatus" | "bytes">;

/** Begin a call: its record starts anew. */
export function makeCallContext(init: {
  readonly peer: PeerName;
  readonly linkname: string;
  readonly world: World;
  readonly origin: CallOrigin;
  /** pppd dials again by itself. */
  readonly redials: boolean;
  readonly device: string | undefined;
  readonly extraWords: readonly string[];
  readonly terms?: CallTerms | undefined;
  readonly signal: AbortSignal;
  readonly onEvent: (event: ConnectEvent) => void;
}): CallContext {
  const { peer, linkname, world, onEvent } = init;
  const startedAt = world.clock.wallTime();
  const store = world.stores.of(peer);
  let record: LinkRecord = {
    version: 1,
    peer,
    linkname,
    phase: "starting",
    call: `${startedAt.toString(36)}-${world.self.pid}`,
    origin: init.origin,
    redials: init.redials,
    attempt: init.terms?.attempt ?? 1,
    startedAt,
    dialer: world.self,
    ...(init.device === undefined ? {} : { device: init.device }),
  };
  let records = true;
  const tryTo = (what: string, write: () => void): boolean => {
    if (!records) return false;
    try {
      write();
      return true;
    } catch (error) {
      records = false;
      onEvent({ type: "warning", text: `${what}: ${reasonOf(error)}` });
      return false;
    }
  };
  const write = (change: Partial<LinkRecord>): void => {
    record = { ...record, ...change };
    tryTo("no record of this call", () => store.write(recordName, formatLinkRecord(record)));
  };
  const end: CallContext["end"] = (why, phase) => {
    if (record.settled === true) {
      // It had ended while its pppd meant to go on, and now that has ended, too.
      if (phase === undefined) store.remove(recordName);
      return undefined;
    }
    const endedAt = world.clock.wallTime();
    const past = pastCallOf(entryOf(record, { endedAt, ...why }, world));
    try {
      settleCall(record, { endedAt, ...why }, world);
    } catch (error) {
      onEvent({ type: "warning", text: `this call is not in the history: ${reasonOf(error)}` });
    }
    const { cause, sentence } = why;
    record = { ...record, phase: phase ?? "ended", endedAt, cause, sentence, settled: true };
    if (phase !== undefined) write({});
    else store.remove(recordName);
    return past;
  };
  return {
    ...init,
    call: record.call ?? "",
    store,
    record: write,
    end,
    fail: (error) => {
      if (!(error instanceof PppctlError)) end({ cause: "pppd-failed", sentence: reasonOf(error) });
      else {
        const sentence = error.message.replace(`${peer}: `, "");
        end({ cause: causeOfFailure(error), sentence, exitStatus: error.exitCode });
      }
    },
    beginAttempt: (logFrom) => {
      const { version, phase, call, origin, redials, attempt, endedAt, dialer, pppd, device, logFile } = record;
      const now = world.clock.wallTime();
      // The dialer was quicker with its record than pppd with its line.
      const dialedAt = parseDialRecord(store.read(dialRecordName) ?? "")?.at ?? 0;
      const kept = { call, origin, redials, dialer, pppd, device, logFile, logFrom };
      record = {
        version,
        peer,
        linkname,
        phase,
        attempt: attempt + 1,
        startedAt: dialedAt > (endedAt ?? now) ? dialedAt : now,
      };
      write({
        ...(Object.fromEntries(Object.entries(kept).filter(([, value]) => value !== undefined)) as Partial<LinkRecord>),
      });
    },
    leave: (change) => {
      const { dialer: _us, ...rest } = record;
      record = rest;
      write(change);
    },
    startLog: () => {
      if (!tryTo("no log of this call", () => store.startLog())) return undefined;
      record = { ...record, logFile: store.logFile, logFrom: 0 };
      return store.logFile;
    },
    logChat: (event) => {
      if (event.type === "log") tryTo("no log of this call", () => store.appendLog("chat", event.text.trimEnd()));
    },
    say: (text) => tryTo("no log of this call", () => store.appendLog("pppctl", text)),
    stampLog: (bytes) => tryTo("no log of this call", () => store.stampLog(bytes)),
    recordDial: (dialed) => tryTo("no record of this call", () => writeDialRecord(store, world, dialed)),
    dialError: (failure) => errorOfJudgement(peer, judge({ events: [], dialFailure: failure })),
  };
}

/** Also of what no other try could mend. */
function causeOfFailure(error: PppctlError): Cause {
  if (error.code === "auth.peer-not-provable") return "peer-not-authenticated";
  if (error.exitCode === ExitCode.callNumber) return "number-refused";
  const isMistake = error.exitCode === ExitCode.options || error instanceof PeerUnreadableError;
  return causeOfError(error) ?? (isMistake ? "option-error" : "pppd-failed");
}

/** The call was ended by a signal; exit status 5 as pppd's. */
export function interruptedError(
  call: Pick<CallContext, "peer" | "signal">,
  reason: unknown = call.signal.reason,
): PppctlError {
  const signal = typeof reason === "string" ? ` (${reason})` : "";
  return new PppctlError({
    code: "link.stopped",
    message: `${call.peer}: stopped on request${signal}; the line is given back`,
    exitCode: ExitCode.interrupted,
  });
}

/** An errno's text without Node's trimmings. */
export function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/^[A-Z]+: /, "").replace(/, .*$/, "");
}
