import type { SourcePosition } from "../core/source-position.ts";
import type { Cause } from "./causes.ts";

/** How a dial ended when it did not reach the other end's PPP. */
export type DialFailureKind =
  /** An abort string of the script came (`string`). */
  | "abort"
  /** An expect string (`expected`) did not come in time. */
  | "timeout"
  /** The line was hung up, or the device vanished, during the dial. */
  | "line-gone"
  /** SIGINT, SIGTERM or SIGHUP. */
  | "interrupted"
  | "device-missing"
  | "device-busy"
  | "device-denied"
  /** The device cannot be opened or set for another reason (`message`). */
  | "device-failed"
  | "lock-failed";

/** What the dialer leaves behind: plain JSON, holding no secret (hidden sends stay hidden). */
export interface DialFailure {
  readonly kind: DialFailureKind;
  readonly device?: string;
  /** As dialed. */
  readonly number?: string;
  /** The abort string that came. */
  readonly string?: string;
  /** What the modem's answer means, where the dialer knows (`busy`, `no-carrier`, …: modem/result-codes). */
  readonly resultCode?: string;
  /** The string that was waited for. */
  readonly expected?: string;
  /** The last thing sent; `(hidden)` for a hidden send. */
  readonly sent?: string;
  /** Printable lines that came since the last send, oldest first. */
  readonly received?: readonly string[];
  /** At least one byte came since the line was opened. */
  readonly heard?: boolean;
  readonly step?: SourcePosition;
  /** Milliseconds since the dial began. */
  readonly elapsedMs?: number;
  /** Milliseconds that the expect string was given. */
  readonly timeoutMs?: number;
  /** Who has the device. */
  readonly holder?: { readonly pid: number; readonly name?: string };
  /** The system's reason, such as `Permission denied`. */
  readonly message?: string;
}

/** The named cause of a failed dial. */
export function causeOfDial(failure: DialFailure): Cause {
  switch (failure.kind) {
    case "abort":
      return causeOfAbort(failure.resultCode ?? failure.string ?? "");
    case "timeout":
      return failure.heard === false ? "modem-silent" : "expect-timeout";
    case "line-gone":
      return "line-lost";
    case "interrupted":
      return "user-request";
    case "device-missing":
    case "device-busy":
    case "device-denied":
    case "device-failed":
    case "lock-failed":
      return failure.kind;
    default:
      return failure.kind satisfies never;
  }
}

const abortCauses: readonly (readonly [RegExp, Cause])[] = [
  [/^BUSY/, "busy"],
  [/^NO CARRIER/, "no-carrier"],
  [/^NO DIAL ?TONE/, "no-dialtone"],
  [/^NO ANSWER/, "no-answer"],
  [/^VOICE/, "voice"],
  // 3GPP TS 27.007, 9.2: 11 SIM PIN required, 12 SIM PUK required, 16 incorrect password.
  [/^\+CME ERROR: *(INCORRECT PASSWORD|SIM P(IN|UK)|(11|12|16)$)/, "sim-pin"],
  [/^(\+CM[ES] )?ERROR|^CM[ES] ERROR|^COMMAND NOT SUPPORT/, "modem-error"],
  [
    /INCORRECT|INVALID (LOGIN|PASSWORD|USER)|BAD PASSWORD|ACCESS DENIED|PERMISSION DENIED|(LOGIN|AUTHENTICATION) FAIL/,
    "login-refused",
  ],
];

/** The cause that an abort string, or a result code's name (`no-carrier`), stands for. */
export function causeOfAbort(text: string): Cause {
  const said = text.trim().replace(/-/g, " ").toUpperCase();
  return abortCauses.find(([pattern]) => pattern.test(said))?.[1] ?? "abort-string";
}
