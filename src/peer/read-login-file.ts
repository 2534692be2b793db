import { latin1FromBytes } from "../core/bytes.ts";
import type { SourcePosition } from "../core/source-position.ts";
import { enterOption, makeOption } from "./enter-option.ts";
import { type ReadingState, report, type WordSource } from "./reading-state.ts";
import { textFromWord } from "./word-text.ts";

/** pppd/pppd.h MAXNAMELEN and MAXSECRETLEN, less two. */
const maxLineBytes = 254;

/**
 * `+ua FILE`: the user's name on its first line, a password on its second (pppd/auth.c setupapfile). pppd wants both
 * and takes the name alone: it looks for an option `passwd`, which there is none.
 */
export function readLoginFile(state: ReadingState, word: string, position: SourcePosition, source: WordSource): void {
  const file = textFromWord(word);
  const content = state.read(file);
  const opened = content.kind === "file" || content.kind === "directory";
  const text = content.kind === "file" ? latin1FromBytes(content.bytes) : "";
  const name = readLine(text);
  if (!opened || name === "" || text.length === name.length) {
    report(state, {
      code: "peer.login-file",
      severity: "error",
      position,
      message: opened ? `${file} does not have a user's name and a password on two lines` : `${file} cannot be read`,
      hint: "write the name on its first line and the password on its second, or give user instead of +ua",
      pppd: `unable to ${opened ? "read" : "open"} user login data file ${word}`,
    });
  }
  const option = { text: "user", position: { file, line: 1, column: 1 } };
  const value = { text: name.replace(/\n$/, "").split("\0", 1)[0] ?? "", position: option.position };
  const login = { ...source, kind: "login-file" } as const;
  enterOption(state, makeOption("option", "user", option, value, login), "user", source, { prio: true });
  report(state, {
    code: "peer.login-file-password",
    severity: "warning",
    position,
    message: `pppd takes the user's name from ${file}, and not the password`,
    hint: "write the password into /etc/ppp/pap-secrets and chap-secrets, and give user instead of +ua",
  });
}

/** As fgets(3): up to and with the newline, at most 254 bytes. */
function readLine(text: string): string {
  const newline = text.indexOf("\n");
  return text.slice(0, Math.min(newline < 0 ? text.length : newline + 1, maxLineBytes));
}
