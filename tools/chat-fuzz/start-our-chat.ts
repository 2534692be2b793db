import { chatOnLine } from "../../src/app/chat-on-line.ts";
import { openChatTty } from "../../src/io/chat-tty.ts";
import { openReportFile, readChatFile } from "../../src/io/chat-world.ts";
import { systemClock } from "../../src/io/system-clock.ts";
import type { StartChat } from "./run-on-line.ts";

/** `pppctl chat --strict` within this process: many at once cost little. */
export const startOurChat: StartChat = (words, tty, env) => {
  const signals = new AbortController();
  const rings = new Set<() => void>();
  let hangupIgnored = false;
  let stderr = "";
  const refuse = (what: string) => (): never => {
    throw new Error(`strict chat has no use for ${what}`);
  };
  const ended = chatOnLine(
    { words, strict: true, charDelayMs: undefined, device: undefined, signal: signals.signal, onEvent: undefined },
    {
      clock: systemClock,
      env,
      readFile: readChatFile,
      secrets: { ask: refuse("a secret"), run: refuse("a secret") },
      openTty: () => openChatTty(tty, tty),
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
    kill: (signal) => {
      if (signal === "SIGALRM") for (const ring of rings) ring();
      else if (signal !== "SIGHUP" || !hangupIgnored) signals.abort(signal);
    },
  };
};
