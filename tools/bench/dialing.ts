import { spawn } from "node:child_process";
import { closeSync, constants, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runChat } from "../../src/app/run-chat.ts";
import { parseChatFile } from "../../src/chat/parse-chat-file.ts";
import { openSerialLine } from "../../src/io/open-serial-line.ts";
import { startSimulatedModemHost } from "../../src/io/simulated-modem-host.ts";
import { systemClock } from "../../src/io/system-clock.ts";
import { readScenario } from "../../src/modem/read-scenario.ts";
import { reportRatio, timePairs } from "./paired.ts";

/** What the modem itself takes: three answers and a call, in milliseconds. */
const answerDelayMs = 20;
const callMs = 200;
const modemMs = 3 * answerDelayMs + callMs;

const script = `ABORT BUSY
ABORT 'NO CARRIER'
ABORT 'NO DIALTONE'
'' AT
OK 'AT&F\\\\Q3\\\\V1&D3M1#CC1'
OK 'AT&D3'
OK ATD8765432
CONNECT '\\c'
`;

/** A script up to CONNECT, on one simulated modem's pty, against chat(8); the modem's own time is taken off both. */
export async function benchDialing(): Promise<boolean> {
  const directory = mkdtempSync(join(tmpdir(), "pppctl-bench-"));
  const scriptFile = join(directory, "script");
  writeFileSync(scriptFile, script);
  const scenario = readScenario(
    { answerDelayMs, default: { result: "connect", afterMs: callMs } },
    "the bench's scenario",
  );
  const logPath = join(directory, "events");
  const modem = await startSimulatedModemHost({ line: { type: "pty", link: undefined }, scenario, logPath });
  let calls = 0;
  /** A pty's close is the hang-up; the modem must have seen it before the next call. */
  const hungUp = async (): Promise<void> => {
    calls++;
    while (readFileSync(logPath, "utf8").split('"event":"on-hook"').length <= calls) await systemClock.sleep(5);
  };
  try {
    const ours = async (): Promise<number> => {
      const line = await openSerialLine(modem.path, { speed: 115200, flowControl: "none" });
      const started = performance.now();
      try {
        const outcome = await runChat({
          config: { script: parseChatFile(Buffer.from(script), scriptFile) },
          transport: line,
          clock: systemClock,
          loadFile: async () => ({ kind: "error", reason: "none" }),
        });
        if (outcome.exitStatus !== 0) throw new Error(`our chat ended with ${outcome.exitStatus}`);
        return performance.now() - started - modemMs;
      } finally {
        await line.close();
        await hungUp();
      }
    };
    const theirs = async (): Promise<number> => {
      const fd = openSync(modem.path, constants.O_RDWR | constants.O_NOCTTY);
      const started = performance.now();
      const chat = spawn("/usr/sbin/chat", ["-S", "-f", scriptFile], { stdio: [fd, fd, "inherit"] });
      const status = await new Promise((resolve) => chat.once("exit", resolve));
      const time = performance.now() - started - modemMs;
      closeSync(fd);
      await hungUp();
      if (status !== 0) throw new Error(`chat(8) ended with ${String(status)}`);
      return time;
    };
    return reportRatio("dialing alone, to chat(8), less the modem's own time", await timePairs(7, ours, theirs), 0.3);
  } finally {
    await modem.stop();
    rmSync(directory, { recursive: true });
  }
}
