import type { DialFailure } from "./dial-failure.ts";
import { parseDialFailure } from "./link-record.ts";

/** The file's name in a peer's directory. One process writes it: whichever dials. */
export const dialRecordName = "dial.json";

/** What the dialer leaves behind: pppd turns every failed dial into exit status 8, and hooks want the modem's rate. */
export interface DialRecord {
  readonly version: 1;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly device: string;
  readonly number?: string;
  /** As the modem reported it, bits per second. */
  readonly connectRate?: number;
  /** Absent: the dial reached the other end. */
  readonly failure?: DialFailure;
}

/** One line of JSON with a newline. */
export function formatDialRecord(record: DialRecord): string {
  return `${JSON.stringify(record)}\n`;
}

/** Read it back; undefined for anything else. */
export function parseDialRecord(text: string): DialRecord | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof json !== "object" || json === null) return undefined;
  const { version, at, device, number, connectRate, failure } = json as Record<string, unknown>;
  if (version !== 1 || typeof at !== "number" || typeof device !== "string") return undefined;
  const parsed = failure === undefined ? undefined : parseDialFailure(JSON.stringify(failure));
  return {
    version,
    at,
    device,
    ...(typeof number === "string" ? { number } : {}),
    ...(typeof connectRate === "number" ? { connectRate } : {}),
    ...(parsed === undefined ? {} : { failure: parsed }),
  };
}
