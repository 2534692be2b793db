import type { ChatScript } from "./chat-script.ts";

/** What a run of chat is told beside its script. Everything but `script` has chat's default when absent. */
export interface ChatConfig {
  readonly script: ChatScript;
  /** Seconds for each expect and each send; 45 when absent; 0: for ever (`-t 0`). `TIMEOUT` changes it. */
  readonly timeoutSeconds?: number | undefined;
  /** `-T`, inserted for `\T`. One character a byte. */
  readonly phone?: string | undefined;
  /** `-U`, inserted for `\U`. One character a byte. */
  readonly phone2?: string | undefined;
  /** `-E`: what `$NAME` stands for, one character a byte. Absent: `$` is an ordinary character. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** `-v`: the log has the whole dialogue, not failures only. */
  readonly verbose?: boolean | undefined;
  /** `-V`: what is received is written to stderr. */
  readonly echoToStderr?: boolean | undefined;
  /** `-e`: the same, ended by a newline; `ECHO` changes it. */
  readonly echo?: boolean | undefined;
  /** `-r`: only its name is used here, for the Opening and Closing lines of `-v`. */
  readonly reportFile?: string | undefined;
  /** `-v` stood before `-r`, so that chat writes an Opening line. */
  readonly reportOpening?: boolean | undefined;
  /** Milliseconds of pause before each byte sent; 0 when absent (chat(8) has 10). */
  readonly charDelayMs?: number | undefined;
  /** Keep chat's limits and oddities: 50 ABORTs of 49 bytes, `@file` shown in the log, … */
  readonly strict?: boolean | undefined;
}
