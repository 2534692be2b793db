import { spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { findLockHolder, lockLine, uucpLockName } from "../../../src/io/uucp-lock.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "lock-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

/** The pid of a process that has ended and was waited for. */
async function deadPid(): Promise<number> {
  const child = spawn("/bin/true");
  await new Promise((resolve) => child.once("exit", resolve));
  return child.pid as number;
}

test.each([
  ["/dev/ttyS0", "LCK..ttyS0"],
  ["/dev/serial/by-id/usb-x", "LCK..serial_by-id_usb-x"],
  ["/dev/pts/3", "LCK..pts_3"],
])("%s is locked by %s, as pppd names it", (device, name) => {
  expect(uucpLockName(device)).toBe(name);
});

test("the lock has 11 bytes with our pid, goes to another process in one step, and is removed by its holder only", () => {
  const path = join(directory, "LCK..ttyX");
  const lock = lockLine("/dev/ttyX", directory);
  expect(readFileSync(path, "latin1")).toBe(`${String(process.pid).padStart(10)}\n`);
  lock.handTo(4242);
  expect(readFileSync(path, "latin1")).toBe("      4242\n");
  writeFileSync(path, "      4243\n");
  lock.release();
  expect(existsSync(path)).toBe(true);
  writeFileSync(path, "      4242\n");
  lock.release();
  expect(readdirSync(directory)).toEqual([]);
});

test("a living holder is named, and its lock stays", () => {
  writeFileSync(join(directory, "LCK..ttyX"), `${String(process.ppid).padStart(10)}\n`);
  const name = readFileSync(`/proc/${process.ppid}/comm`, "utf8").trim();
  expect(() => lockLine("/dev/ttyX", directory)).toThrow(
    expect.objectContaining({
      code: "port.locked",
      exitCode: 6,
      message: `/dev/ttyX is locked by ${name} (pid ${process.ppid})`,
    }),
  );
  expect(readdirSync(directory)).toEqual(["LCK..ttyX"]);
});

test("a stale lock is replaced, in text and in binary", async () => {
  const pid = await deadPid();
  const binary = Buffer.alloc(4);
  binary.writeInt32LE(pid);
  for (const stale of [`${String(pid).padStart(10)}\n`, binary]) {
    writeFileSync(join(directory, "LCK..ttyX"), stale);
    lockLine("/dev/ttyX", directory).release();
    expect(readdirSync(directory)).toEqual([]);
  }
});

test("a lock file without a pid counts as locked, as for pppd", () => {
  writeFileSync(join(directory, "LCK..ttyX"), "");
  expect(() => lockLine("/dev/ttyX", directory)).toThrow(expect.objectContaining({ code: "port.locked", exitCode: 6 }));
});

test("a link to a locked device is locked too", () => {
  const link = join(directory, "modem");
  symlinkSync("/dev/null", link);
  writeFileSync(join(directory, "LCK..null"), `${String(process.ppid).padStart(10)}\n`);
  expect(() => lockLine(link, directory)).toThrow(expect.objectContaining({ code: "port.locked" }));
});

describe("a device whose name moves", () => {
  const living = `${String(process.ppid).padStart(10)}\n`;
  /** /dev with ttyUSB1 by its lasting name, and a link of the user's to another device. */
  function nodes(): string {
    const dev = join(directory, "dev");
    mkdirSync(join(dev, "serial/by-id"), { recursive: true });
    for (const node of ["ttyUSB0", "ttyUSB1"]) writeFileSync(join(dev, node), "");
    symlinkSync("../../ttyUSB1", join(dev, "serial/by-id/usb-x"));
    symlinkSync("ttyUSB0", join(dev, "modem"));
    return dev;
  }

  test.each([
    ["its lasting name, locked by its real one", "serial/by-id/usb-x", "ttyUSB1"],
    ["its real name, locked by its lasting one", "ttyUSB1", "serial_by-id_usb-x"],
    ["a link of the user's", "ttyUSB0", "modem"],
    ["and the other way round", "modem", "ttyUSB0"],
  ])("%s", (_, name, locked) => {
    const dev = nodes();
    const locks = mkdtempSync(join(directory, "locks-"));
    writeFileSync(join(locks, `LCK..${locked}`), living);
    expect(() => lockLine(join(dev, name), locks, dev)).toThrow(expect.objectContaining({ code: "port.locked" }));
    expect(readdirSync(locks)).toEqual([`LCK..${locked}`]);
    expect(findLockHolder(join(dev, name), locks, dev)).toMatchObject({ pid: process.ppid });
  });

  test("the lock is that of the name that pppd is told; another device's is nobody's business", () => {
    const dev = nodes();
    const locks = mkdtempSync(join(directory, "locks-"));
    writeFileSync(join(locks, "LCK..ttyUSB0"), living);
    const lock = lockLine(join(dev, "serial/by-id/usb-x"), locks, dev);
    expect(readdirSync(locks)).toEqual(["LCK..serial_by-id_usb-x", "LCK..ttyUSB0"]);
    lock.release();
    // It comes back as another, and its lasting name with it.
    rmSync(join(dev, "serial/by-id/usb-x"));
    symlinkSync("../../ttyUSB0", join(dev, "serial/by-id/usb-x"));
    expect(() => lockLine(join(dev, "serial/by-id/usb-x"), locks, dev)).toThrow(
      expect.objectContaining({ code: "port.locked" }),
    );
  });
});

test("a directory that cannot be written is said", () => {
  expect(() => lockLine("/dev/ttyX", join(directory, "none"))).toThrow(
    expect.objectContaining({ code: "port.lock-failed", exitCode: 6 }),
  );
});
