/** A dialogue before the far end starts, as of getty and login(1) on a terminal server. */
export interface LoginPrompt {
  /** Sent first. */
  readonly banner: string;
  readonly loginText: string;
  readonly passwordText: string;
  /** The name that is let in; any when undefined. */
  readonly user: string | undefined;
  /** The password that is let in; any when undefined. */
  readonly password: string | undefined;
  readonly failText: string;
  /** Sent when the caller is let in, before the far end starts. */
  readonly afterText: string;
}

export interface LoginState {
  readonly asking: "login" | "password";
  readonly typed: string;
  readonly user: string;
  readonly failures: number;
  /** The last byte was a carriage return: a line feed after it is its other half. */
  readonly afterReturn: boolean;
}

export interface LoginStep {
  readonly state: LoginState;
  /** What the caller sees. */
  readonly output: string;
  readonly outcome: "asking" | "let-in" | "thrown-out";
}

/** As login(1) does by default. */
const MAX_FAILURES = 3;
const MAX_TYPED = 255;

export function startLogin(prompt: LoginPrompt): LoginStep {
  return {
    state: { asking: "login", typed: "", user: "", failures: 0, afterReturn: false },
    output: prompt.banner + prompt.loginText,
    outcome: "asking",
  };
}

/** One byte that the caller typed. The name is echoed, the password is not. */
export function stepLogin(prompt: LoginPrompt, state: LoginState, byte: number): LoginStep {
  const character = String.fromCharCode(byte);
  if (character === "\n" && state.afterReturn) {
    return { state: { ...state, afterReturn: false }, output: "", outcome: "asking" };
  }
  if (character !== "\r" && character !== "\n") {
    const typed =
      character === "\b" || character === "\x7f"
        ? state.typed.slice(0, -1)
        : (state.typed + character).slice(0, MAX_TYPED);
    const output = state.asking === "login" ? character : "";
    return { state: { ...state, typed, afterReturn: false }, output, outcome: "asking" };
  }
  const next = { ...state, typed: "", afterReturn: character === "\r" };
  if (state.asking === "login") {
    if (state.typed === "") return { state: next, output: `\r\n${prompt.loginText}`, outcome: "asking" };
    return {
      state: { ...next, asking: "password", user: state.typed },
      output: `\r\n${prompt.passwordText}`,
      outcome: "asking",
    };
  }
  const right =
    (prompt.user === undefined || prompt.user === state.user) &&
    (prompt.password === undefined || prompt.password === state.typed);
  if (right) return { state: next, output: `\r\n${prompt.afterText}`, outcome: "let-in" };
  const failures = state.failures + 1;
  if (failures >= MAX_FAILURES) return { state: next, output: `\r\n${prompt.failText}\r\n`, outcome: "thrown-out" };
  return {
    state: { ...next, asking: "login", failures },
    output: `\r\n${prompt.failText}\r\n${prompt.loginText}`,
    outcome: "asking",
  };
}
