import { mkdtempSync, readSync, rmSync, symlinkSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Transport } from "../../../src/app/deps.ts";
import { openSerialLine } from "../../../src/io/open-serial-line.ts";
import { openPtyMaster, type PtyMaster } from "../../../src/io/pty-master.ts";

let master: PtyMaster;
let line: Transport | undefined;
beforeEach(async () => {
  master = await openPtyMaster();
});
afterEach(async () => {
  await line?.close();
  line = undefined;
  master.close();
});

const settings = { speed: 115200, flowControl: "none" } as const;

async function open(): Promise<Transport> {
  line = await openSerialLine(master.path, settings);
  return line;
}

describe("a line", () => {
  test("gives at most the bytes asked for, and leaves the others to the next who opens it", async () => {
    const opened = await open();
    writeSync(master.fd, "CONNECT\r\n~frame");
    expect(Buffer.from(await opened.read(9)).toString()).toBe("CONNECT\r\n");
    expect(Buffer.from(await opened.read(1)).toString()).toBe("~");
    expect(Buffer.from(await opened.read(100)).toString()).toBe("frame");
  });

  test("waits for bytes; an abort ends the wait with its reason and takes nothing", async () => {
    const opened = await open();
    const stop = new AbortController();
    const read = opened.read(10, stop.signal);
    stop.abort("SIGTERM");
    await expect(read).rejects.toBe("SIGTERM");
    await expect(opened.read(10, stop.signal)).rejects.toBe("SIGTERM");
    const again = opened.read(10);
    writeSync(master.fd, "late");
    expect(Buffer.from(await again).toString()).toBe("late");
  });

  test("writes all, raw", async () => {
    const opened = await open();
    await opened.write(Buffer.from("ATZ\r\n\x03\x00\xff", "latin1"));
    const buffer = Buffer.alloc(64);
    expect(buffer.toString("latin1", 0, readSync(master.fd, buffer))).toBe("ATZ\r\n\x03\x00\xff");
  });

  test("a write that flow control holds up ends with an abort", async () => {
    const opened = await open();
    const stop = new AbortController();
    const write = opened.write(new Uint8Array(1_000_000), stop.signal);
    stop.abort("SIGINT");
    await expect(write).rejects.toBe("SIGINT");
  });

  test("that is gone reads as empty, for a waiting reader too", async () => {
    const opened = await open();
    const read = opened.read(10);
    const gone = await openPtyMaster();
    master.close();
    master = gone;
    expect(await read).toHaveLength(0);
    expect(await opened.read(10)).toHaveLength(0);
  });

  test("a pty has no modem control lines", async () => {
    expect((await open()).lines).toBeUndefined();
  });

  test("closed twice: nothing is read or written any more", async () => {
    const opened = await open();
    await opened.close();
    await opened.close();
    expect(await opened.read(1)).toHaveLength(0);
    await expect(opened.write(new Uint8Array(1))).rejects.toMatchObject({ code: "EBADF" });
  });
});

describe("what cannot be opened", () => {
  test("no such node, a file, a directory, a device that is no tty", async () => {
    const directory = mkdtempSync(join(tmpdir(), "line-"));
    try {
      writeFileSync(join(directory, "file"), "");
      symlinkSync("nowhere", join(directory, "link"));
      const refused = (path: string) => expect(openSerialLine(path, settings)).rejects;
      await refused(join(directory, "none")).toMatchObject({ code: "device.missing", exitCode: 7 });
      await refused(join(directory, "link")).toMatchObject({ code: "device.missing", exitCode: 7 });
      await refused(join(directory, "file")).toMatchObject({ code: "device.not-a-tty", exitCode: 7 });
      await refused(directory).toMatchObject({ code: "device.not-a-tty", exitCode: 7 });
      await refused("/dev/null").toMatchObject({ code: "device.not-a-tty", exitCode: 7 });
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  test("a line that somebody has: who", async () => {
    await open();
    await expect(openSerialLine(master.path, settings)).rejects.toMatchObject({ code: "device.busy", exitCode: 6 });
  });
});
