import { chmodSync, lstatSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Command } from "commander";
import { SerialPort } from "serialport";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { RunningSimulatedModem } from "../../src/app/simulate.ts";
import { registerSimulateCommand } from "../../src/cli/simulate-command.ts";
import { openPtyMaster } from "../../src/io/pty-master.ts";
import { pollFd, pumpFd } from "../../src/io/pump-fd.ts";
import { simulateDeps } from "../../src/io/simulate-deps.ts";
import { findDtr } from "../../src/io/simulate-device.ts";
import { startSimulatedModemHost } from "../../src/io/simulated-modem-host.ts";
import { makeDefaultScenario, readScenario } from "../../src/modem/read-scenario.ts";

let folder: string;
let modem: RunningSimulatedModem | undefined;
const ports: Awaited<ReturnType<typeof SerialPort.binding.open>>[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pppctl-simulate-"));
});

afterEach(async () => {
  for (const port of ports.splice(0)) if (port.isOpen) await port.close();
  await modem?.stop();
  modem = undefined;
  rmSync(folder, { recursive: true, force: true });
});

async function start(scenario?: unknown): Promise<string> {
  modem = await startSimulatedModemHost({
    line: { type: "pty", link: join(folder, "modem") },
    scenario: scenario === undefined ? makeDefaultScenario() : readScenario(scenario, "test.json"),
    logPath: join(folder, "log"),
  });
  return modem.path;
}

/** Events of the log: name, and why where it says. */
function logged(): readonly string[] {
  return readFileSync(join(folder, "log"), "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const { event, why } = JSON.parse(line) as { event: string; why?: string };
      return why === undefined ? event : `${event}: ${why}`;
    });
}

/** Until the log has it; vitest's time limit ends a wait that is in vain. */
async function untilLogged(wanted: string, times = 1): Promise<void> {
  await expect.poll(() => logged().filter((event) => event === wanted).length, { timeout: 20_000 }).toBe(times);
}

/** A computer that has the modem's pty open by serialport, as pon has. */
async function openComputer(path: string) {
  const port = await SerialPort.binding.open({ path, baudRate: 115200 });
  ports.push(port);
  const buffer = Buffer.alloc(65_536);
  let received = "";
  return {
    port,
    send: (text: string) => port.write(Buffer.from(text, "latin1")),
    /** Everything up to and including `text`. */
    until: async (text: string): Promise<string> => {
      while (!received.includes(text)) {
        const { bytesRead } = await port.read(buffer, 0, buffer.length);
        received += buffer.toString("latin1", 0, bytesRead);
      }
      const end = received.indexOf(text) + text.length;
      const taken = received.slice(0, end);
      received = received.slice(end);
      return taken;
    },
    /** The next `count` bytes. */
    take: async (count: number): Promise<Buffer> => {
      const parts: Buffer[] = [Buffer.from(received, "latin1")];
      let have = received.length;
      received = "";
      while (have < count) {
        const { bytesRead } = await port.read(buffer, 0, buffer.length);
        parts.push(Buffer.from(buffer.subarray(0, bytesRead)));
        have += bytesRead;
      }
      return Buffer.concat(parts);
    },
  };
}

/** Bytes in which every place differs from its neighbours, so that a lost one shows. */
function makeData(length: number): Buffer {
  const data = Buffer.alloc(length);
  for (let i = 0; i < length; i++) data[i] = (i * 7 + (i >> 8) * 13 + (i >> 16) * 31) & 0xff;
  return data;
}

