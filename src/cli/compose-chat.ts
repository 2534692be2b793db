import type { ChatOnLineWorld } from "../app/chat-on-line.ts";
import { onAlarm, openReportFile, openSystemLog, readChatFile, readOwnWords } from "../io/chat-world.ts";
import { oneTimeSecrets } from "../io/one-time-secrets.ts";
import { openSerialLine } from "../io/open-serial-line.ts";
import { systemClock } from "../io/system-clock.ts";
import { lockLine } from "../io/uucp-lock.ts";

/** The world of `pppctl chat`, and its words. */
export function composeChatWorld(ignoreHangup: (ignore: boolean) => void): {
  readonly words: readonly string[];
  readonly world: ChatOnLineWorld;
} {
  const { words, env } = readOwnWords();
  return {
    words,
    world: {
      clock: systemClock,
      env,
      readFile: readChatFile,
      secrets: oneTimeSecrets,
      openTty: async () => {
        const { openChatTty } = await import("../io/chat-tty.ts");
        return openChatTty();
      },
      openLine: openSerialLine,
      lockLine: (device) => lockLine(device),
      stderr: (text) => void process.stderr.write(Buffer.from(text, "latin1")),
      openSystemLog,
      openReport: openReportFile,
      localTime: (wallTime) => {
        const at = new Date(wallTime);
        return {
          month: at.getMonth(),
          day: at.getDate(),
          hours: at.getHours(),
          minutes: at.getMinutes(),
          seconds: at.getSeconds(),
        };
      },
      ignoreHangup,
      onAlarm,
    },
  };
}
