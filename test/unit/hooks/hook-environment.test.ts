import { describe, expect, it } from "vitest";
import { readHookArguments } from "../../../src/hooks/hook-arguments.ts";
import { hookEnvironment } from "../../../src/hooks/hook-environment.ts";
import { isHookEvent } from "../../../src/hooks/hook-event.ts";

const args = readHookArguments(["ppp0", "/dev/ttyS1", "115200", "10.0.0.2", "10.0.0.1", "home"]);

/** As pppd 2.4.9 sets it for ip-up of a call by modem. */
const raw = {
  PPPLOGNAME: "root",
  PPPD_PID: "4711",
  DEVICE: "/dev/modem",
  ORIG_UID: "0",
  CALL_FILE: "yosefcom",
  LINKNAME: "yosefcom",
  IFNAME: "ppp0",
  UNIT: "0",
  SPEED: "115200",
  IPLOCAL: "10.0.0.2",
  IPREMOTE: "10.0.0.1",
  USEPEERDNS: "1",
  DNS1: "10.0.0.53",
  DNS2: "10.0.0.54",
};

describe("hookEnvironment", () => {
  it("adds Debian's names, a PATH and the modem's rate to pppd's variables", () => {
    expect(hookEnvironment("ip-up", args, raw, 33600)).toEqual({
      ...raw,
      PATH: "/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin",
      PPP_IFACE: "ppp0",
      PPP_TTY: "/dev/ttyS1",
      PPP_TTYNAME: "ttyS1",
      PPP_SPEED: "115200",
      PPP_LOCAL: "10.0.0.2",
      PPP_REMOTE: "10.0.0.1",
      PPP_IPPARAM: "home",
      CONNECT_SPEED: "33600",
    });
  });

  it("hands on the counters of a call that ended", () => {
    const counters = { CONNECT_TIME: "61", BYTES_SENT: "1000", BYTES_RCVD: "2000" };
    expect(hookEnvironment("ip-down", args, { ...raw, ...counters }, undefined)).toMatchObject(counters);
  });

  it("says nothing of a rate that is not known", () => {
    expect(hookEnvironment("ip-up", args, raw, undefined)).not.toHaveProperty("CONNECT_SPEED");
  });

  it("fills in what pppd said in its arguments only", () => {
    expect(hookEnvironment("ip-up", args, { PPPD_PID: "1" }, undefined)).toMatchObject({
      IFNAME: "ppp0",
      DEVICE: "/dev/ttyS1",
      SPEED: "115200",
      IPLOCAL: "10.0.0.2",
      IPREMOTE: "10.0.0.1",
    });
    const ipv6 = hookEnvironment("ipv6-up", args, {}, undefined);
    expect(ipv6).toMatchObject({ LLLOCAL: "10.0.0.2", LLREMOTE: "10.0.0.1", PPP_TTYNAME: "ttyS1" });
    expect(ipv6).not.toHaveProperty("IPLOCAL");
  });

  it("replaces a PATH from elsewhere", () => {
    expect(hookEnvironment("ip-up", args, { PATH: "/tmp" }, undefined)["PATH"]).toMatch(/^\/usr\/local\/sbin:/);
  });

  it.each([
    ["/dev/pts/3", "3"],
    ["ttyS1", "ttyS1"],
    ["/dev/ttyS1/", "ttyS1"],
    ["", ""],
  ])("PPP_TTYNAME of %j is basename(1)'s %j", (tty, name) => {
    const words = readHookArguments(["ppp0", tty]);
    expect(hookEnvironment("ip-up", words, {}, undefined)["PPP_TTYNAME"]).toBe(name);
  });
});

describe("readHookArguments", () => {
  it("has always six words", () => {
    expect(readHookArguments(["ppp0", "", "0"])).toEqual(["ppp0", "", "0", "", "", ""]);
    expect(readHookArguments(["1", "2", "3", "4", "5", "6", "7"])).toEqual(["1", "2", "3", "4", "5", "6"]);
  });
});

it("knows pppd's events", () => {
  const words = ["ip-up", "ip-down", "ip-pre-up", "ipv6-up", "ipv6-down", "auth-up", "../ip-up", "", undefined];
  expect(words.map(isHookEvent)).toEqual([true, true, true, true, true, false, false, false, false]);
});
