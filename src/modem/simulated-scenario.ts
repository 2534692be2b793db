import type { LoginPrompt } from "./login-dialogue.ts";

/** What is behind the line once a call is connected. */
export type FarEnd =
  /** What is sent comes back. */
  | { readonly type: "echo" }
  /** Takes everything and says nothing. */
  | { readonly type: "silent" }
  /** A program on its standard input and output; hang-up ends it, its end is a lost carrier. */
  | { readonly type: "command"; readonly argv: readonly [string, ...string[]] }
  /** `host:port`, or the path of a unix socket. */
  | { readonly type: "socket"; readonly address: string };

/** What a call does. Times in milliseconds from the dialing (or from the answering) of the call. */
export type CallAction =
  | {
      readonly result: "busy" | "no-carrier" | "no-dialtone" | "no-answer" | "voice";
      readonly afterMs: number;
    }
  /** The modem never says anything more until a key or DTR ends the call. */
  | { readonly result: "silence" }
  | ConnectAction;

export interface ConnectAction {
  readonly result: "connect";
  readonly afterMs: number;
  /** Bits a second, for `CONNECT <rate>`. */
  readonly rate: number;
  /** Said instead of `CONNECT <rate>`, exactly. */
  readonly connectText: string | undefined;
  readonly to: FarEnd;
  /** Sent right after CONNECT, one character a byte: line noise, a banner. */
  readonly garbage: string;
  readonly loginPrompt: LoginPrompt | undefined;
  /** The carrier is lost so long after CONNECT. */
  readonly carrierLostAfterMs: number | undefined;
}

/** A call from outside. */
export interface IncomingCall {
  /** When it rings first, after the start of the modem. */
  readonly afterMs: number;
  readonly rings: number;
  readonly everyMs: number;
  readonly call: ConnectAction;
}

/** All that a simulated modem does by plan. */
export interface Scenario {
  /** From the end of a command to its answer. */
  readonly answerDelayMs: number;
  /** The same for single command lines, in upper case with `AT`. */
  readonly delays: Readonly<Record<string, number>>;
  /** It echoes and answers nothing at all, as one that is switched off; or until DTR drops, `+++` comes, or it is reset. */
  readonly mute: boolean | "dtr" | "+++" | "reset";
  /** Settings as it comes from the factory, such as `&D0&C0`. */
  readonly factory: string;
  /** `always`: DCD is on without a carrier too, whatever `&C` says. */
  readonly dcd: "follows" | "always";
  /** The longest command line, without `AT`; a longer one is an ERROR. */
  readonly commandLimit: number;
  /** The SIM's PIN that `+CPIN` waits for; undefined: ready. */
  readonly pin: string | undefined;
  /** Answers to commands, in upper case without `AT`; the last line may be a result code of its own. */
  readonly answers: Readonly<Record<string, readonly string[]>>;
  /** By number: what the first, second, … call does; the last one also all later calls. */
  readonly numbers: Readonly<Record<string, readonly CallAction[]>>;
  /** Any other number. */
  readonly otherNumbers: readonly CallAction[];
  readonly incoming: readonly IncomingCall[];
}

/** What the `call`-th call (from 0) to a number does. */
export function chooseCallAction(scenario: Scenario, number: string, call: number): CallAction {
  const actions = Object.hasOwn(scenario.numbers, number) ? scenario.numbers[number] : scenario.otherNumbers;
  return actions?.[call] ?? actions?.at(-1) ?? { result: "no-carrier", afterMs: 0 };
}
