import { type Cause, type CauseRow, causes, isCause, type RetryAdvice } from "./causes.ts";

/**
 * What a failure leads to: dial again at once; soon three times, then as `wait`; after a pause that grows; the next number, or
 * the next provider, at once; no more by this command; no more until `pppctl unblock`.
 */
export const causeActions = ["again", "quick", "wait", "next-number", "next-peer", "stop", "block"] as const;
export type CauseAction = (typeof causeActions)[number];

/** Read `PON_ON`: `busy=next-number auth-refused=stop`, also with commas. Undefined for a cause or an action that is none. */
export function parseCauseActions(text: string): ReadonlyMap<Cause, CauseAction> | undefined {
  const actions = new Map<Cause, CauseAction>();
  for (const pair of text.split(/[ ,\t\n]+/)) {
    if (pair === "") continue;
    const [cause, word, ...more] = pair.split("=");
    const action = causeActions.find((known) => known === word);
    if (!isCause(cause) || action === undefined || more.length > 0) return undefined;
    actions.set(cause, action);
  }
  return actions;
}

const ofAdvice: Readonly<Record<RetryAdvice, CauseAction>> = {
  again: "again",
  "after-wait": "wait",
  "not-before-change": "stop",
  stop: "stop",
};

/**
 * Those where each further try does harm: providers bar accounts, a SIM locks itself, somebody's telephone rings. And those
 * that no time mends.
 */
const special: Partial<Readonly<Record<Cause, CauseAction>>> = {
  busy: "quick",
  "auth-refused": "block",
  "login-refused": "block",
  "no-secret": "block",
  "sim-pin": "block",
  "option-error": "block",
  "peer-not-authenticated": "block",
  // Text on one call is not always a missing login dialogue: a provider's server may be out of order for an hour.
  "no-ppp": "wait",
  voice: "next-number",
  "no-answer": "next-number",
};

/** What a cause leads to unless `PON_ON` says otherwise. */
export function presetAction(cause: Cause): CauseAction {
  const row: CauseRow = causes[cause];
  return special[cause] ?? ofAdvice[row.retry];
}
