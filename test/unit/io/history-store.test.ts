import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";
import { afterEach, beforeEach, expect, test } from "vitest";
import { historyStore, stateDirectoriesFor } from "../../../src/io/history-store.ts";
import { formatHistoryEntry, type HistoryEntry, parseHistory } from "../../../src/link/history-entry.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "pppctl-history-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

function call(id: string, endedAt: number): HistoryEntry {
  const times = { startedAt: endedAt - 1000, endedAt };
  return { version: 1, id, peer: "isp", origin: "direct", attempt: 1, ...times, cause: "busy", sentence: "BUSY" };
}

const store = (limits = { file: 2000, total: 10_000, most: 10_000, tail: 1000 }, all = [directory]) =>
  historyStore({ own: directory, all }, limits);

const now = 1_795_000_000_000;

test("lines are appended, readable by everybody whatever the umask is, and read back", () => {
  const umask = process.umask(0o077);
  try {
    store().append(call("a", now));
    store().append(call("b", now + 1));
  } finally {
    process.umask(umask);
  }
  expect(statSync(store().path).mode & 0o777).toBe(0o644);
  expect(readFileSync(store().path, "utf8")).toBe(
    [call("a", now), call("b", now + 1)].map(formatHistoryEntry).join(""),
  );
  expect(store().read()).toEqual([call("a", now), call("b", now + 1)]);
  expect(store().read(now + 1)).toEqual([call("b", now + 1)]);
  expect(store().readNewest()).toEqual(store().read());
});

test("no history is an empty one; what is there and is no history is left alone", () => {
  expect(store().read()).toEqual([]);
  writeFileSync(join(directory, "history.txt"), "mine");
  writeFileSync(store().path, "\u0000\nnonsense\n");
  store().append(call("a", now));
  expect(store().read()).toEqual([call("a", now)]);
  expect(readdirSync(directory).sort()).toEqual(["history.jsonl", "history.txt"]);
});

test("a line that was cut off takes no other with it", () => {
  store().append(call("a", now));
  appendFileSync(store().path, formatHistoryEntry(call("cut", now)).slice(0, 50));
  store().append(call("b", now));
  expect(
    store()
      .read()
      .map(({ id }) => id),
  ).toEqual(["a", "b"]);
});

test("it is bounded, the oldest calls go first, and none in between is lost", () => {
  const limits = { file: 2000, total: 10_000, most: 10_000, tail: 1000 };
  for (let i = 0; i < 1000; i++) store(limits).append(call(`c${i}`, now + i));
  const size = readdirSync(directory).reduce((sum, name) => sum + statSync(join(directory, name)).size, 0);
  expect(size).toBeLessThan(limits.total + 2 * limits.file);
  const kept = store(limits)
    .read()
    .map(({ id }) => Number(id.slice(1)));
  expect(kept.length).toBeGreaterThan(limits.total / 200);
  expect(kept).toEqual(Array.from(kept, (_, i) => 1000 - kept.length + i));
  expect(store(limits).readNewest().at(-1)).toEqual(call("c999", now + 999));
  expect(store(limits).read(now + 995)).toHaveLength(5);
});

test("they are in the order in which they ended, also where the clock was set back or began at 1970", () => {
  const entries = [
    call("a", now),
    call("b", now + 5000),
    call("c", now + 1000),
    call("d", 30_000),
    call("e", now + 6000),
  ];
  for (const entry of entries) store().append(entry);
  expect(store().read()).toEqual(entries);
  expect(store().readNewest()).toEqual(entries);
  expect(store().read(now + 1)).toEqual(entries.slice(1));
});

test("the calls of the last month stay, for the limits that count them, up to a bound of their own", () => {
  const day = 86_400_000;
  const limits = { file: 2000, total: 4000, most: 60_000, tail: 1000 };
  const days = (): number[] =>
    store(limits)
      .read()
      .map(({ endedAt }) => Math.floor((endedAt - now) / day));
  // Five a day for a quarter of a year.
  for (let i = 0; i < 450; i++) store(limits).append(call(`c${i}`, now + Math.floor(i / 5) * day));
  expect(Math.min(...days())).toBeLessThanOrEqual(89 - 31);
  expect(Math.min(...days())).toBeGreaterThan(89 - 55);
  // Then a thousand within an hour.
  for (let i = 0; i < 1000; i++) store(limits).append(call(`d${i}`, now + 90 * day + i));
  const size = readdirSync(directory).reduce((sum, name) => sum + statSync(join(directory, name)).size, 0);
  expect(size).toBeLessThan(limits.most + 2 * limits.file);
});

test("a file that gets full with a time between two milliseconds, as the kernel has them, is one of the history still", () => {
  const calls = Array.from({ length: 40 }, (_, i) => call(`c${i}`, now + i + 0.25));
  for (const each of calls) store({ file: 2000, total: 100_000, most: 100_000, tail: 1000 }).append(each);
  expect(store().read()).toEqual(calls);
});

test("eight processes at once lose no line and mix none, also while files get full", async () => {
  const program = `
    import { historyStore } from ${JSON.stringify(fileURLToPath(new URL("../../../src/io/history-store.ts", import.meta.url)))};
    const [directory = "", name, now] = process.argv.slice(1);
    const store = historyStore({ own: directory, all: [directory] }, { file: 20_000, total: 1_000_000, most: 1_000_000, tail: 1000 });
    const call = { version: 1, peer: "isp", origin: "direct", attempt: 1, startedAt: 1, cause: "busy", sentence: "BUSY" } as const;
    for (let i = 0; i < 200; i++) store.append({ ...call, id: name + "." + i, endedAt: Number(now) + i });`;
  const stdin = { contents: program, loader: "ts", resolveDir: directory } as const;
  const { outputFiles } = buildSync({ stdin, bundle: true, platform: "node", format: "cjs", write: false });
  const code = outputFiles[0]?.text ?? "";
  const writers = Array.from("abcdefgh", (name) =>
    spawn(process.execPath, ["-e", code, directory, name, String(now)], { stdio: "inherit" }),
  );
  const statuses = await Promise.all(writers.map(async (writer) => (await once(writer, "exit"))[0]));
  expect(statuses).toEqual(Array.from(writers, () => 0));
  const texts = readdirSync(directory).map((name) => readFileSync(join(directory, name), "utf8"));
  expect(texts.length).toBeGreaterThan(5);
  // One may see another's line half written, and end it with a line feed too many.
  for (const text of texts) {
    expect(parseHistory(text)).toHaveLength(text.split("\n").filter((line) => line !== "").length);
  }
  expect(
    new Set(
      store()
        .read()
        .map(({ id }) => id),
    ).size,
  ).toBe(8 * 200);
});

test("those who are not root have a history of their own, and read root's too", () => {
  expect(stateDirectoriesFor(0, {}).own).toBe("/var/lib/pppctl");
  const { own, all } = stateDirectoriesFor(1000, { XDG_STATE_HOME: "/home/u/state" });
  expect([own, ...all]).toEqual(["/home/u/state/pppctl", "/var/lib/pppctl", "/home/u/state/pppctl"]);

  const roots = join(directory, "roots");
  historyStore({ own: roots, all: [roots] }).append(call("root", now));
  const mine = store(undefined, [roots, directory]);
  mine.append(call("mine", now - 1));
  expect(mine.read().map(({ id }) => id)).toEqual(["mine", "root"]);
});
