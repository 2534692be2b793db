/** What a user who waits for a call is told, in the order in which it may happen. */
export type ConnectEvent =
  /** A new attempt begins; `of`: how many there may be, undefined: no limit. */
  | { readonly type: "attempt"; readonly attempt: number; readonly of: number | undefined }
  | { readonly type: "opening"; readonly device: string }
  | { readonly type: "hanging-up" }
  /** The modem does not answer; each step of waking it. */
  | { readonly type: "waking"; readonly text: string }
  | { readonly type: "initialising" }
  | { readonly type: "dialing"; readonly number: string }
  | { readonly type: "logging-in" }
  | {
      readonly type: "connected";
      /** As the modem reported it, bits per second. */
      readonly rate: number | undefined;
    }
  | { readonly type: "starting"; readonly what: string }
  | { readonly type: "negotiating" }
  | { readonly type: "authenticating" }
  /** The string that the script waits for, quoted. */
  | { readonly type: "waiting"; readonly what: string }
  /** An attempt of a `persist` peer failed; pppd goes on. */
  | { readonly type: "attempt-failed"; readonly sentence: string }
  /** A call failed, and the policy has another one made: at once, or at this time (milliseconds since 1970). */
  | {
      readonly type: "redialing";
      readonly peer: string;
      readonly number: string | undefined;
      readonly at: number;
      /** Until then. */
      readonly waitMs: number;
      /** Which try it will be, from 2, of how many. */
      readonly attempt: number;
      readonly attempts: number;
    }
  | { readonly type: "warning"; readonly text: string }
  /** Where the chat script failed and what came, a line each (`describeChatEnd`). */
  | {
      readonly type: "dial-failed";
      readonly lines: readonly string[];
      /** The last exchange with the modem: what was sent (`??????` when hidden), and the lines that came since. */
      readonly sent: string | undefined;
      readonly received: readonly string[];
    }
  /** The dialogue with the modem, control characters made visible, secrets hidden. */
  | { readonly type: "sent"; readonly text: string }
  | { readonly type: "received"; readonly text: string };
