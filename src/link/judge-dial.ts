import { ExitCode } from "../core/exit-codes.ts";
import type { CauseDetails } from "./causes.ts";
import { causeOfDial, type DialFailure } from "./dial-failure.ts";
import type { LogFact } from "./log-fact.ts";
import type { Reading } from "./reading.ts";

/** What the dialer's record says, or else chat(8)'s log; undefined when no dial has failed. */
export function readDial(all: readonly LogFact[], recorded: DialFailure | undefined): Reading | undefined {
  const facts = lastScript(all);
  const said = facts.filter(({ kind }) => kind === "chat-failed" || kind === "connect-script-failed");
  const evidence = said.map(({ text }) => text);
  const failure = recorded ?? readChatLog(facts);
  if (failure !== undefined) {
    const reading = { cause: causeOfDial(failure), details: dialDetails(failure), evidence };
    // A line lost during the dial is a failed dial, not the end of a call.
    return reading.cause === "line-lost" ? { ...reading, exitStatus: ExitCode.connect } : reading;
  }
  return said.length === 0 ? undefined : { cause: "connect-failed", details: {}, evidence };
}

/** Without scripts that failed and were run once more (a modem that was woken, app/dial-awake.ts). */
function lastScript(facts: readonly LogFact[]): readonly LogFact[] {
  const last = facts.findLastIndex(({ kind }) => kind === "chat-send" || kind === "chat-expect" || kind === "connect");
  const failed = facts.slice(0, Math.max(last, 0)).findLastIndex(({ kind }) => kind === "chat-failed");
  return facts.slice(failed + 1);
}

/** A number in a dial command of any script (`AT&D2` dials none); the dialer's own record has it from the modem's room. */
const dialed = /^AT(?!\+).*?(?<![&%\\*])D[TP]?([0-9*#+][0-9*#+,W!-]*)/i;

/** A failed dial out of chat's log: without `chat -v` no more than why it gave up. */
function readChatLog(facts: readonly LogFact[]): DialFailure | undefined {
  const failed = facts.findLast(({ kind }) => kind === "chat-failed");
  if (failed === undefined) return undefined;
  const sends = facts.filter(({ kind }) => kind === "chat-send");
  const sent = sends.findLast(({ send }) => send !== "")?.send;
  const number = sends.flatMap((send) => dialed.exec(send.send ?? "")?.[1] ?? []).at(-1);
  const expected = facts.findLast(({ kind }) => kind === "chat-expect")?.expected;
  const linesOf = (some: readonly LogFact[]): readonly string[] =>
    some.filter(({ kind }) => kind === "chat-line").map(({ text }) => text.replaceAll("^M", "").trim());
  // What came since the last send; an echo is no answer.
  const since = facts.slice(facts.findLastIndex(({ kind, send }) => kind === "chat-send" && send !== "") + 1);
  const received = linesOf(since).filter((line) => line !== "" && line !== sent);
  const common = {
    received,
    // chat logs a PIN that its script does not hide.
    ...(sent === undefined || sent === "" ? {} : { sent: sent.replace(/^(AT\+CPIN=).*$/i, "$1??????") }),
    ...(number === undefined ? {} : { number }),
  };
  if (failed.reason !== undefined) return { kind: "abort", string: failed.reason, ...common };
  if (!facts.some(({ kind }) => kind === "chat-alarm")) return undefined;
  const heard = linesOf(facts).length > 0 || sends.length === 0;
  return { kind: "timeout", heard, ...(expected === undefined ? {} : { expected }), ...common };
}

function dialDetails(failure: DialFailure): CauseDetails {
  const { kind, string, ...rest } = failure;
  return kind === "interrupted" ? {} : { ...rest, string };
}
