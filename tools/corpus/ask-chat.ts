import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, constants, openSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { pollFd, pumpFd } from "../../src/io/pump-fd.ts";
import type { PtyCalls } from "../chat-fuzz/pty-calls.ts";
import { ANSWER_MS, type Autopilot, type CorpusRun, LIMIT_MS, readVisible } from "./dial-by-autopilot.ts";

/** After chat's end: the kernel moves what was written last in a thread of its own, milliseconds. */
const SETTLED_MS = 100;

/** Dial a script by chat(8) itself on a pty, answered as `dialByAutopilot` answers: where nobody has recorded what it does. */
export async function askChat(
  words: readonly string[],
  env: Readonly<Record<string, string>>,
  reply: Autopilot,
  ptys: PtyCalls,
): Promise<CorpusRun> {
  const master = ptys.open();
  const tty = openSync(master.path, constants.O_RDWR | constants.O_NOCTTY);
  const poller = pollFd(master.fd);
  let sent = "";
  const pump = pumpFd(master.fd, poller, {
    bytes: (bytes) => {
      sent += Buffer.from(bytes).toString("latin1");
    },
    end: () => undefined,
    drained: () => undefined,
  });
  pump.setReading(true);
  const child = spawn("/usr/sbin/chat", ["-v", "-s", "-S", ...words], {
    detached: true,
    env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", TZ: "UTC", ...env },
    stdio: [tty, tty, "pipe"],
  });
  const limit = setTimeout(() => child.kill("SIGKILL"), LIMIT_MS);
  let unread = "";
  let running = true;
  child.stderr?.setEncoding("latin1").on("data", (text: string) => {
    const lines = (unread + text).split("\n");
    unread = lines.pop() ?? "";
    for (const line of lines) {
      // Text of SAY and ECHO may stand in front of it.
      const expected = /expect \((.*)\)$/s.exec(line)?.[1];
      if (expected === undefined || expected === "" || reply === "silent") continue;
      const answer = Buffer.from(`\r\n${readVisible(expected)}\r\n`, "latin1");
      setTimeout(() => running && pump.write(answer), ANSWER_MS);
    }
  });
  try {
    const [exit] = (await once(child, "close")) as [number | null];
    running = false;
    await sleep(SETTLED_MS);
    return { exit, sent };
  } finally {
    clearTimeout(limit);
    pump.stop();
    poller.destroy();
    closeSync(tty);
    closeSync(master.fd);
  }
}
