import { describe, expect, it } from "vitest";
import { parsePeerName } from "../../../src/core/peer-name.ts";
import {
  buildPppdArgv,
  type DirectCall,
  directConnectDelay,
  type PppdCall,
} from "../../../src/pppd/build-pppd-argv.ts";
import { pppdCallOf } from "../../../src/pppd/pppd-call-of.ts";
import { isAtLeast, parsePppdVersion, pppdCapabilities } from "../../../src/pppd/pppd-version.ts";

const peer = parsePeerName("yosefcom");
const hooks = {
  ipUp: "/usr/lib/pppctl/ip-up",
  ipDown: "/usr/lib/pppctl/ip-down",
  ipPreUp: "/usr/lib/pppctl/ip-pre-up",
  ipv6Up: "/usr/lib/pppctl/ipv6-up",
  ipv6Down: "/usr/lib/pppctl/ipv6-down",
};
const direct: DirectCall = {
  mode: "direct",
  peer,
  version: [2, 4, 9],
  device: "/dev/ttyS1",
  speed: 115200,
  lock: true,
  noCarrierDetect: false,
  connectDelay: directConnectDelay,
  linkname: "yosefcom",
  detach: "updetach",
  logfile: "/run/pppctl/log",
  hooks,
  extraWords: ["mtu", "576"],
};

describe("buildPppdArgv", () => {
  it("with a program for the moment before it hangs up", () => {
    expect(buildPppdArgv({ ...direct, disconnect: "sleep 1" }).slice(6, 11)).toEqual([
      "connect-delay",
      "200",
      "disconnect",
      "sleep 1",
      "lock",
    ]);
  });

  it("direct, on 2.4.9", () => {
    expect(buildPppdArgv(direct)).toEqual([
      ...["call", "yosefcom", "/dev/ttyS1", "115200", "connect", "", "connect-delay", "200", "lock", "nopersist"],
      ...["linkname", "yosefcom", "updetach", "logfile", "/run/pppctl/log"],
      ...["ip-up-script", hooks.ipUp, "ip-down-script", hooks.ipDown],
      ...["mtu", "576", "file", "/proc/self/fd/0"],
    ]);
  });

  it.each([
    [[2, 4, 8], []],
    [
      [2, 4, 9],
      ["ip-up-script", "ip-down-script"],
    ],
    [
      [2, 5, 0],
      ["ip-up-script", "ip-down-script", "ipv6-up-script", "ipv6-down-script"],
    ],
    [
      [2, 5, 1],
      ["ip-pre-up-script", "ip-up-script", "ip-down-script", "ipv6-up-script", "ipv6-down-script"],
    ],
  ] as const)("gives %j the script options that it knows", (version, options) => {
    expect(buildPppdArgv({ ...direct, version }).filter((word) => word.endsWith("-script"))).toEqual(options);
  });

  it("says local only for a line without carrier detection", () => {
    expect(buildPppdArgv(direct)).not.toContain("local");
    expect(buildPppdArgv({ ...direct, noCarrierDetect: true })).toContain("local");
  });

  it("leaves out what the peer says itself", () => {
    expect(
      buildPppdArgv({
        mode: "direct",
        peer,
        version: [2, 5, 2],
        device: "/dev/ttyS1",
        speed: undefined,
        lock: false,
        noCarrierDetect: false,
        connectDelay: undefined,
        extraWords: [],
      }),
    ).toEqual([...["call", "yosefcom", "/dev/ttyS1", "connect", "", "nopersist"], ...["file", "/proc/self/fd/0"]]);
  });

  it("on pppd's call, names the dialer", () => {
    expect(
      buildPppdArgv({
        mode: "on-call",
        peer,
        version: [2, 4, 9],
        connect: "exec /usr/bin/pppctl dial",
        linkname: "yosefcom",
        detach: "updetach",
        extraWords: [],
      }),
    ).toEqual(["call", "yosefcom", "connect", "exec /usr/bin/pppctl dial", "linkname", "yosefcom", "updetach"]);
  });

  it("passes no privileged option for a caller who is not root", () => {
    const call: PppdCall = {
      mode: "as-is",
      privileged: false,
      peer,
      version: [2, 5, 2],
      linkname: "yosefcom",
      detach: "updetach",
      hooks,
      extraWords: ["debug"],
    };
    expect(buildPppdArgv(call)).toEqual(["call", "yosefcom", "updetach", "debug"]);
    expect(buildPppdArgv({ ...call, privileged: true })).toContain("linkname");
  });

  it.each<PppdCall>([
    direct,
    { mode: "on-call", peer, version: [2, 4, 9], connect: "x", extraWords: ["call", "other"] },
    { mode: "as-is", privileged: false, peer, version: [2, 4, 7], extraWords: [] },
  ])("is found by pppdCallOf, is never given an empty init, and ends with the user's words: $mode", (call) => {
    const argv = buildPppdArgv(call);
    expect(pppdCallOf(["/usr/sbin/pppd", ...argv])).toEqual({ program: "/usr/sbin/pppd", peer, first: true });
    expect(argv).not.toContain("init");
    const own = call.mode === "direct" ? ["file", "/proc/self/fd/0"] : [];
    expect(argv.slice(argv.length - call.extraWords.length - own.length)).toEqual([...call.extraWords, ...own]);
  });
});

describe("versions", () => {
  it.each([
    ["pppd version 2.4.9\n", [2, 4, 9]],
    ["pppd version 2.5.2\nCopyright", [2, 5, 2]],
    ["pppd version 2.5\n", [2, 5, 0]],
    ["pppd: not found", undefined],
  ] as const)("%j", (text, version) => {
    expect(parsePppdVersion(text)).toEqual(version);
  });

  it("compares number by number", () => {
    expect(isAtLeast([2, 4, 10], [2, 4, 9])).toBe(true);
    expect(isAtLeast([2, 5, 0], [2, 4, 9])).toBe(true);
    expect(isAtLeast([2, 4, 9], [2, 4, 9])).toBe(true);
    expect(isAtLeast([2, 4, 9], [2, 5, 0])).toBe(false);
    expect(isAtLeast([1, 9, 9], [2, 0, 0])).toBe(false);
  });

  it("knows that replacedefaultroute came and went", () => {
    const has = (version: readonly [number, number, number]) => pppdCapabilities(version).hasReplaceDefaultRoute;
    expect([has([2, 4, 8]), has([2, 4, 9]), has([2, 5, 2]), has([2, 5, 3])]).toEqual([false, true, true, false]);
  });
});
