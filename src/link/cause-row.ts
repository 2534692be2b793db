import type { SourcePosition } from "../core/source-position.ts";

/**
 * Whether another try makes sense: at once; after a wait; only when somebody changed
 * something; or not at all, because the link ended as it was meant to.
 */
export type RetryAdvice = "again" | "after-wait" | "not-before-change" | "stop";

/** What carries a link that has no modem. */
export type TunnelKind = "pptp" | "pppoe" | "l2tp" | "socket" | "ssh" | "program";

/** What is known about a cause, for its sentence. All texts are printable. */
export interface CauseDetails {
  readonly device?: string | undefined;
  /** What a tunnel leads to, by name or address. */
  readonly server?: string | undefined;
  readonly tunnel?: TunnelKind | undefined;
  readonly number?: string | undefined;
  /** The string that the modem or the other end said. */
  readonly string?: string | undefined;
  readonly expected?: string | undefined;
  readonly sent?: string | undefined;
  readonly received?: readonly string[] | undefined;
  readonly step?: SourcePosition | undefined;
  readonly elapsedMs?: number | undefined;
  readonly timeoutMs?: number | undefined;
  readonly holder?: { readonly pid: number; readonly name?: string } | undefined;
  /** The system's, pppd's or the peer's own words. */
  readonly message?: string | undefined;
  /** PAP, CHAP or EAP. */
  readonly method?: string | undefined;
  readonly file?: string | undefined;
  readonly count?: number | undefined;
  /** `SIGKILL`, or a number. */
  readonly signal?: string | undefined;
  readonly exitStatus?: number | undefined;
}

export interface CauseRow {
  /** Stable, for PppctlError and `--json`. */
  readonly code: string;
  /** When pppd has given no exit status. */
  readonly exitStatus: number;
  readonly retry: RetryAdvice;
  /** One imperative line; undefined where nothing needs doing. */
  readonly hint: string | undefined;
  readonly sentence: (details: CauseDetails) => string;
}
