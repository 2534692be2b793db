import { expect, it } from "vitest";
import { formatWaitRecord, parseWaitRecord, type WaitRecord } from "../../../src/link/wait-record.ts";

const wait: WaitRecord = { version: 1, by: { pid: 7, startTime: 70 }, who: "pon", since: 5, nextAt: 9, attempt: 2 };

it("is read back as it was written, on one line", () => {
  const { attempt: _attempt, ...without } = wait;
  for (const record of [wait, without, { ...wait, insteadOf: "isp" }]) {
    const text = formatWaitRecord(record);
    expect(text.indexOf("\n")).toBe(text.length - 1);
    expect(parseWaitRecord(text)).toEqual(record);
  }
});

it.each([
  ["half of it", formatWaitRecord(wait).slice(0, 30)],
  ["another version", JSON.stringify({ ...wait, version: 2 })],
  ["a process without its start", JSON.stringify({ ...wait, by: { pid: 7 } })],
  ["no time", JSON.stringify({ ...wait, nextAt: "soon" })],
  ["a stranger", JSON.stringify({ ...wait, who: "cron" })],
])("%s is none", (_name, text) => {
  expect(parseWaitRecord(text)).toBeUndefined();
});
