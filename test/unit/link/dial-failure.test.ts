import { expect, it } from "vitest";
import { type Cause, causeRow, causes, isCause } from "../../../src/link/causes.ts";
import { causeOfAbort, causeOfDial, type DialFailure } from "../../../src/link/dial-failure.ts";

it.each<readonly [string, Cause]>([
  ["BUSY", "busy"],
  ["NO CARRIER", "no-carrier"],
  ["no-carrier", "no-carrier"],
  ["NO DIALTONE", "no-dialtone"],
  ["NO DIAL TONE", "no-dialtone"],
  ["NO DIAL-TONE", "no-dialtone"],
  ["NO ANSWER", "no-answer"],
  ["VOICE", "voice"],
  ["ERROR", "modem-error"],
  ["+CME ERROR: SIM PIN required", "sim-pin"],
  ["+CME ERROR: incorrect password", "sim-pin"],
  ["+CME ERROR: 16", "sim-pin"],
  ["+CME ERROR: 160", "modem-error"],
  ["+CME ERROR: SIM busy", "modem-error"],
  ["cme-error", "modem-error"],
  ["Login incorrect", "login-refused"],
  ["Invalid Login", "login-refused"],
  ["Access denied", "login-refused"],
  ["DELAYED", "abort-string"],
  ["Username/Password Incorrect", "login-refused"],
  ["all circuits BUSY", "abort-string"],
  ["", "abort-string"],
])("abort string %j: %s", (text, cause) => {
  expect(causeOfAbort(text)).toBe(cause);
});

it.each<readonly [DialFailure, Cause]>([
  [{ kind: "abort", string: "4", resultCode: "error" }, "modem-error"],
  [{ kind: "timeout", heard: false }, "modem-silent"],
  [{ kind: "timeout", heard: true }, "expect-timeout"],
  [{ kind: "timeout" }, "expect-timeout"],
  [{ kind: "line-gone" }, "line-lost"],
  [{ kind: "interrupted" }, "user-request"],
  [{ kind: "device-missing" }, "device-missing"],
  [{ kind: "device-busy" }, "device-busy"],
  [{ kind: "device-denied" }, "device-denied"],
  [{ kind: "device-failed" }, "device-failed"],
  [{ kind: "lock-failed" }, "lock-failed"],
])("%j: %s", (failure, cause) => {
  expect(causeOfDial(failure)).toBe(cause);
});

it("every cause has a code of its own, and says something in one line whatever is known", () => {
  const names = Object.keys(causes).filter(isCause);
  expect(new Set(names.map((name) => causeRow(name).code)).size).toBe(names.length);
  for (const name of names) {
    const row = causeRow(name);
    expect(row.sentence({})).toMatch(/^[^\n]*[^.\n]$/);
    expect(row.sentence({})).not.toContain("undefined");
    if (row.retry !== "stop") expect(row.hint).toMatch(/^[^\n]*[^.\n]$/);
  }
});
