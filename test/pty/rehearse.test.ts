import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { chatOption, type DialFixture, startDialFixture } from "./dial-fixture.ts";
import { packageDirectory } from "./sandbox.ts";

let world: DialFixture;
beforeEach(async () => {
  world = await startDialFixture();
});
afterEach(() => world.stop());

const script = "/etc/chatscripts/demo";

/** Times are the machine's. */
const lines = (text: string): string[] =>
  text
    .trimEnd()
    .split("\n")
    .map((line) => line.replace(/[0-9.]+ s/, "N s"));

describe("pppctl rehearse", () => {
  test("the dialogue step by step, without root; neither the peer's line nor pppd is touched", async () => {
    // The checkout and node may lie below a home that only root can enter.
    const lend =
      'mkdir -p /run/package /run/bin && touch /run/bin/node && mount --bind "$1" /run/package && mount --bind "$2" /run/bin/node';
    expect(await world.run("/bin/sh", ["-c", lend, "sh", packageDirectory, process.execPath])).toMatchObject({
      status: 0,
    });
    const nobody = ["--reuid=65534", "--regid=65534", "--clear-groups"];
    const { status, stdout, stderr } = await world.run(
      "/usr/bin/setpriv",
      [...nobody, "/run/package/bin/pppctl", "rehearse", "demo"],
      { PATH: "/run/bin:/usr/bin:/bin" },
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(lines(stdout).map((line) => line.trim())).toEqual([
      `N s  send     AT^M   (${script}:4:4)`,
      `N s  expect   OK   (${script}:5:1)`,
      "N s  received AT",
      "N s  matched  OK",
      `N s  send     ATD8765432^M   (${script}:5:4)`,
      `N s  expect   CONNECT   (${script}:7:1)`,
      "N s  received ATD8765432",
      "N s  matched  CONNECT",
      `N s  send        (${script}:7:9)`,
      "demo: the script came through, dialed 8765432, connected 115200",
    ]);
    expect(world.pppdCalls()).toEqual([]);
    expect(world.modemEvents()).toEqual(["ready"]);
  });

  test("--number-is busy: what came, where, and the status of the call", async () => {
    const { status, stdout, stderr } = await world.run("pppctl", ["rehearse", "demo", "--number-is", "busy"]);
    expect(status).toBe(8);
    expect(stderr).toMatch(/^pppctl: demo: the modem answered BUSY \(dialing 8765432, .*\)\nhint: /);
    expect(
      lines(stdout)
        .slice(-7)
        .map((line) => line.trim()),
    ).toEqual([
      `at ${script}:7:1, N s in this step`,
      "expected: CONNECT",
      "received: AT",
      "received: OK",
      "received: ATD8765432",
      "received: BUSY",
      "meaning: the number is engaged",
    ]);
  });

  test("--scenario: a login as it will be, its password hidden", async () => {
    world.put("/tmp/isp.json", JSON.stringify({ default: { loginPrompt: { user: "yosef", password: "geheim" } } }));
    world.put("/etc/chatscripts/login", "'' ATD1\nogin: yosef\nword: \\qgeheim\n");
    world.putPeer("login", 'connect "chat -f /etc/chatscripts/login"', "set PON_CHAR_DELAY=1");
    const { stdout } = await world.run("pppctl", ["rehearse", "login", "--scenario", "/tmp/isp.json"]);
    expect(stdout).toContain("send     ??????");
    expect(stdout).not.toContain("geheim");
  });

  test("mistakes: a broken script, a setting of ours, a peer that does not dial", async () => {
    world.putPeer("slow", chatOption, "set PON_CHAR_DELAY=soon");
    expect(await world.run("pppctl", ["rehearse", "slow"])).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/^pppctl: \/etc\/ppp\/peers\/slow:4:\d+: PON_CHAR_DELAY is a number of/),
    });
    world.put(script, "'' 'ATD1\n");
    expect(await world.run("pppctl", ["rehearse", "demo"])).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/^pppctl: \/etc\/chatscripts\/demo:1:4: this quote/),
    });
    world.putPeer("own", "connect /bin/true");
    expect(await world.run("pppctl", ["rehearse", "own"])).toMatchObject({ status: 2 });
    expect(await world.run("pppctl", ["rehearse", "nobody"])).toMatchObject({ status: 1 });
  });
});

test("pon -v says where the script failed; pon without -v does not", async () => {
  world.put(script, "ABORT BUSY\n'' AT\nOK ATD5550001\nCONNECT '\\c'\n");
  const verbose = await world.run("pon", ["-v", "demo"]);
  expect(verbose.status).toBe(8);
  expect(verbose.stderr).toContain(`demo:   at ${script}:4:1, `);
  expect(verbose.stderr).toContain("demo:   expected: CONNECT\n");
  expect(verbose.stderr).toContain("demo:   meaning: the number is engaged\n");
  const quiet = await world.run("pon", ["demo"]);
  expect(quiet.stderr).not.toContain("expected: ");
});
