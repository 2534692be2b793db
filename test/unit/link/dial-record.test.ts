import { expect, it } from "vitest";
import { type DialRecord, formatDialRecord, parseDialRecord } from "../../../src/link/dial-record.ts";

const record: DialRecord = { version: 1, at: 1_790_000_000_000, device: "/dev/ttyS1" };

it.each<DialRecord>([
  record,
  { ...record, number: "8765432", connectRate: 33600 },
  { ...record, number: "8765432", failure: { kind: "abort", string: "BUSY", heard: true } },
])("comes back as it was written: %j", (written) => {
  expect(parseDialRecord(formatDialRecord(written))).toEqual(written);
});

it.each(["", "null", "{}", '{"version":2,"at":1,"device":"x"}', '{"version":1,"at":"1","device":"x"}', '{"version":1'])(
  "is not read: %s",
  (text) => {
    expect(parseDialRecord(text)).toBeUndefined();
  },
);
