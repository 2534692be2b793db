import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  callOrigins,
  formatHistoryEntry,
  type HistoryEntry,
  parseHistory,
  parseHistoryEntry,
} from "../../../src/link/history-entry.ts";

const entry: HistoryEntry = {
  version: 1,
  id: "a.1",
  peer: "isp",
  origin: "direct",
  attempt: 1,
  startedAt: 1000,
  connectedAt: 2000,
  upAt: 3000,
  endedAt: 9000,
  noticedAt: 9500,
  device: "/dev/ttyS1",
  number: "8765432",
  connectRate: 33600,
  iface: "ppp0",
  local: "10.0.0.2",
  remote: "10.0.0.1",
  bytesSent: 10,
  bytesReceived: 5_000_000_000,
  cause: "idle",
  sentence: "hung up because there was no traffic (`idle`)",
  exitStatus: 12,
};

test("what is written is read back, and is one line", () => {
  const text = fc.string({ unit: "binary" });
  const time = fc.nat();
  fc.assert(
    fc.property(text, text, fc.constantFrom(...callOrigins), time, text, (id, peer, origin, endedAt, sentence) => {
      const some: HistoryEntry = { ...entry, id, peer, origin, endedAt, sentence };
      const line = formatHistoryEntry(some);
      expect(line.indexOf("\n")).toBe(line.length - 1);
      expect(parseHistoryEntry(line)).toEqual(some);
    }),
  );
});

describe("what is no entry is passed over", () => {
  const line = formatHistoryEntry(entry);
  const without = (key: string) => JSON.stringify({ ...entry, [key]: undefined });
  test.each([
    ["nothing", ""],
    ["a line that a full disk cut off", line.slice(0, 40)],
    ["another version", line.replace('"version":1', '"version":2')],
    ["a list", "[]"],
    ...["id", "peer", "origin", "attempt", "startedAt", "endedAt", "cause", "sentence"].map((key) => [
      `one without ${key}`,
      without(key),
    ]),
    ["one whose time is a text", line.replace("9000", '"9000"')],
  ])("%s", (_name, text) => {
    expect(parseHistoryEntry(text as string)).toBeUndefined();
    expect(parseHistory(`${text}\n${line}\n${text}\n${line}`)).toEqual([entry, entry]);
  });
});

test("what a newer pppctl added does not matter", () => {
  const newer = JSON.stringify({ ...entry, cause: "eclipse", bytesSent: "many", more: 1 });
  const { bytesSent: _left, ...rest } = entry;
  expect(parseHistoryEntry(newer)).toEqual({ ...rest, cause: "ended" });
});
