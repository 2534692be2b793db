import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type DialFixture, startDialFixture } from "./dial-fixture.ts";

let world: DialFixture;
beforeEach(async () => {
  world = await startDialFixture();
});
afterEach(() => world.stop());

const show = async (...words: string[]) => world.run("pppctl", ["show", ...words]);

test("for people and for programs, secrets hidden, nothing changed", async () => {
  world.put("/etc/ppp/options", "lock\nmtu 1300\n");
  world.put("/etc/ppp/peers/isp", "/dev/ttyUSB0 115200\nuser joe password TOPSECRET\nnoauth\n  mtu 1400\n");
  const text = await show("isp");
  expect(text).toMatchObject({ status: 0, stderr: "" });
  expect(text.stdout).toContain("/etc/ppp/peers/isp:4:3   mtu 1400   (instead of mtu 1300 at /etc/ppp/options:2:1)\n");
  expect(text.stdout).toContain("/etc/ppp/peers/isp:1:1: device: /dev/ttyUSB0 is not there\n");
  expect(text.stdout).toContain("pppd says: In file /etc/ppp/peers/isp: unrecognized option '/dev/ttyUSB0'");
  const json = await show("isp", "--json");
  expect(json.status).toBe(0);
  expect(JSON.parse(json.stdout)).toMatchObject({
    peer: "isp",
    accepted: true,
    options: [
      { name: "lock", args: [], file: "/etc/ppp/options", line: 1, column: 1, privileged: true },
      { name: "device", args: ["/dev/ttyUSB0"] },
      { name: "speed", args: ["115200"] },
      { name: "user", args: ["joe"] },
      { name: "password", args: ["??????"] },
      { name: "noauth" },
      { name: "mtu", overrides: { name: "mtu", args: ["1300"], file: "/etc/ppp/options", line: 2, column: 1 } },
    ],
    plan: { kind: "serial", device: "/dev/ttyUSB0", deviceMissing: true, user: "joe" },
    findings: [{ severity: "device", code: "device.missing", file: "/etc/ppp/peers/isp", line: 1, column: 1 }],
  });
  expect(text.stdout + json.stdout).not.toContain("TOPSECRET");
  expect(world.pppdCalls()).toEqual([]);
});

describe("exit status", () => {
  test.each([
    ["noauth\nnonsense\n", 2, "/etc/ppp/peers/isp:2:1: error: unknown option 'nonsense'"],
    ["auth\n", 2, "/etc/ppp/peers/isp:1:1: error: pppd demands that the other end proves who it is"],
    ["noauth\n", 0, "/etc/ppp/peers/isp:1:1  noauth"],
  ])("%j: %i", async (text, status, says) => {
    world.put("/etc/ppp/peers/isp", text);
    const shown = await show("isp");
    expect(shown.status).toBe(status);
    expect(shown.stdout).toContain(says);
  });

  test("a peer that is not there, a file that is", async () => {
    expect(await show("nobody")).toMatchObject({ status: 1, stderr: expect.stringContaining("does not exist") });
    expect(await show("./nobody")).toMatchObject({ status: 1 });
    expect(await show()).toMatchObject({ status: 2, stderr: expect.stringContaining("pppctl: ") });
  });
});