describe("the simulated modem on a pty", () => {
  test("dials, passes 1 MB each way, goes on-hook at the last close, and dials again", async () => {
    const path = await start();
    for (const round of [1, 2]) {
      const computer = await openComputer(path);
      await computer.send("AT&D3\r");
      expect(await computer.until("OK\r\n")).toBe("AT&D3\r\r\nOK\r\n");
      await computer.send("ATD8765432\r");
      expect(await computer.until("CONNECT 115200\r\n")).toBe("ATD8765432\r\r\nCONNECT 115200\r\n");
      const data = makeData(1_000_000);
      const back = computer.take(data.length);
      await computer.port.write(data);
      expect(data.equals(await back)).toBe(true);
      await computer.port.close();
      await untilLogged("on-hook: DTR dropped", round);
      expect(logged().filter((event) => event === "reset")).toHaveLength(round);
    }
    expect(logged().slice(0, 2)).toEqual(["ready", "dtr"]);
  });

  test("a line that another program still has open keeps the call", async () => {
    const path = await start();
    const first = await openComputer(path);
    await first.send("ATD1\r");
    await first.until("CONNECT 115200\r\n");
    const second = await SerialPort.binding.open({ path, baudRate: 115200, lock: false });
    ports.push(second);
    await first.port.close();
    await second.write(Buffer.from("still"));
    const buffer = Buffer.alloc(5);
    let got = "";
    while (got.length < 5) {
      const { bytesRead } = await second.read(buffer, 0, 5 - got.length);
      got += buffer.toString("latin1", 0, bytesRead);
    }
    expect(got).toBe("still");
    expect(logged().join()).not.toContain("on-hook");
    await second.close();
    await untilLogged("on-hook: DTR dropped");
  });

  test("nothing that was said to nobody is heard at the next open", async () => {
    const path = await start();
    const first = await openComputer(path);
    await first.send("ATD1\r");
    await first.until("CONNECT 115200\r\n");
    await first.send("unread");
    await first.port.close();
    await untilLogged("on-hook: DTR dropped");
    const second = await openComputer(path);
    await second.send("AT\r");
    expect(await second.until("OK\r\n")).toBe("AT\r\r\nOK\r\n");
  });

  test("a close is seen while the far end takes nothing", async () => {
    const path = await start({ default: { to: { command: ["sleep", "1000"] } } });
    const computer = await openComputer(path);
    await computer.send("ATD1\r");
    await computer.until("CONNECT 115200\r\n");
    // Until all the buffers on the way are full: a write that does not end.
    let write: Promise<unknown>;
    do {
      write = computer.port.write(makeData(65_536)).catch((error: unknown) => error);
    } while ((await Promise.race([write, sleep(1000, "stuck")])) !== "stuck");
    await computer.port.close();
    await untilLogged("on-hook: DTR dropped");
    await write;
  });

  test("a program as far end: its words come through, its end is a lost carrier", async () => {
    const path = await start({ default: { to: { command: ["sh", "-c", "echo hello; read line; echo got $line"] } } });
    const computer = await openComputer(path);
    await computer.send("ATD1\r");
    expect(await computer.until("hello\n")).toContain("CONNECT 115200\r\nhello\n");
    await computer.send("this\n");
    expect(await computer.until("NO CARRIER\r\n")).toBe("got this\n\r\nNO CARRIER\r\n");
    expect(logged()).toContain("on-hook: carrier lost");
  });

  test("hang-up ends the program and all that it started", async () => {
    const script = join(folder, "far");
    writeFileSync(script, `#!/bin/sh\ntrap '' TERM\nsleep 1000 & echo pids $$ $! end\nwait\nsleep 1000\n`);
    chmodSync(script, 0o755);
    const path = await start({ default: { to: { command: [script] } } });
    const computer = await openComputer(path);
    await computer.send("ATD1\r");
    const [, ...pids] = /pids (\d+) (\d+) end/.exec(await computer.until("end\n")) ?? [];
    expect(pids).toHaveLength(2);
    await computer.port.close();
    await untilLogged("on-hook: DTR dropped");
    await expect.poll(() => pids.filter((pid) => isRunning(Number(pid))), { timeout: 20_000 }).toEqual([]);
  });

  test("a program that is not there is NO CARRIER", async () => {
    const path = await start({ default: { to: { command: ["/nonexistent/program"] } } });
    const computer = await openComputer(path);
    await computer.send("ATD1\r");
    expect(await computer.until("NO CARRIER\r\n")).not.toContain("CONNECT");
    expect(logged()).toContain("far-failed");
  });

  test("sockets as far end", async () => {
    const server = createServer((socket) => socket.end("from the socket\n"));
    const socketPath = join(folder, "socket");
    await new Promise<void>((resolve) => server.listen(socketPath, resolve));
    const path = await start({
      numbers: { "1": { to: { socket: socketPath } }, "2": { to: { socket: `${socketPath}-missing` } } },
    });
    const computer = await openComputer(path);
    await computer.send("ATD1\r");
    expect(await computer.until("NO CARRIER\r\n")).toContain("CONNECT 115200\r\nfrom the socket\n");
    await computer.send("ATD2\r");
    expect(await computer.until("NO CARRIER\r\n")).not.toContain("CONNECT");
    await new Promise((resolve) => server.close(resolve));
  });

  test("a plain reader and writer without any settings meets no echo of the tty's own", async () => {
    const path = await start({ factory: "E0" });
    const computer = await openComputer(path);
    await computer.send("ATI\r");
    expect(await computer.until("OK\r\n")).toBe("\r\npppctl simulated modem\r\n\r\nOK\r\n");
  });

  test("a tty that is there already: the modem on it is always there", async () => {
    const cable = await openPtyMaster();
    const pump = pumpFd(cable.fd, pollFd(cable.fd), {
      bytes: (bytes) => heard.push(bytes),
      end: () => {},
      drained: () => {},
    });
    const heard: Uint8Array[] = [];
    try {
      modem = await startSimulatedModemHost({
        line: { type: "device", path: cable.path, speed: 115200, dtrFrom: undefined },
        scenario: makeDefaultScenario(),
        logPath: join(folder, "log"),
      });
      pump.setReading(true);
      pump.write(Buffer.from("ATD1\r"));
      await expect.poll(() => Buffer.concat(heard).toString("latin1")).toBe("ATD1\r\r\nCONNECT 115200\r\n");
      expect(logged().slice(0, 2)).toEqual(["ready", "dtr"]);
      await modem.stop();
      modem = undefined;
    } finally {
      pump.stop();
      cable.close();
    }
  });

  test("stop ends the call's program", async () => {
    const path = await start({ default: { to: { command: ["sh", "-c", "echo pid $$ end; exec sleep 1000"] } } });
    const computer = await openComputer(path);
    await computer.send("ATD1\r");
    const pid = Number(/pid (\d+) end/.exec(await computer.until("end\n"))?.[1]);
    expect(isRunning(pid)).toBe(true);
    await modem?.stop();
    modem = undefined;
    expect(isRunning(pid)).toBe(false);
  });

  test("stop removes the link, and a file in its place is refused", async () => {
    const path = await start();
    expect(lstatSync(path).isSymbolicLink()).toBe(true);
    await modem?.stop();
    modem = undefined;
    expect(lstatSync(path, { throwIfNoEntry: false })).toBeUndefined();
    expect(logged().at(-1)).toBe("stopped");
    writeFileSync(path, "");
    await expect(start()).rejects.toMatchObject({ code: "simulate.link", exitCode: 2 });
  });
});

