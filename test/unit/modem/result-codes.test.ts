import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  describeResultCode,
  findResultCode,
  numberConnect,
  readConnectRate,
  readResultCode,
  type SpokenResult,
  wordResult,
} from "../../../src/modem/result-codes.ts";

describe("readResultCode", () => {
  test.each([
    ["OK", { code: "ok" }],
    ["0", { code: "ok" }],
    ["\r\nOK\r\n", { code: "ok" }],
    ["CONNECT", { code: "connect" }],
    ["1", { code: "connect" }],
    ["CONNECT 115200", { code: "connect", rate: 115200 }],
    ["CONNECT 33600/ARQ/V34/LAPM/V42BIS", { code: "connect", rate: 33600 }],
    ["CONNECT/ARQ", { code: "connect" }],
    ["12", { code: "connect", rate: 9600 }],
    ["RING", { code: "ring" }],
    ["2", { code: "ring" }],
    ["RINGING", { code: "ringing" }],
    ["NO CARRIER", { code: "no-carrier" }],
    ["3", { code: "no-carrier" }],
    ["ERROR", { code: "error" }],
    ["4", { code: "error" }],
    ["COMMAND NOT SUPPORT", { code: "error" }],
    ["NO DIALTONE", { code: "no-dialtone" }],
    ["NO DIAL TONE", { code: "no-dialtone" }],
    ["6", { code: "no-dialtone" }],
    ["BUSY", { code: "busy" }],
    ["7", { code: "busy" }],
    ["NO ANSWER", { code: "no-answer" }],
    ["8", { code: "no-answer" }],
    ["VOICE", { code: "voice" }],
    ["no carrier ", { code: "no-carrier" }],
    ["+CME ERROR: SIM PIN required", { code: "cme-error", detail: "SIM PIN required" }],
    ["+CMS ERROR: 302", { code: "cms-error", detail: "302" }],
    ["ATD8765432", undefined],
    ["OKAY", undefined],
    ["CONNECTED", undefined],
    ["CARRIER 33600", undefined],
    ["+CSQ: 17,99", undefined],
    ["", undefined],
    ["constructor", undefined],
  ])("%j", (line, reading) => {
    expect(readResultCode(line)).toEqual(reading);
  });

  test("what the simulated modem says reads back", () => {
    const codes: SpokenResult[] = ["ok", "ring", "no-carrier", "error", "no-dialtone", "busy", "no-answer"];
    for (const code of codes) {
      expect(readResultCode(wordResult(code, true))?.code).toBe(code);
      expect(readResultCode(wordResult(code, false))?.code).toBe(code);
    }
    expect(readResultCode(numberConnect(115200))).toEqual({ code: "connect", rate: 115200 });
    expect(readResultCode(numberConnect(33600))).toEqual({ code: "connect" });
  });

  test("a sentence for whatever can be read", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const reading = readResultCode(text);
        if (reading !== undefined) expect(describeResultCode(reading)).not.toBe("");
      }),
    );
    expect(describeResultCode({ code: "connect", rate: 9600 })).toBe("the call is connected at 9600 bit/s");
    expect(describeResultCode({ code: "cme-error", detail: "SIM busy" })).toContain("SIM busy");
  });
});

test.each([
  ["CONNECT 115200", 115200],
  ["CONNECT 33600/ARQ/V34/LAPM/V42BIS\r\n", 33600],
  ["CONNECT 9600/ARQ", 9600],
  ["CARRIER 33600\r\n\r\nPROTOCOL: LAP-M\r\n\r\nCONNECT 115200\r\n", 33600],
  ["NO CARRIER\r\nATD1\r\nCONNECT 14400", 14400],
  ["ATD8765432\r\r\nCONNECT", undefined],
  ["CONNECT 0", undefined],
  ["CONNECT FAST", undefined],
  ["", undefined],
])("readConnectRate %j", (text, rate) => {
  expect(readConnectRate(text)).toBe(rate);
});

test.each([
  ["AT\r\r\nOK\r\n", "ok"],
  ["ATH\r0\r", "ok"],
  ["ATH\r\r\nNO CARR", undefined],
  ["ATH\r\r\nNO", undefined],
  ["junk\r\n\r\nNO CARRIER\r\n\r\nOK\r\n", "no-carrier"],
  ["OK", undefined],
])("findResultCode %j", (received, code) => {
  expect(findResultCode(received)?.code).toBe(code);
});
