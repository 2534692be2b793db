/** What a chat script needs beside its line. */

/** `content`, or why not, as strerror(3) says it (`No such file or directory`). */
export type ChatFileContent =
  | { readonly kind: "content"; readonly bytes: Uint8Array }
  | { readonly kind: "error"; readonly reason: string };

/** One-time passwords for a chat script: a line without its end. Both reject only when `signal` is aborted. */
export interface OneTimeSecrets {
  /** Asked on the terminal without echo, or through systemd-ask-password. One character a byte. */
  readonly ask: (prompt: string, signal: AbortSignal) => Promise<ChatFileContent>;
  /** The first line that a program prints. One character a byte. */
  readonly run: (argv: readonly string[], signal: AbortSignal) => Promise<ChatFileContent>;
}
