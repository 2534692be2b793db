import { expect } from "vitest";
import type { PeerStatus } from "../../src/app/show-status.ts";
import { causeRow } from "../../src/link/causes.ts";
import type { HistoryEntry } from "../../src/link/history-entry.ts";
import type { ProcessResult } from "../vm/guest.ts";

/** A call that failed: the end of `pon --json PEER`. */
export interface FailedCall {
  readonly peer: string;
  readonly end: ProcessResult;
}

/** pon's line and its exit status, `history --json`, `status --json` and `explain` say the same of each call, the last one of its peer. */
export async function expectAgreement(
  calls: readonly FailedCall[],
  run: (command: string, ...words: readonly string[]) => Promise<ProcessResult>,
): Promise<void> {
  const ask = async (...words: readonly string[]) => JSON.parse((await run("pppctl", ...words, "--json")).stdout);
  const history: readonly HistoryEntry[] = (await ask("history")).calls;
  const states: readonly PeerStatus[] = await ask("status", ...calls.map(({ peer }) => peer));
  for (const [i, { peer, end }] of calls.entries()) {
    const { code, message, exitStatus } = JSON.parse(end.stdout);
    expect(end.stderr).toContain(`pon: ${message}\n`);
    const entry = history.findLast((call) => call.peer === peer);
    if (entry === undefined) throw new Error(`no call of ${peer} in the history`);
    const { cause, sentence, endedAt: at } = entry;
    const said = { message: `${peer}: ${sentence}`, code: causeRow(cause).code, exitStatus: entry.exitStatus };
    expect({ message, code, exitStatus: end.status }).toEqual(said);
    expect(exitStatus).toBe(end.status);
    expect(states[i]).toEqual({ peer, state: "down", lastFailure: { at, cause, sentence } });
    expect(await ask("explain", peer)).toMatchObject({ peer, cause, sentence, code, exitStatus });
  }
}
