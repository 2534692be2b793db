import { spawn } from "node:child_process";
import { once } from "node:events";
import type { StartChat } from "./run-on-line.ts";

/** chat(8) itself, as a process without a controlling terminal. */
export const startRealChat: StartChat = (words, tty, env) => {
  const [command, args] = commandOf("/usr/sbin/chat", words);
  const child = spawn(command, args, {
    detached: true,
    env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", TZ: "UTC", LC_ALL: "C", ...env },
    stdio: [tty, tty, "pipe"],
  });
  let stderr = "";
  child.stderr?.setEncoding("latin1").on("data", (text: string) => {
    stderr += text;
  });
  const ended = once(child, "close").then(([exit, signal]) => ({
    exit: exit as number | null,
    signal: signal as string | null,
  }));
  return { ended, stderr: () => stderr, kill: (signal) => void child.kill(signal as NodeJS.Signals) };
};

/** Node writes arguments as UTF-8; words with other bytes are printf(1)'s, from octal. */
function commandOf(program: string, words: readonly string[]): [string, string[]] {
  if ([...words.join("")].every((char) => char < "\x80")) return [program, [...words]];
  const octal = (word: string): string =>
    [...word].map((char) => `\\${char.charCodeAt(0).toString(8).padStart(3, "0")}`).join("");
  // $(…) loses line ends at its end, so a point stands behind them and is taken off again.
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's
  const take = 'program=$1; shift; for octal; do shift; word=$(printf "$octal."); set -- "$@" "${word%.}"; done';
  return ["/bin/sh", ["-c", `${take}; exec "$program" "$@"`, "sh", program, ...words.map(octal)]];
}
