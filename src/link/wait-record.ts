import { asNumber, asObject, asString, parseObject, present } from "./json-fields.ts";
import type { ProcessMark } from "./link-record.ts";

/** The file's name in a peer's directory. Written by whoever of ours pauses before he dials, and only then. */
export const waitRecordName = "wait.json";

/** A pause between two dials. Believed only while `by` lives, and nothing while he dials. Times are milliseconds since 1970. */
export interface WaitRecord {
  readonly version: 1;
  readonly by: ProcessMark;
  /** `pon`: between its own dials; `keep`, of a kept peer. `dial`: `pppctl dial`, which pppd has started to dial for it. */
  readonly who: "pon" | "keep" | "dial";
  readonly since: number;
  /** When it dials, as far as is known now. */
  readonly nextAt: number;
  /** The attempt that comes then, from 1. */
  readonly attempt?: number;
  /** The peer that was asked for, where this one is dialed in its place (`PON_FALLBACK`). */
  readonly insteadOf?: string;
}

/** One line of JSON with a newline. */
export function formatWaitRecord(record: WaitRecord): string {
  return `${JSON.stringify(record)}\n`;
}

/** Read it back; undefined for anything else. */
export function parseWaitRecord(text: string): WaitRecord | undefined {
  const json = parseObject(text);
  const by = asObject(json?.["by"]);
  const pid = asNumber(by?.["pid"]);
  const startTime = asNumber(by?.["startTime"]);
  const since = asNumber(json?.["since"]);
  const nextAt = asNumber(json?.["nextAt"]);
  const who = (["pon", "keep", "dial"] as const).find((known) => known === json?.["who"]);
  if (json?.["version"] !== 1 || who === undefined || pid === undefined || startTime === undefined) return undefined;
  if (since === undefined || nextAt === undefined) return undefined;
  const more = present({ attempt: asNumber(json["attempt"]), insteadOf: asString(json["insteadOf"]) });
  return { version: 1, by: { pid, startTime }, who, since, nextAt, ...more };
}
