import { type Cause, isCause } from "./causes.ts";
import type { DialFailure, DialFailureKind } from "./dial-failure.ts";
import { type CallOrigin, callOrigins } from "./history-entry.ts";
import { asBoolean, asNumber, asObject, asString, asStrings, parseObject, present } from "./json-fields.ts";

/** Where a link is in its life, as records and `pppctl status` say it. */
export const linkPhases = [
  "starting",
  "dialing",
  "negotiating",
  "authenticating",
  "network",
  "up",
  "ending",
  "waiting",
  "ended",
] as const;

export type LinkPhase = (typeof linkPhases)[number];

/** The file's name in a peer's directory. Written by pon while it waits, after that by what pppd runs (`pppctl dial`, the hooks). */
export const recordName = "record.json";

/** A process that cannot be mistaken for a later one with its pid. */
export interface ProcessMark {
  readonly pid: number;
  /** Field 22 of /proc/PID/stat: clock ticks since boot. */
  readonly startTime: number;
}

/**
 * What is written about a link while it lives, and last when it ends: plain JSON, readable
 * by everybody, so it holds no secret. Times are milliseconds since 1970.
 */
export interface LinkRecord {
  readonly version: 1;
  readonly peer: string;
  readonly linkname: string;
  readonly phase: LinkPhase;
  /** The same for all attempts of one pon, or of one pppd that is not pon's; pppd has it in its environment (PPPCTL_CALL). */
  readonly call?: string;
  readonly origin?: CallOrigin;
  /** pppd dials again by itself when a call has ended (`persist`, `demand`). */
  readonly redials?: boolean;
  /** This attempt is in the history already (or none has begun): the record only says what pppd does now. */
  readonly settled?: boolean;
  /** The log in which pppd's lines of this attempt begin at byte `logFrom`. */
  readonly logFile?: string;
  readonly logFrom?: number;
  /** The pon that waits for the link: while it lives nobody else writes this record. */
  readonly dialer?: ProcessMark;
  readonly pppd?: ProcessMark;
  /** From 1. */
  readonly attempt: number;
  readonly startedAt: number;
  readonly device?: string;
  /** Of the port, bits per second. */
  readonly speed?: number;
  readonly number?: string;
  /** As the modem reported it, bits per second. */
  readonly connectRate?: number;
  readonly connectedAt?: number;
  readonly upAt?: number;
  readonly endedAt?: number;
  /** When it is dialed again, where that is known. */
  readonly nextAt?: number;
  readonly iface?: string;
  readonly local?: string;
  readonly remote?: string;
  readonly dns?: readonly string[];
  /** Of the last failure, or of the end. */
  readonly cause?: Cause;
  readonly sentence?: string;
  readonly exitStatus?: number;
  readonly dialFailure?: DialFailure;
}

/** One line of JSON with a newline. */
export function formatLinkRecord(record: LinkRecord): string {
  return `${JSON.stringify(record)}\n`;
}

/**
 * Read a record back. Undefined when the text is no record (cut off, another version, a
 * needed field missing or of the wrong type). Optional fields of the wrong type are left out,
 * unknown ones ignored, so that a newer pppctl's record can be read.
 */
export function parseLinkRecord(text: string): LinkRecord | undefined {
  const json = parseObject(text);
  if (json?.["version"] !== 1) return undefined;
  const peer = asString(json["peer"]);
  const linkname = asString(json["linkname"]);
  const phase = linkPhases.find((known) => known === json["phase"]);
  const attempt = asNumber(json["attempt"]);
  const startedAt = asNumber(json["startedAt"]);
  if (peer === undefined || linkname === undefined || phase === undefined) return undefined;
  if (attempt === undefined || startedAt === undefined) return undefined;
  return {
    version: 1,
    peer,
    linkname,
    phase,
    attempt,
    startedAt,
    ...present({
      call: asString(json["call"]),
      origin: callOrigins.find((known) => known === json["origin"]),
      redials: asBoolean(json["redials"]),
      settled: asBoolean(json["settled"]),
      logFile: asString(json["logFile"]),
      logFrom: asNumber(json["logFrom"]),
      dialer: asProcess(json["dialer"]),
      pppd: asProcess(json["pppd"]),
      device: asString(json["device"]),
      speed: asNumber(json["speed"]),
      number: asString(json["number"]),
      connectRate: asNumber(json["connectRate"]),
      connectedAt: asNumber(json["connectedAt"]),
      upAt: asNumber(json["upAt"]),
      endedAt: asNumber(json["endedAt"]),
      nextAt: asNumber(json["nextAt"]),
      iface: asString(json["iface"]),
      local: asString(json["local"]),
      remote: asString(json["remote"]),
      dns: asStrings(json["dns"]),
      cause: isCause(json["cause"]) ? json["cause"] : undefined,
      sentence: asString(json["sentence"]),
      exitStatus: asNumber(json["exitStatus"]),
      dialFailure: asDialFailure(json["dialFailure"]),
    }),
  };
}

/** Read a dialer's record back, by the same rules. */
export function parseDialFailure(text: string): DialFailure | undefined {
  return asDialFailure(parseObject(text));
}

const dialFailureKinds: Readonly<Record<DialFailureKind, true>> = {
  abort: true,
  timeout: true,
  "line-gone": true,
  interrupted: true,
  "device-missing": true,
  "device-busy": true,
  "device-denied": true,
  "device-failed": true,
  "lock-failed": true,
};

function asDialFailure(value: unknown): DialFailure | undefined {
  const json = asObject(value);
  const kind = asString(json?.["kind"]);
  if (json === undefined || kind === undefined || !Object.hasOwn(dialFailureKinds, kind)) return undefined;
  const step = asObject(json["step"]);
  const file = asString(step?.["file"]);
  const line = asNumber(step?.["line"]);
  const column = asNumber(step?.["column"]);
  const holder = asObject(json["holder"]);
  const pid = asNumber(holder?.["pid"]);
  return {
    kind: kind as DialFailureKind,
    ...present({
      device: asString(json["device"]),
      number: asString(json["number"]),
      string: asString(json["string"]),
      resultCode: asString(json["resultCode"]),
      expected: asString(json["expected"]),
      sent: asString(json["sent"]),
      received: asStrings(json["received"]),
      heard: asBoolean(json["heard"]),
      step: file !== undefined && line !== undefined && column !== undefined ? { file, line, column } : undefined,
      elapsedMs: asNumber(json["elapsedMs"]),
      timeoutMs: asNumber(json["timeoutMs"]),
      holder: pid === undefined ? undefined : { pid, ...present({ name: asString(holder?.["name"]) }) },
      message: asString(json["message"]),
    }),
  };
}

function asProcess(value: unknown): ProcessMark | undefined {
  const json = asObject(value);
  const pid = asNumber(json?.["pid"]);
  const startTime = asNumber(json?.["startTime"]);
  return pid === undefined || startTime === undefined ? undefined : { pid, startTime };
}
