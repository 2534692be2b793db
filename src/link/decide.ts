import { type CauseAction, presetAction } from "./cause-actions.ts";
import { type Cause, causeRow } from "./causes.ts";
import { checkLimits, type LimitSettings } from "./limits.ts";
import type { LocalTime } from "./local-calendar.ts";
import { endedAsWanted, type PastCall, straightenTimes, wasDialed } from "./past-call.ts";
import { bareNumber, type PhoneNumbers } from "./phone-numbers.ts";
import type { Settings } from "./setting-table.ts";

export type PolicySettings = LimitSettings &
  Pick<
    Settings,
    | "PON_PAUSE"
    | "PON_PAUSE_FACTOR"
    | "PON_PAUSE_MAX"
    | "PON_PAUSE_JITTER"
    | "PON_HELD"
    | "PON_ON"
    | "PON_TRIES"
    | "PON_PHONE"
  >;

export interface PolicyInput {
  readonly settings: PolicySettings;
  /** Of this peer, the oldest first; the last one is that which has just ended, where one has. */
  readonly calls: readonly PastCall[];
  readonly now: LocalTime;
  /** From 0 to 1: where in its jitter a pause is. */
  readonly random: number;
  /**
   * `after`: the last call has just ended, and who dialed it asks what comes next. `start`: somebody begins anew, so that
   * what stops a command does not stop this one, but pauses count.
   */
  readonly when: "after" | "start";
}

/** What to do next, and why. Times are milliseconds since 1970. */
export type Decision =
  /** Dial this number (undefined: as the script has it) now. */
  | (Dial & { readonly action: "again" | "next-number" })
  /** The same, at `at`. `next-peer`: if there is another provider, it is his turn meanwhile. */
  | (Dial & { readonly action: "wait" | "next-peer" })
  /** No more by this command. */
  | { readonly action: "stop"; readonly reason: string }
  /** No more by any until somebody says so (`pppctl unblock`). */
  | { readonly action: "block"; readonly cause: Cause; readonly reason: string }
  /** A limit or an hour that the user has set. */
  | {
      readonly action: "refuse";
      readonly setting: keyof LimitSettings;
      readonly until: number;
      readonly reason: string;
    };

interface Dial {
  readonly at: number;
  readonly number: string | undefined;
  /** How long the call may last and how much it may carry; Infinity: no limit. */
  readonly onlineMs: number;
  readonly bytes: number;
  readonly reason: string;
}

/** `quick` waits the first pause this often before it grows. */
const quickTries = 3;
/** What costs nothing and may be mended at any moment (a modem being plugged in) is looked at at least this often. */
const freePauseMs = 30_000;

/** With so many failures in a row the longest pause is reached. */
const enoughFailures = 200;

/** The one policy: what comes next for a peer, given its calls so far. */
export function decide(input: PolicyInput): Decision {
  const { settings, now, when } = input;
  const calls = straightenTimes(input.calls, now.wall);
  const last = calls.at(-1);
  const action = last === undefined || endedAsWanted(last) ? undefined : actionOf(last, settings);
  const row = trailingFailures(calls, settings);
  // A call that held and was lost is dialed again at once, unless the user wants a pause.
  const failures = row.length === 0 && last !== undefined && action !== undefined && action !== "again" ? [last] : row;

  if (when === "after" && last !== undefined) {
    const sentence = causeRow(last.cause).sentence({});
    if (endedAsWanted(last)) return { action: "stop", reason: sentence };
    if (action === "stop") return { action: "stop", reason: `${sentence}: another try would be of no use` };
    if (action === "block" && blockingFailures(failures, settings) >= settings.PON_TRIES)
      return { action: "block", cause: last.cause, reason: sentence };
  }
  const limits = checkLimits(settings, calls, now);
  if (limits.kind === "refused") {
    const { setting, until, reason } = limits;
    return { action: "refuse", setting, until, reason };
  }
  const { onlineMs, bytes } = limits;
  const dial = (at: number, step: "same" | "number" | "round", reason: string): Dial => {
    return { at, number: chooseNumber(settings.PON_PHONE, last?.number, step), onlineMs, bytes, reason };
  };
  const failed = failures.at(-1);
  if (last === undefined || action === undefined || failed === undefined) {
    return { action: "again", ...dial(now.wall, "round", "nothing has failed since a call held") };
  }
  const step = stepInRow(failures, failures.length - 1, settings) ?? "same";
  if (step === "number") return { action: "next-number", ...dial(now.wall, step, "this number failed") };
  const pauses = failures.filter((_, i) => stepInRow(failures, i, settings) !== "number");
  // A first loss is no pattern: at once.
  if (action === "again" && pauses.length === 1) return { action, ...dial(now.wall, step, "the line was lost") };
  const ms = pauseOf(pauses.length, failed, settings) * (1 + (settings.PON_PAUSE_JITTER / 100) * input.random);
  // After a clock that was set back nobody knows how long ago it was, and who asks again would wait for ever.
  const unknown = (input.calls.at(-1)?.endedAt ?? 0) > now.wall;
  const at = unknown ? now.wall : failed.endedAt + Math.round(ms);
  const reason = `after ${failures.length === 1 ? "a failure" : `${failures.length} failures in a row`}`;
  if (when === "start" && at <= now.wall) return { action: "again", ...dial(now.wall, step, reason) };
  return { action: action === "next-peer" ? "next-peer" : "wait", ...dial(Math.max(at, now.wall), step, reason) };
}

