import { ExitCode } from "../core/exit-codes.ts";
import { answered, dialContext, quote, seconds, withMessage } from "./cause-phrases.ts";
import type { CauseRow } from "./cause-row.ts";

/** The dial did not reach the other end. */
export const dialCauses = {
  "modem-silent": {
    code: "dial.silent",
    exitStatus: ExitCode.connect,
    retry: "after-wait",
    hint: "check the modem's power, its cable and the speed; set PON_RESET to a command that resets it",
    sentence: (d) =>
      `no answer from the modem${d.device ? ` on ${d.device}` : ""}: not one byte${d.timeoutMs === undefined ? "" : ` within ${seconds(d.timeoutMs)}`}`,
  },
  "modem-error": {
    code: "dial.error",
    exitStatus: ExitCode.connect,
    retry: "not-before-change",
    hint: "check the command in the chat script against the modem's manual",
    sentence: (d) => `the modem answered ${d.string ?? "ERROR"}${d.sent ? ` to ${d.sent}` : ""}${dialContext(d)}`,
  },
  "sim-pin": {
    code: "dial.sim-pin",
    exitStatus: ExitCode.connect,
    retry: "not-before-change",
    hint: "correct the PIN in the chat script before the next try: the SIM locks itself after three wrong ones",
    sentence: (d) =>
      `the SIM wants its PIN, or refused the one sent${d.string ? `: ${d.string}` : ""}${dialContext(d)}`,
  },
  "no-dialtone": {
    code: "dial.no-dialtone",
    exitStatus: ExitCode.connect,
    retry: "after-wait",
    hint: "check the telephone line; where the modem does not know the tone, add ATX3 to the chat script",
    sentence: answered,
  },
  busy: {
    code: "dial.busy",
    exitStatus: ExitCode.connect,
    retry: "after-wait",
    hint: "try again later; `pon -v` shows the dialogue with the modem",
    sentence: answered,
  },
  "no-answer": {
    code: "dial.no-answer",
    exitStatus: ExitCode.connect,
    retry: "after-wait",
    hint: "check the number, or try again later",
    sentence: answered,
  },
  "no-carrier": {
    code: "dial.no-carrier",
    exitStatus: ExitCode.connect,
    retry: "after-wait",
    hint: "check the number, and that a modem answers it; try again later",
    sentence: answered,
  },
  voice: {
    code: "dial.voice",
    exitStatus: ExitCode.connect,
    retry: "not-before-change",
    hint: "check the number: a person or a machine that speaks answers it",
    sentence: answered,
  },
  "abort-string": {
    code: "dial.abort",
    exitStatus: ExitCode.connect,
    retry: "after-wait",
    hint: "see the ABORT strings of the chat script for what it stands for",
    sentence: (d) => `the script's abort string ${quote(d.string ?? "")} came${dialContext(d)}`,
  },
  "expect-timeout": {
    code: "dial.timeout",
    exitStatus: ExitCode.connect,
    retry: "after-wait",
    hint: "compare what came with what the chat script expects; -v shows the whole dialogue",
    sentence: (d) => {
      const last = d.received?.at(-1);
      const waited = d.timeoutMs === undefined ? "" : ` within ${seconds(d.timeoutMs)}`;
      const instead = last === undefined ? "nothing came" : `${quote(last)} came instead`;
      return `${d.expected === undefined ? "the expected string" : quote(d.expected)} did not come${waited}, ${instead}${dialContext(d)}`;
    },
  },
  "login-refused": {
    code: "auth.login",
    exitStatus: ExitCode.connect,
    retry: "not-before-change",
    hint: "check the user name and the password that the chat script sends",
    sentence: (d) => `the other end refused the login${d.string ? `: ${quote(d.string)}` : ""}${dialContext(d)}`,
  },
  "connect-failed": {
    code: "dial.failed",
    exitStatus: ExitCode.connect,
    retry: "after-wait",
    hint: "run the peer's connect command by itself to see what it says",
    sentence: withMessage("the connect program failed"),
  },
  "init-failed": {
    code: "dial.init",
    exitStatus: ExitCode.init,
    retry: "not-before-change",
    hint: "run the peer's init command by itself to see what it says",
    sentence: () => "the init program failed",
  },
} as const satisfies Readonly<Record<string, CauseRow>>;