describe("pppctl simulate", () => {
  /** Run the command until `use` is through with the path that it printed. */
  async function simulate(words: readonly string[], use: (line: string) => Promise<void>): Promise<void> {
    const interrupt = new AbortController();
    const program = new Command("pppctl").exitOverride().configureOutput({ writeErr: () => {} });
    let printed: (line: string) => void = () => {};
    const ready = new Promise<string>((resolve) => {
      printed = resolve;
    });
    registerSimulateCommand(program, { ...simulateDeps, signal: interrupt.signal, print: printed });
    const done = program.parseAsync(["simulate", ...words], { from: "user" });
    try {
      await use(await Promise.race([ready, done.then(() => "ended")]));
    } finally {
      interrupt.abort("SIGTERM");
    }
    await done;
  }

  test("prints the path, works, and leaves nothing behind", async () => {
    const link = join(folder, "modem");
    await simulate(["--link", link, "--number-is", "busy", "--json"], async (line) => {
      expect(JSON.parse(line)).toEqual({ event: "ready", path: link });
      const computer = await openComputer(link);
      await computer.send("ATD8765432\r");
      expect(await computer.until("BUSY\r\n")).toContain("ATD8765432");
    });
    expect(lstatSync(link, { throwIfNoEntry: false })).toBeUndefined();
  });

  test("a scenario file, and mistakes in it by their place", async () => {
    const scenario = join(folder, "isp.json");
    writeFileSync(scenario, JSON.stringify({ factory: "E0", default: { connectText: "CONNECT 33600/ARQ" } }));
    await simulate(["--scenario", scenario], async (path) => {
      const computer = await openComputer(path);
      await computer.send("ATD1\r");
      expect(await computer.until("ARQ\r\n")).toBe("\r\nCONNECT 33600/ARQ\r\n");
    });
    writeFileSync(scenario, '{ "default": "bussy" }');
    const refused = simulate(["--scenario", scenario], async () => {});
    await expect(refused).rejects.toMatchObject({ code: "simulate.scenario", exitCode: 2 });
    await expect(refused).rejects.toThrow(`${scenario}: $.default: must be one of`);
    writeFileSync(scenario, "{");
    await expect(simulate(["--scenario", scenario], async () => {})).rejects.toThrow(`${scenario}: `);
  });

  test.each([
    [["--speed", "9600"], "simulate.options"],
    [["--device", "/nonexistent", "--dtr-from", "ttyS99"], "simulate.device"],
    [["--device", "/nonexistent"], "simulate.device"],
    [["--log", "/nonexistent/log"], "simulate.log"],
    [["--number-is", "bussy"], "commander.invalidArgument"],
    [["--device", "/dev/null", "--link", "x"], "commander.conflictingOption"],
  ])("%j is refused", async (words, code) => {
    await expect(simulate(words, async () => {})).rejects.toMatchObject({ code });
  });
});

test.each([
  ["ttyS1", true],
  ["/dev/ttyS0", false],
  ["ttyS11", false],
  ["ttyS2", undefined],
  ["ttyS7", undefined],
  ["ttyUSB1", undefined],
])("DTR of %s in the kernel's record", (name, dtr) => {
  const state = `serinfo:1.0 driver revision:
0: uart:16550A port:000003F8 irq:4 tx:24 rx:0 RTS|CD
1: uart:16550A port:000002F8 irq:3 tx:0 rx:0 RTS|CTS|DTR|DSR|CD
2: uart:unknown port:000003E8 irq:4
11: uart:16550A port:000002E8 irq:3 tx:0 rx:0 CTS|DSR|CD
`;
  expect(findDtr(state, name)).toBe(dtr);
});

function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "latin1"));
  } catch {
    return false;
  }
}
