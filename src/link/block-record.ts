import { type Cause, isCause } from "./causes.ts";

/** Why a peer is dialed no more until `pppctl unblock`: plain JSON, no secret. */
export interface BlockRecord {
  readonly version: 1;
  readonly peer: string;
  /** Milliseconds since 1970. */
  readonly since: number;
  readonly cause: Cause;
  readonly sentence: string;
}

/** One line of JSON with a newline. */
export function formatBlockRecord(record: BlockRecord): string {
  return `${JSON.stringify(record)}\n`;
}

/** Read it back; undefined for anything else. */
export function parseBlockRecord(text: string): BlockRecord | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof json !== "object" || json === null) return undefined;
  const { version, peer, since, cause, sentence } = json as Record<string, unknown>;
  if (version !== 1 || typeof peer !== "string" || typeof since !== "number" || !isCause(cause)) return undefined;
  return typeof sentence === "string" ? { version, peer, since, cause, sentence } : undefined;
}
