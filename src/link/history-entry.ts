import { type Cause, isCause } from "./causes.ts";
import { asNumber, asString, parseObject, present } from "./json-fields.ts";

/**
 * Who dialed: `direct`: pon itself; `on-call`: pppd, with us as its connect program; `as-is`: pppd in its own way; `foreign`: not
 * started by our pon.
 */
export const callOrigins = ["direct", "on-call", "as-is", "foreign"] as const;

export type CallOrigin = (typeof callOrigins)[number];

/**
 * One call that has ended, as a line of the history. A call is one attempt: of a peer that redials, each is an entry of its own.
 * Readable by everybody, so it holds no secret. Times are milliseconds since 1970.
 */
export interface HistoryEntry {
  readonly version: 1;
  /** No other call has it. */
  readonly id: string;
  readonly peer: string;
  readonly origin: CallOrigin;
  /** From 1; counts the calls that one pon or pppd made in a row. */
  readonly attempt: number;
  readonly startedAt: number;
  /** CONNECT came: from here on the telephone company counts. */
  readonly connectedAt?: number;
  /** The network was up. Absent: the call failed. */
  readonly upAt?: number;
  readonly endedAt: number;
  /** Nobody saw the end: it was some time between `endedAt`, the last sign of life, and this. */
  readonly noticedAt?: number;
  readonly device?: string;
  readonly number?: string;
  /** As the modem reported it, bits per second. */
  readonly connectRate?: number;
  readonly iface?: string;
  readonly local?: string;
  readonly remote?: string;
  /** As pppd counts them; absent when the call was not up, or when nobody knows. */
  readonly bytesSent?: number;
  readonly bytesReceived?: number;
  /** Why it failed or ended. */
  readonly cause: Cause;
  readonly sentence: string;
  /** pppd's, or that of pon where no pppd came to work. */
  readonly exitStatus?: number;
}

/** One line of JSON with a newline. */
export function formatHistoryEntry(entry: HistoryEntry): string {
  return `${JSON.stringify(entry)}\n`;
}

/**
 * Read a line back. Undefined when it is no entry (cut off by a full disk, another version, a needed field missing or of the wrong
 * type). A cause that a newer pppctl named is `ended`; optional fields of the wrong type are left out, unknown ones ignored.
 */
export function parseHistoryEntry(line: string): HistoryEntry | undefined {
  const json = parseObject(line);
  if (json?.["version"] !== 1) return undefined;
  const id = asString(json["id"]);
  const peer = asString(json["peer"]);
  const origin = callOrigins.find((known) => known === json["origin"]);
  const attempt = asNumber(json["attempt"]);
  const startedAt = asNumber(json["startedAt"]);
  const endedAt = asNumber(json["endedAt"]);
  const cause = asString(json["cause"]);
  const sentence = asString(json["sentence"]);
  if (id === undefined || peer === undefined || origin === undefined || attempt === undefined) return undefined;
  if (startedAt === undefined || endedAt === undefined || cause === undefined || sentence === undefined)
    return undefined;
  return {
    version: 1,
    id,
    peer,
    origin,
    attempt,
    startedAt,
    endedAt,
    cause: isCause(cause) ? cause : "ended",
    sentence,
    ...present({
      connectedAt: asNumber(json["connectedAt"]),
      upAt: asNumber(json["upAt"]),
      noticedAt: asNumber(json["noticedAt"]),
      device: asString(json["device"]),
      number: asString(json["number"]),
      connectRate: asNumber(json["connectRate"]),
      iface: asString(json["iface"]),
      local: asString(json["local"]),
      remote: asString(json["remote"]),
      bytesSent: asNumber(json["bytesSent"]),
      bytesReceived: asNumber(json["bytesReceived"]),
      exitStatus: asNumber(json["exitStatus"]),
    }),
  };
}

/** The entries of a file, oldest first; lines that are no entries are passed over. */
export function parseHistory(text: string): HistoryEntry[] {
  return text.split("\n").flatMap((line) => (line === "" ? [] : (parseHistoryEntry(line) ?? [])));
}
