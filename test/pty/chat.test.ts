import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  closeSync,
  constants,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RunningSimulatedModem } from "../../src/app/simulate.ts";
import { openPtyMaster } from "../../src/io/pty-master.ts";
import { pollFd, pumpFd } from "../../src/io/pump-fd.ts";
import { startSimulatedModemHost } from "../../src/io/simulated-modem-host.ts";
import { makeDefaultScenario } from "../../src/modem/read-scenario.ts";
import type { RecordedCase } from "../app/chat-cases.ts";
import { type ChatRun, runOnPty } from "./chat-pty.ts";
import { packageDirectory } from "./sandbox.ts";

const PPPCTL = `${packageDirectory}/bin/pppctl`;

let folder: string;
let modem: RunningSimulatedModem;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "pppctlchat"));
  modem = await startSimulatedModemHost({
    line: { type: "pty", link: undefined },
    scenario: makeDefaultScenario(),
    logPath: undefined,
  });
});
afterAll(async () => {
  await modem.stop();
  rmSync(folder, { recursive: true });
});

/** `pppctl chat` on the simulated modem; `terminal` says what is typed on its controlling terminal, when it has one. */
async function chat(
  args: readonly string[],
  typed?: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<{ readonly status: number; readonly stderr: string; readonly shown: string }> {
  const words = ["chat", "--device", modem.path, "--speed", "115200", ...args];
  const master = typed === undefined ? undefined : await openPtyMaster();
  const slave = master === undefined ? undefined : openSync(master.path, constants.O_RDWR | constants.O_NOCTTY);
  // setsid(1) makes its standard input the controlling terminal.
  const child = spawn("setsid", [...(slave === undefined ? [] : ["--ctty"]), "--wait", PPPCTL, ...words], {
    env,
    stdio: [slave ?? "ignore", "ignore", "pipe"],
  });
  let stderr = "";
  child.stderr?.setEncoding("latin1").on("data", (text: string) => {
    stderr += text;
  });
  let shown = "";
  const poller = master === undefined ? undefined : pollFd(master.fd);
  const pump =
    master === undefined || poller === undefined
      ? undefined
      : pumpFd(master.fd, poller, {
          bytes: (bytes) => {
            const asked = shown.includes(": ");
            shown += Buffer.from(bytes).toString("latin1");
            if (!asked && shown.includes(": ")) pump?.write(Buffer.from(typed ?? "", "latin1"));
          },
          end: () => undefined,
          drained: () => undefined,
        });
  pump?.setReading(true);
  const [status] = (await once(child, "close")) as [number];
  pump?.stop();
  poller?.destroy();
  if (slave !== undefined) closeSync(slave);
  master?.close();
  return { status, stderr, shown };
}

/** A /dev of its own, in which /dev/log is the socket `log` of the folder (argument 1). */
const withSystemLog = `
set -e
mkdir "$1/dev"
mount --rbind /dev "$1/dev"
mount -t tmpfs tmpfs /dev
mkdir /dev/pts
mount --bind "$1/dev/pts" /dev/pts
for node in null ptmx urandom log; do touch /dev/$node; done
for node in null ptmx urandom; do mount --bind "$1/dev/$node" /dev/$node; done
mount --bind "$1/log" /dev/log
shift
exec "$@"`;

/** A datagram socket of unix(7), which node has not; `read` takes what has come. */
function openLogSocket(path: string): { readonly read: () => readonly string[]; readonly close: () => void } {
  const libc = (createRequire(import.meta.url)("koffi") as typeof import("koffi")).load(null);
  const fd = libc.func("int socket(int domain, int type, int protocol)")(1, 2, 0) as number;
  const address = Buffer.alloc(110);
  address.writeUInt16LE(1, 0);
  address.write(path, 2);
  libc.func("int bind(int fd, void *address, int size)")(fd, address, address.length);
  const recv = libc.func("long recv(int fd, void *buffer, size_t size, int flags)");
  const buffer = Buffer.alloc(8192);
  const lines: string[] = [];
  const read = (): readonly string[] => {
    for (;;) {
      const size = Number(recv(fd, buffer, buffer.length, 0x40));
      if (size < 0) return lines;
      lines.push(buffer.toString("latin1", 0, size));
    }
  };
  // The kernel keeps few datagrams, and who writes one more waits.
  const reading = setInterval(read, 5);
  return {
    read,
    close: () => {
      clearInterval(reading);
      closeSync(fd);
    },
  };
}

test.each([
  [
    "-v",
    [
      "abort on (BUSY)",
      "send (ATE0^M)",
      "expect (OK)",
      "ATE0^M^M",
      "OK",
      " -- got it\n",
      "send (ATD5550001^M)",
      "expect (CONNECT)",
      "^M",
      "^M",
      "BUSY",
      " -- failed",
      "Failed (BUSY)",
    ],
  ],
  ["-V", []],
  ["-vS", []],
])("chat's log in the system's, facility local2: %s", async (options, texts) => {
  const place = mkdtempSync(join(tmpdir(), "pppctlchat"));
  const log = openLogSocket(join(place, "log"));
  try {
    const words = ["chat", "--device", modem.path, options, "ABORT", "BUSY", "", "ATE0", "OK", "ATD5550001", "CONNECT"];
    const child = spawn("unshare", ["--mount", "sh", "-c", withSystemLog, "sh", place, PPPCTL, ...words], {
      stdio: ["ignore", "ignore", "ignore"],
    });
    expect(await once(child, "close")).toEqual([4, null]);
    const lines = log.read().map((line) => /^<(\d+)>.{15} chat\[(\d+)\]: (.*)$/s.exec(line) ?? [line]);
    expect(lines.map(([, , , text]) => text)).toEqual(texts);
    // local2.info
    expect(new Set(lines.map(([, priority]) => priority))).toEqual(new Set(texts.length > 0 ? ["150"] : []));
  } finally {
    log.close();
    rmSync(place, { recursive: true });
  }
});

describe("pppctl chat", () => {
  test("on a line by its path", async () => {
    expect(await chat(["", "ATZ", "OK", "ATD8765432", "CONNECT", "\\c"])).toEqual({ status: 0, stderr: "", shown: "" });
  });

  test("a failure says where, what was expected, what came and what it means", async () => {
    const script = join(folder, "busy.chat");
    writeFileSync(script, "ABORT BUSY\nTIMEOUT 20\n'' AT\nOK ATD5550001\n  CONNECT '\\c'\n");
    const { status, stderr } = await chat(["-f", script]);
    expect(status).toBe(4);
    expect(stderr.split("\n").map((line) => line.replace(/[0-9]+\.[0-9] s/, "N s"))).toEqual([
      'pppctl chat: the abort string "BUSY" came',
      `  at ${script}:5:3, N s in this step`,
      "  expected: CONNECT",
      "  received: AT",
      "  received: OK",
      "  received: ATD5550001",
      "  received: BUSY",
      "  meaning: the number is engaged",
      "",
    ]);
  });

  test("with -s standard error has chat's log and nothing else", async () => {
    const { stderr } = await chat(["-s", "ABORT", "BUSY", "", "ATD5550001", "CONNECT", ""]);
    expect(stderr).toBe("Failed (BUSY)\n");
  });

  test("what -V leaves unfinished is ended before it", async () => {
    const { stderr } = await chat(["-V", "ABORT", "BUSY", "", "ATD5550001", "CONNECT", ""]);
    expect(stderr).toContain('\nBUSY\npppctl chat: the abort string "BUSY" came\n');
  });

  test("a broken script is refused before a byte is sent", async () => {
    const script = join(folder, "broken.chat");
    writeFileSync(script, "'' ATZ\nOK 'ATD\n");
    const { status, stderr } = await chat(["-f", script]);
    expect({ status, first: stderr.split("\n")[0] }).toEqual({
      status: 1,
      first: `pppctl: ${script}:2:4: this quote is not closed on its line`,
    });
  });

  test("--json: every event a line, nothing secret in them", async () => {
    const { status, stderr } = await chat(["--json", "-e", "ABORT", "BUSY", "", "\\qATD5550001", "CONNECT", ""]);
    const events = stderr
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(status).toBe(4);
    expect(events[0]).toEqual({ event: "send", text: "??????", hidden: true, position: "command line:1:13" });
    expect(events.at(-1)).toMatchObject({ event: "end", exitStatus: 4 });
    expect(stderr).not.toContain("5550001");
    expect(new Set(events.map(({ event }) => event))).toEqual(new Set(["send", "expect", "received", "log", "end"]));
  });

  test("words of our own and chat's --help; a wrong value is status 1", async () => {
    const end = async (...args: string[]) => (await chat(args)).status;
    expect(await end("--char-delay", "x", "", "AT")).toBe(1);
    expect(await end("--char-delay=5", "", "AT", "OK", "--help\\c")).toBe(0);
    expect(await end("--unknown", "", "AT")).toBe(1);
  });

  test("@? asks on the terminal, without echo", async () => {
    const { status, stderr, shown } = await chat(
      ["-v", "-s", "-S", "ABORT", "ERROR", "", "@?Number:", "CONNECT", "\\c"],
      "ATD8765432\n",
    );
    expect({ status, shown }).toEqual({ status: 0, shown: expect.stringMatching(/^Number: \r?\n$/) });
    expect(stderr).toContain("send (??????)");
    expect(stderr).not.toContain("8765432");
  });

  test("@? without a terminal asks systemd-ask-password, which may be missing", async () => {
    const programs = join(folder, "bin");
    mkdirSync(programs);
    writeFileSync(join(programs, "systemd-ask-password"), '#!/bin/sh\ntest "$*" = "Your number:" && echo ATD8765432\n');
    chmodSync(join(programs, "systemd-ask-password"), 0o755);
    const words = ["", "@?Your number:", "CONNECT", "\\c"];
    const asked = await chat(words, undefined, { ...process.env, PATH: `${programs}:${process.env["PATH"]}` });
    expect(asked).toMatchObject({ status: 0, stderr: "" });
    // Nothing is on this path, setsid(1) and the shim excepted.
    const tools = join(folder, "tools");
    mkdirSync(tools);
    for (const tool of ["setsid", "readlink"]) symlinkSync(`/usr/bin/${tool}`, join(tools, tool));
    const missing = await chat(words, undefined, { PATH: tools });
    expect(missing).toMatchObject({
      status: 1,
      stderr:
        'pppctl chat: command line:1:2: no answer to "Your number:": there is no terminal, and no systemd-ask-password\n',
    });
  });

  test("@! sends the first line that a program prints; its failure is the script's", async () => {
    const program = join(folder, "otp");
    writeFileSync(program, '#!/bin/sh\necho "ATD$1"\necho more\nexit $2\n');
    chmodSync(program, 0o755);
    expect((await chat(["", `@!${program} 8765432 0`, "CONNECT", "\\c"])).status).toBe(0);
    const failed = await chat(["", `@!${program} 8765432 3`, "CONNECT", "\\c"]);
    expect(failed.status).toBe(1);
    expect(failed.stderr).toBe(`pppctl chat: command line:1:2: ${program}: it ended with status 3\n`);
  });

  test("HANGUP OFF: SIGHUP is ignored, the tty's settings are found again", async () => {
    const run = await runOnPty([PPPCTL, "chat"], {
      name: "hangup",
      case: {
        argv: ["-S", "HANGUP", "OFF", "", "A", "OK", "\\c"],
        modem: [{ wait: "A\r" }, { signal: "HUP" }, { send: "OK~" }],
      },
      observed: { exit: 0, sent: "", stderr: "" },
    });
    expect(run).toMatchObject({ exit: 0, sent: "A\r", stderr: "", unread: "~", nonBlockLeft: false });
    expect(run.settings.after).toBe(run.settings.before);
  });

  /** On a pty whose settings must be found again. */
  const onPty = async (recorded: Pick<RecordedCase["case"], "argv" | "modem" | "script">): Promise<ChatRun> => {
    const run = await runOnPty([PPPCTL, "chat"], {
      name: "",
      case: recorded,
      observed: { exit: 0, sent: "", stderr: "" },
    });
    if (run.signal === null)
      expect(run).toMatchObject({ nonBlockLeft: false, settings: { after: run.settings.before } });
    return run;
  };

  test.each([
    [
      "a file that is missing",
      { argv: ["-f", "/nonexistent"] },
      1,
      /^pppctl chat: \/nonexistent -- open failed: No such/,
    ],
    [
      "10 MB in one line, a quote not closed",
      { argv: [], script: `'' '${"A".repeat(1e7)}` },
      1,
      /script\.chat:1:4: this quote/,
    ],
    [
      "10 MB in one word",
      { argv: ["-t", "1"], script: `${"A".repeat(1e7)} AT` },
      3,
      /^pppctl chat: "A{200}\.\.\. \(10000000 characters\)" did not/,
    ],
    [
      "binary junk",
      {
        argv: ["-t", "1"],
        script: String.fromCharCode(...Array.from({ length: 4096 }, (_, i) => (i * 37 + (i >> 3)) & 0xff)),
      },
      3,
      /script\.chat:2:1/,
    ],
    [
      "a modem that floods",
      { argv: ["-t", "1", "", "A", "NEVER"], modem: [{ wait: "A\r" }, { send: "BUS NO CARR\r\n".repeat(1e6) }] },
      3,
      /"NEVER" did not come within 1\.[0-9] s\n/,
    ],
  ] as const)("%s: a short error, the tty as it was", async (_, recorded, status, error) => {
    const { exit, sent, stderr } = await onPty({ modem: [], ...recorded });
    expect({ exit, stderr }).toEqual({ exit: status, stderr: expect.stringMatching(error) });
    expect(stderr.length).toBeLessThan(1500);
    expect(sent.length).toBeLessThan(3);
  });

  // SIGUSR1 would open node's debugger.
  test.each(["USR1", "QUIT", "KILL"])(
    "SIG%s ends it, as it ends chat(8), and leaves a line that blocks",
    async (signal) => {
      const run = await onPty({ argv: ["-S", "", "A", "OK"], modem: [{ wait: "A\r" }, { signal }] });
      expect(run).toMatchObject({ exit: null, signal: `SIG${signal}`, stderr: "", nonBlockLeft: false });
    },
  );
});