function actionOf({ cause }: PastCall, { PON_ON }: PolicySettings): CauseAction {
  return PON_ON.get(cause) ?? presetAction(cause);
}

/** Those after the last call that held. An end that was wanted neither counts nor breaks the row. */
function trailingFailures(calls: readonly PastCall[], { PON_HELD }: PolicySettings): readonly PastCall[] {
  const held = calls.findLastIndex(({ upMs }) => upMs >= PON_HELD);
  return calls.slice(Math.max(held + 1, calls.length - enoughFailures)).filter((call) => !endedAsWanted(call));
}

/** Since a call last came up: what fails otherwise in between (busy) makes no password right. */
function blockingFailures(failures: readonly PastCall[], settings: PolicySettings): number {
  const blocks = (call: PastCall): boolean => actionOf(call, settings) === "block";
  const up = failures.findLastIndex((call) => call.upMs > 0 && !blocks(call));
  return failures.slice(up + 1).filter(blocks).length;
}

/** The nth pause, milliseconds. */
function pauseOf(n: number, failed: PastCall, settings: PolicySettings): number {
  const { PON_PAUSE, PON_PAUSE_FACTOR, PON_PAUSE_MAX } = settings;
  const grown = actionOf(failed, settings) === "quick" ? Math.max(0, n - quickTries) : n - 1;
  const pause = Math.min(PON_PAUSE * PON_PAUSE_FACTOR ** Math.min(grown, 100), PON_PAUSE_MAX);
  return wasDialed(failed) ? pause : Math.min(pause, Math.max(freePauseMs, PON_PAUSE));
}

/** The same of one in a row. A number that was left and dialed again (the script makes another of it) is not left at once. */
function stepInRow(
  row: readonly PastCall[],
  i: number,
  settings: PolicySettings,
): ReturnType<typeof stepAfter> | undefined {
  const [before, call] = [row[i - 1], row[i]];
  if (call === undefined) return undefined;
  const step = stepAfter(call, settings);
  if (step !== "number" || before === undefined || stepAfter(before, settings) !== "number") return step;
  const [left, dialed] = [before, call].map(({ number }) => placeOf(settings.PON_PHONE, number));
  return left?.groupIndex === dialed?.groupIndex && left?.index === dialed?.index ? "round" : step;
}

/** Which number comes after a failure: the same again, the next of its group (at once), or that of the next round. */
function stepAfter(call: PastCall, settings: PolicySettings): "same" | "number" | "round" {
  const { PON_PHONE, PON_ON } = settings;
  const place = placeOf(PON_PHONE, call.number);
  if (place === undefined || !wasDialed(call)) return "same";
  const said = PON_ON.get(call.cause);
  if (said !== undefined && said !== "next-number") return said === "next-peer" ? "round" : "same";
  // A refused password is refused at every number.
  const elsewhere = said === "next-number" || !["stop", "block"].includes(presetAction(call.cause));
  if (!elsewhere) return "same";
  return place.index + 1 < place.group.length ? "number" : "round";
}

function chooseNumber(
  groups: PhoneNumbers,
  before: string | undefined,
  step: "same" | "number" | "round",
): string | undefined {
  const place = placeOf(groups, before);
  if (place === undefined) return groups[0]?.[0];
  switch (step) {
    case "same":
      return before;
    case "number":
      return place.group[place.index + 1];
    case "round":
      return groups[(place.groupIndex + 1) % groups.length]?.[0];
    default:
      return step satisfies never;
  }
}

interface NumberPlace {
  readonly groupIndex: number;
  readonly group: readonly string[];
  readonly index: number;
}

function placeOf(groups: PhoneNumbers, number: string | undefined): NumberPlace | undefined {
  if (number === undefined) return undefined;
  const dialed = bareNumber(number);
  const places = groups.flatMap((group, groupIndex) =>
    group.map((each, index) => ({ groupIndex, group, index, digits: bareNumber(each) })),
  );
  const longest = (those: readonly (typeof places)[number][]): NumberPlace | undefined =>
    those.toSorted((a, b) => b.digits.length - a.digits.length)[0];
  // What the history has was read from the dialogue: a script may dial `0,\T`, or `\TW1`.
  return (
    places.find(({ digits }) => digits === dialed) ??
    longest(places.filter(({ digits }) => dialed.endsWith(digits))) ??
    longest(places.filter(({ digits }) => dialed.includes(digits)))
  );
}
