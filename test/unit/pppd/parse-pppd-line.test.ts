import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parsePppdLine } from "../../../src/pppd/parse-pppd-line.ts";
import { splitLogLine } from "../../../src/pppd/split-log-line.ts";
import { sampleLines } from "./sample-lines.ts";

describe("parsePppdLine", () => {
  it.each(sampleLines)("%s", (line, event) => {
    expect(parsePppdLine(line)).toEqual({ ...event, text: splitLogLine(line).text });
  });

  const bare = sampleLines.filter(([line]) => splitLogLine(line).program === undefined);

  it.each([
    "Nov 20 22:00:00 host pppd[123]: ",
    "Nov  2 22:00:00 my.host-1 pppd[1]: ",
    "2026-11-20T22:00:00.123456+01:00 host pppd[123]: ",
    "2026-11-20T22:00:00+0000 host pppd[123]: ",
    "Thu Jul 30 19:49:25 2026 daemon.info pppd[25782]: ",
    "/usr/sbin/pppd: ",
    "<29>Nov 20 22:00:00 host pppd[123]: ",
    "Nov 25 13:37:01 box local2.notice pppd[209]: ",
    "Fri 2026-11-20 22:00:00 UTC host pppd[123]: ",
    "[ 4711.123456] host pppd[123]: ",
    "1700000000.123456 host pppd[123]: ",
    "2026-11-20 22:00:00 ",
    "[ 4711.123456] ",
    "<Nov 20 22:00:00.123 pppd: ",
    "Nov 20 22:00:00.123 pppd: ",
  ])("reads the same behind %j", (prefix) => {
    for (const [line, event] of bare) {
      if (event.kind !== "other") expect(parsePppdLine(prefix + line)).toEqual(parsePppdLine(line));
    }
  });

  it("takes any line, and keeps its text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (line) => {
        const event = parsePppdLine(line);
        expect(line).toContain(event.text);
      }),
    );
  });
});

describe("splitLogLine", () => {
  it("takes the prefix apart", () => {
    expect(splitLogLine("Nov 20 22:00:00 host pppd[123]: Connect: ppp0 <--> /dev/ttyS1\n")).toEqual({
      text: "Connect: ppp0 <--> /dev/ttyS1",
      program: "pppd",
      pid: 123,
      stamp: "Nov 20 22:00:00",
    });
  });

  it("leaves a bare line alone", () => {
    expect(splitLogLine("Connect: ppp0 <--> /dev/ttyS1")).toEqual({
      text: "Connect: ppp0 <--> /dev/ttyS1",
      program: undefined,
      pid: undefined,
      stamp: undefined,
    });
  });
});

it("a pppd that waited for a pon that died made no mistake in an option", () => {
  const text = "In file /proc/self/fd/0: too few parameters for option 'connect'";
  expect(parsePppdLine(`/usr/sbin/pppd: ${text}`)).toEqual({ kind: "other", text });
  expect(parsePppdLine(`/usr/sbin/pppd: ${text.replace("connect", "mtu")}`).kind).toBe("option-error");
});
