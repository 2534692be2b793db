import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { hostJournal } from "../../../src/io/host-journal-file.ts";
import type { JournalEntry } from "../../../src/link/host-journal.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pppctl-journal-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const entry = (name: string): JournalEntry => ({
  peer: name,
  linkname: name,
  change: { kind: "route", family: 4, route: { dst: "192.0.2.1", dev: "eth0" } },
});

test("one writer at a time: nothing is lost", async () => {
  const names = Array.from({ length: 20 }, (_, at) => `link${at}`);
  await Promise.all(
    names.map((name) =>
      hostJournal(folder).change(async ({ entries, write }) => {
        await Promise.resolve();
        write([...entries, entry(name)]);
      }),
    ),
  );
  const all = await hostJournal(folder).change(async ({ entries }) => entries.map(({ peer }) => peer));
  expect(all.toSorted()).toEqual(names.toSorted());
  expect(readdirSync(folder)).toEqual(["journal"]);
});

test("empty again, it is no file; work that fails gives the lock back", async () => {
  const journal = hostJournal(folder);
  expect(journal.isEmpty()).toBe(true);
  await journal.change(async ({ write }) => write([entry("a")]));
  expect(journal.isEmpty()).toBe(false);
  await expect(journal.change(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
  await journal.change(async ({ write }) => write([]));
  expect(readdirSync(folder)).toEqual([]);
});

test.each(["4000000 1\n", `${process.pid} 1\n`])("the lock of a process that is gone (%j) is none", async (holder) => {
  writeFileSync(join(folder, "journal.lock"), holder);
  expect(await hostJournal(folder).change(async ({ entries }) => entries)).toEqual([]);
  expect(readdirSync(folder)).toEqual([]);
});
