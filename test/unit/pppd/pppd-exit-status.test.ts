import { expect, it } from "vitest";
import { describePppdExit, pppdExitStatus, pppdExitStatuses } from "../../../src/pppd/pppd-exit-status.ts";

it("has a row for each status from 0 to 21, in order, with names and sentences of its own", () => {
  expect(pppdExitStatuses.map((row) => row.status)).toEqual(Array.from({ length: 22 }, (_, i) => i));
  expect(new Set(pppdExitStatuses.map((row) => row.name)).size).toBe(22);
  for (const row of pppdExitStatuses) expect(row.sentence).toMatch(/^[^\n]*[^.\n]$/);
});

it("finds a row", () => {
  expect(pppdExitStatus(19)?.name).toBe("auth-topeer-failed");
  expect(pppdExitStatus(22)).toBeUndefined();
  expect(pppdExitStatus(-1)).toBeUndefined();
});

it.each([
  [{ status: 16 }, "pppd exit status 16: the modem hung up"],
  [{ status: 42 }, "pppd exit status 42, which pppd does not give"],
  [{ status: 137 }, "pppd exit status 137, which pppd does not give (killed by signal 9)"],
  [{ signal: "SIGKILL" }, "pppd was killed by SIGKILL"],
  [{}, "pppd ended in an unknown way"],
])("%j", (end, text) => {
  expect(describePppdExit(end)).toBe(text);
});
