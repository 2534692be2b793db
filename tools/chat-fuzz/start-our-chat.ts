import { chatOnLine } from "../../src/app/chat-on-line.ts";
import { openChatTty } from "../../src/io/chat-tty.ts";
import { openReportFile, readChatFile } from "../../src/io/chat-world.ts";
import type { StartChat } from "./run-on-line.ts";
import { watchChat } from "./watch-chat.ts";

/** `pppctl chat --strict`, but without its pause before each byte, within this process: many at once cost little. */
export const startOurChat: StartChat = (words, tty, env) => {
  const signals = new AbortController();
  const rings = new Set<() => void>();
  let hangupIgnored = false;
  const watch = watchChat();
  let stderr = "";
  const refuse = (what: string) => (): never => {
    throw new Error(`strict chat has no use for ${what}`);
  };
  const ended = chatOnLine(
    { words, strict: true, charDelayMs: 0, device: undefined, signal: signals.signal, onEvent: undefined },
    {
      clock: watch.clock,
      env,
      readFile: (path) => watch.busy(readChatFile(path)),
      secrets: { ask: refuse("a secret"), run: refuse("a secret") },
      openTty: async () => watch.line(await openChatTty(tty, tty)),
      openLine: refuse("a device"),
      lockLine: refuse("a device"),
      stderr: (text) => {
        stderr += text;
      },
      openSystemLog: () => () => undefined,
      openReport: openReportFile,
      localTime: () => ({ month: 0, day: 1, hours: 0, minutes: 0, seconds: 0 }),
      ignoreHangup: (ignore) => {
        hangupIgnored = ignore;
      },
      onAlarm: (ring) => {
        rings.add(ring);
        return () => rings.delete(ring);
      },
    },
  ).then(
    ({ exitStatus }) => ({ exit: exitStatus, signal: null }),
    (error: unknown) => ({ exit: null, signal: `${error}` }),
  );
  return {
    ended,
    stderr: () => stderr,
    look: watch.look,
    expectChange: watch.expectChange,
    kill: (signal) => {
      if (signal === "SIGALRM") for (const ring of rings) ring();
      else if (signal !== "SIGHUP" || !hangupIgnored) signals.abort(signal);
    },
  };
};
