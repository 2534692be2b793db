import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { peerStores, runDirectoryFor } from "../../../src/io/peer-store.ts";
import { readProcess } from "../../../src/io/process-table.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "store-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

test.each(["yosefcom", "isp/home", "my isp", ".hidden", ".", "ü", "a%2Fb", "a\nb", "п".repeat(120)])(
  "%j has a directory of its own",
  (peer) => {
    const stores = peerStores(directory);
    stores.of(peer).write("record.json", "{}\n");
    expect(stores.peers()).toEqual([peer]);
    expect(readdirSync(directory)).toHaveLength(1);
    expect(stores.of(peer).read("record.json")).toBe("{}\n");
  },
);

test("one dialer at a time; the lock of a dead or another process of that pid does not count", () => {
  const store = peerStores(directory).of("isp");
  const lock = store.lockDialing();
  expect(store.dialer()?.pid).toBe(process.pid);
  expect(peerStores(directory).of("isp").lockDialing()).toBeUndefined();
  lock?.release();
  expect(store.dialer()).toBeUndefined();

  const startTime = readProcess(process.pid)?.startTime ?? 0;
  writeFileSync(join(store.directory, "dialing"), `${process.pid} ${startTime + 1}\n`);
  const again = store.lockDialing();
  expect(again).toBeDefined();
  again?.release();
  expect(readdirSync(store.directory)).toEqual([]);
});

test("who is not root sees who dials, and the record, whatever root's umask is; the log is not for everybody", () => {
  const umask = process.umask(0o077);
  const store = peerStores(join(directory, "pppctl")).of("isp");
  try {
    store.lockDialing();
    store.write("record.json", "{}\n");
    store.startLog();
  } finally {
    process.umask(umask);
  }
  const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8);
  expect([join(store.directory, ".."), store.directory].map(mode)).toEqual(["755", "755"]);
  expect(["dialing", "record.json"].map((name) => mode(join(store.directory, name)))).toEqual(["644", "644"]);
  expect(Number.parseInt(mode(store.logFile), 8) & 0o007).toBe(0);
});

test("a log begins anew and grows", () => {
  const store = peerStores(directory).of("isp");
  store.startLog();
  store.appendLog("pppctl", "one");
  store.appendLog("chat", "t\two");
  const stamp = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}[+-]\\d\\d:\\d\\d";
  expect(readFileSync(store.logFile, "utf8")).toMatch(
    new RegExp(`^${stamp} \\S+ pppctl\\[${process.pid}\\]: one\\n${stamp} \\S+ chat\\[\\d+\\]: t\\\\x09wo\\n$`),
  );
  store.stampLog(12);
  expect(readFileSync(`${store.logFile}.times`, "utf8")).toMatch(/^12 \d{13} seen\n$/);
  store.startLog();
  expect(readFileSync(`${store.logFile}.times`, "utf8")).toBe("");
  expect(readFileSync(store.logFile, "utf8")).toBe("");
});

test("root's records are in /run, others' in a directory of their own", () => {
  expect(runDirectoryFor(0, { XDG_RUNTIME_DIR: "/run/user/0" })).toBe("/run/pppctl");
  expect(runDirectoryFor(1000, { XDG_RUNTIME_DIR: "/run/user/1000" })).toBe("/run/user/1000/pppctl");
  expect(runDirectoryFor(1000, {})).toBe("/tmp/pppctl-1000");
});
