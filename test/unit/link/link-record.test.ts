import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatLinkRecord, type LinkRecord, parseDialFailure, parseLinkRecord } from "../../../src/link/link-record.ts";

const least: LinkRecord = {
  version: 1,
  peer: "isp/home",
  linkname: "home",
  phase: "dialing",
  attempt: 1,
  startedAt: 1_790_000_000_000,
};
const full: LinkRecord = {
  ...least,
  phase: "ended",
  dialer: { pid: 4711, startTime: 123456 },
  pppd: { pid: 4712, startTime: 123466 },
  device: "/dev/ttyS1",
  speed: 115200,
  number: "8765432",
  connectRate: 33600,
  connectedAt: 1,
  upAt: 2,
  endedAt: 3,
  iface: "ppp0",
  local: "10.64.64.2",
  remote: "10.64.64.1",
  dns: ["10.64.64.53"],
  cause: "busy",
  sentence: "the modem answered BUSY",
  exitStatus: 8,
  dialFailure: {
    kind: "timeout",
    device: "/dev/ttyS1",
    expected: "CONNECT",
    sent: "(hidden)",
    received: ["RINGING"],
    heard: true,
    step: { file: "/etc/chatscripts/isp", line: 7, column: 1 },
    elapsedMs: 100,
    timeoutMs: 90,
    holder: { pid: 1, name: "init" },
  },
};

describe("link records", () => {
  it.each([least, full])("come back as they were written", (record) => {
    expect(parseLinkRecord(formatLinkRecord(record))).toEqual(record);
  });

  it("are not read when cut off anywhere", () => {
    const text = formatLinkRecord(full);
    for (let length = 0; length < text.length - 1; length++) {
      expect(parseLinkRecord(text.slice(0, length))).toBeUndefined();
    }
  });

  it.each([
    "null",
    "[]",
    "1",
    JSON.stringify({ ...least, version: 2 }),
    JSON.stringify({ ...least, peer: 1 }),
    JSON.stringify({ ...least, phase: "flying" }),
    JSON.stringify({ ...least, attempt: "1" }),
    JSON.stringify({ ...least, startedAt: null }),
    JSON.stringify({ ...least, linkname: undefined }),
  ])("are not read: %s", (text) => {
    expect(parseLinkRecord(text)).toBeUndefined();
  });

  it("lose an optional field of the wrong type, and one that is not known", () => {
    const odd = {
      ...least,
      dns: [1],
      cause: "toString",
      pppd: { pid: 1 },
      speed: "fast",
      dialFailure: { kind: "x" },
      more: 1,
    };
    expect(parseLinkRecord(JSON.stringify(odd))).toEqual(least);
  });

  it("never throw", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        parseLinkRecord(text);
        parseDialFailure(text);
      }),
    );
  });
});
