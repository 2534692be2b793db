/**
 * What happens to a chat. `now` is milliseconds on `Clock.now`, never less than that of
 * the event before.
 */
export type ChatEvent =
  | { readonly type: "start"; readonly now: number }
  /** Taken from the line: 1 to `state.readLimit` bytes, or as many as `ReadAhead` allowed. */
  | { readonly type: "bytes"; readonly now: number; readonly bytes: Uint8Array }
  /** There is nothing to read just now; asked for by `state.impatient`. */
  | { readonly type: "drained"; readonly now: number }
  /** `state.deadline` is reached. */
  | { readonly type: "deadline"; readonly now: number }
  /** A SIGALRM that somebody else sent: chat takes it for the end of the time at once. */
  | { readonly type: "alarm"; readonly now: number }
  /** Answers the effects `write` and `break`. */
  | { readonly type: "written"; readonly now: number }
  /** Answers the effect `load-file`. */
  | { readonly type: "file-loaded"; readonly now: number; readonly content: Uint8Array }
  /** Answers the effects `ask` and `run-program`: one line, without its end. */
  | { readonly type: "secret-given"; readonly now: number; readonly content: Uint8Array }
  /** Answers the effects `load-file`, `ask` and `run-program`; `reason` as strerror(3): `No such file or directory`. */
  | { readonly type: "file-failed"; readonly now: number; readonly reason: string }
  /** The line hung up; also answers `write` when that is why it failed. */
  | { readonly type: "line-gone"; readonly now: number }
  /** A signal: `reason` is its name, `SIGTERM`. */
  | { readonly type: "interrupt"; readonly now: number; readonly reason: string };
