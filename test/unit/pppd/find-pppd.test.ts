import { describe, expect, it } from "vitest";
import { linkPidFileName, parsePppdPidFile } from "../../../src/pppd/pid-file.ts";
import { pppdCallOf } from "../../../src/pppd/pppd-call-of.ts";

describe("pppdCallOf", () => {
  it.each([
    [["pppd", "call", "isp"], { program: "pppd", peer: "isp", first: true }],
    [["/usr/sbin/pppd", "call", "isp/home", "updetach"], { program: "/usr/sbin/pppd", peer: "isp/home", first: true }],
    [["/opt/pppd", "nodetach", "call", "a b"], { program: "/opt/pppd", peer: "a b", first: false }],
    [["pppd", "user", "call", "call", "isp"], { program: "pppd", peer: "isp", first: false }],
    [["pppd", "call"], undefined],
    [["pppd", "/dev/ttyS1", "115200"], undefined],
    [["xpppd", "call", "isp"], undefined],
    [["grep", "pppd", "call", "isp"], undefined],
    [["sh", "-c", "pppd call isp"], undefined],
    [[], undefined],
  ] as const)("%j", (argv, found) => {
    expect(pppdCallOf(argv)).toEqual(found);
  });
});

describe("parsePppdPidFile", () => {
  it.each([
    ["4711\nppp0\n", { pid: 4711, iface: "ppp0" }],
    ["4711\n", { pid: 4711, iface: undefined }],
    ["      4711\n", { pid: 4711, iface: undefined }],
    ["", undefined],
    ["4711", undefined],
    ["0\n", undefined],
    ["-1\n", undefined],
    ["4711\nppp0", undefined],
    ["4711\n../x\n", undefined],
    ["x\nppp0\n", undefined],
  ] as const)("%j", (text, found) => {
    expect(parsePppdPidFile(text)).toEqual(found);
  });

  it("has pppd's name for a link", () => {
    expect(linkPidFileName("yosefcom")).toBe("ppp-yosefcom.pid");
  });
});
