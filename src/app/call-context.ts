import { PppctlError } from "../core/errors.ts";
import { ExitCode } from "../core/exit-codes.ts";
import type { PeerName } from "../core/peer-name.ts";
import type { DialFailure } from "../link/dial-failure.ts";
import { errorOfJudgement, judge } from "../link/judge.ts";
import { formatLinkRecord, type LinkRecord } from "../link/link-record.ts";
import type { ConnectEvent } from "./connect-events.ts";
import type { PeerStore, World } from "./deps.ts";
import type { CallTerms } from "./plan-call.ts";
import type { ChatProgress } from "./run-chat.ts";
import { writeDialRecord } from "./write-dial-record.ts";

/** One call from start to end: what every step of it needs. */
export interface CallContext {
  readonly peer: PeerName;
  readonly linkname: string;
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
  /** Remove the record of a call that failed. */
  readonly forget: () => void;
  /** The dialogue, for the log of the call. */
  readonly logChat: (event: ChatProgress) => void;
  /** Leave the dialer's record, for the hooks and for whoever asks later. */
  readonly recordDial: (dialed: Parameters<typeof writeDialRecord>[2]) => void;
  readonly dialError: (failure: DialFailure) => PppctlError;
}

export const recordName = "record.json";

/** Begin a call: its record starts anew. */
export function makeCallContext(init: {
  readonly peer: PeerName;
  readonly linkname: string;
  readonly world: World;
  readonly extraWords: readonly string[];
  readonly terms?: CallTerms | undefined;
  readonly signal: AbortSignal;
  readonly onEvent: (event: ConnectEvent) => void;
}): CallContext {
  const { peer, linkname, world, onEvent } = init;
  const store = world.stores.of(peer);
  let record: LinkRecord = {
    version: 1,
    peer,
    linkname,
    phase: "starting",
    attempt: init.terms?.attempt ?? 1,
    startedAt: world.clock.wallTime(),
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
  return {
    ...init,
    store,
    record: (change) => {
      record = { ...record, ...change };
      tryTo("no record of this call", () => store.write(recordName, formatLinkRecord(record)));
    },
    startLog: () => (tryTo("no log of this call", () => store.startLog()) ? store.logFile : undefined),
    forget: () => store.remove(recordName),
    logChat: (event) => {
      if (event.type === "log") tryTo("no log of this call", () => store.appendLog(`chat: ${event.text}\n`));
    },
    recordDial: (dialed) => tryTo("no record of this call", () => writeDialRecord(store, world, dialed)),
    dialError: (failure) => errorOfJudgement(peer, judge({ events: [], dialFailure: failure })),
  };
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
