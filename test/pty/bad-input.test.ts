import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { chatOption, type DialFixture, startDialFixture } from "./dial-fixture.ts";
import type { Ended } from "./sandbox.ts";

let world: DialFixture;
beforeEach(async () => {
  world = await startDialFixture();
});
afterEach(() => world.stop());

/** Two lines on standard error, the second one a hint, and nothing was touched. */
async function expectRefused(ended: Ended, status: number, message: string | RegExp): Promise<void> {
  const [first, hint, ...more] = ended.stderr.split("\n");
  expect({ status: ended.status, first, hint, more, stdout: ended.stdout }).toEqual({
    status,
    first: typeof message === "string" ? `pon: ${message}` : expect.stringMatching(message),
    hint: expect.stringMatching(/^hint: \S/),
    more: [""],
    stdout: "",
  });
  expect(world.pppdCalls()).toEqual([]);
  expect(world.modemEvents()).toEqual(["ready"]);
  await world.expectNothingLeft();
}

describe("a peer", () => {
  test("that is missing: the two lines of Debian's pon on standard output, status 1", async () => {
    expect(await world.run("pon", ["nobody"])).toEqual({
      status: 1,
      signal: null,
      stdout:
        "The file /etc/ppp/peers/nobody does not exist. Please create it or use\n" +
        "a command line argument to use another file in the /etc/ppp/peers/ directory.\n",
      stderr: "",
    });
    await world.expectNothingLeft();
  });

  test.each(["/etc/passwd", "../demo", "a/../../x", ""])("named %j, which call refuses", async (name) => {
    await expectRefused(await world.run("pon", [name]), 2, /^pon: ".*": a peer's name (may|cannot) /);
  });

  test("that is a directory", async () => {
    world.put("/etc/ppp/peers/isp/home", "");
    await expectRefused(await world.run("pon", ["isp"]), 1, /^pon: .*\/etc\/ppp\/peers\/isp.* directory/);
  });

  test("that is a binary file", async () => {
    world.put(
      "/etc/ppp/peers/demo",
      Uint8Array.from({ length: 4096 }, (_, i) => (i * 37 + (i >> 3)) & 0xff),
    );
    const ended = await world.run("pon", ["demo"]);
    await expectRefused(ended, 2, /^pon: \/etc\/ppp\/peers\/demo:\d+:\d+: /);
    // Nothing that could change a terminal.
    expect(ended.stderr).not.toMatch(/[^\n\x20-\x7e]/);
  });

  test("with an option that is cut off at the end of the file", async () => {
    world.put("/etc/ppp/peers/demo", `${world.device} 115200\nconnect`);
    await expectRefused(await world.run("pon", ["demo"]), 2, /^pon: \/etc\/ppp\/peers\/demo:2:1: .*connect/);
  });

  test("with an option that does not exist", async () => {
    world.putPeer("demo", chatOption, "defaultrout");
    const ended = await world.run("pon", ["demo"]);
    await expectRefused(ended, 2, /^pon: \/etc\/ppp\/peers\/demo:4:1: .*defaultrout/);
    expect(ended.stderr).toContain("defaultroute");
  });

  test("with a mistake in the words after it", async () => {
    await expectRefused(await world.run("pon", ["demo", "mtu", "many"]), 2, /^pon: command line:1:\d+: .*many/);
  });
});

describe("a chat script", () => {
  test("that is missing", async () => {
    world.putPeer("demo", 'connect "chat -f /etc/chatscripts/none"');
    const ended = await world.run("pon", ["demo"]);
    await expectRefused(ended, 2, "the chat script /etc/chatscripts/none does not exist");
  });

  test("with a quote that is not closed", async () => {
    world.put("/etc/chatscripts/demo", "'' AT\nOK  'ATD8765432\n");
    const ended = await world.run("pon", ["demo"]);
    await expectRefused(ended, 2, "/etc/chatscripts/demo:2:5: this quote is not closed on its line");
  });

  test("that is a directory", async () => {
    world.putPeer("demo", 'connect "chat -f /etc/chatscripts"');
    const ended = await world.run("pon", ["demo"]);
    await expectRefused(ended, 2, "the chat script /etc/chatscripts is a directory");
  });

  test("whose options chat does not have", async () => {
    world.putPeer("demo", 'connect "chat -Z -f /etc/chatscripts/demo"');
    await expectRefused(await world.run("pon", ["demo"]), 2, /^pon: .*chat.*-Z/);
  });
});

describe("a device", () => {
  test("that is missing: status 7", async () => {
    world.put("/etc/ppp/peers/demo", `/dev/ttyNONE7 115200\n${chatOption}\n`);
    await expectRefused(await world.run("pon", ["demo"]), 7, /^pon: .*\/dev\/ttyNONE7 does not exist$/);
  });

  test("that is a regular file", async () => {
    world.put("/etc/ppp/line", "");
    world.put("/etc/ppp/peers/demo", `/etc/ppp/line 115200\n${chatOption}\n`);
    const ended = await world.run("pon", ["demo"]);
    expect(ended.stderr).toContain("/etc/ppp/line");
    expect(ended.stderr).toMatch(/\nhint: \S.*\n$/);
    expect([2, 7]).toContain(ended.status);
    await world.expectNothingLeft();
  });

  test("that is no serial port", async () => {
    world.put("/etc/ppp/peers/demo", `/dev/null 115200\n${chatOption}\n`);
    const ended = await world.run("pon", ["demo"]);
    expect(ended.stderr).toMatch(/\npon: \/dev\/null is not a serial port\nhint: \S.*\n$/);
    expect(ended.status).toBe(7);
    await world.expectNothingLeft();
  });

  test("whose lock names no process", async () => {
    world.put(`/run/lock/LCK..${world.device.slice(5).replaceAll("/", "_")}`, "rubbish");
    const { status, stderr } = await world.run("pon", ["demo"]);
    expect(status).toBe(6);
    expect(stderr).toMatch(
      /\npon: \/dev\/pts\/\d+ is locked by \S+LCK..pts_\d+, which names no process\nhint: remove /,
    );
    expect(world.list("/run/lock")).toHaveLength(1);
  });

  test("whose lock is a dead process's", async () => {
    world.put(`/run/lock/LCK..${world.device.slice(5).replaceAll("/", "_")}`, "   4000000\n");
    expect(await world.run("pon", ["demo"])).toMatchObject({ status: 0 });
  });

  test("that another program has locked by flock(2)", async () => {
    const holder = await world.start("/usr/bin/flock", [world.device, "/bin/sh", "-c", "echo $$; exec sleep 1000"]);
    await expect.poll(holder.output).toMatch(/^\d+\n$/);
    const { status, stderr } = await world.run("pon", ["demo"]);
    expect(status).toBe(6);
    expect(stderr).toMatch(/\npon: \/dev\/pts\/\d+ is in use by .*\(pid \d+\)\nhint: /);
    expect(world.list("/run/lock")).toEqual([]);
    await world.run("/bin/kill", [holder.output().trim()]);
    await holder.ended;
  });
});

describe("a system", () => {
  test("without pppd", async () => {
    world.remove("/usr/sbin/pppd");
    await expectRefused(await world.run("pon", ["demo"]), 127, "pppd is not installed (no /usr/sbin/pppd)");
  });

  test("whose kernel has no PPP: said before the phone rings", async () => {
    world.remove("/dev/ppp");
    await expectRefused(await world.run("pon", ["demo"]), 4, /^pon: demo: .*PPP/);
  });

  test("with a full /run, where the lock would be: no call", async () => {
    expect(await world.run("/bin/mount", ["-t", "tmpfs", "-o", "size=4k,mode=755", "tmpfs", "/run"])).toMatchObject({
      status: 0,
    });
    world.put("/run/lock/keep", "");
    expect(await world.run("/bin/sh", ["-c", "cat /dev/zero > /run/full; true"])).toMatchObject({ status: 0 });
    const { status, stderr } = await world.run("pon", ["demo"]);
    expect(status).toBe(6);
    expect(stderr).toMatch(/^pon: .*LCK\.\..* no space left\nhint: make room in .*\n$/m);
    expect(world.list("/run/lock")).toEqual(["keep"]);
    expect(world.list("/run/pppctl/demo")).toEqual(["pppd.log"]);
    expect(world.processes()).toEqual([]);
  });
});

describe("a wrong option: status 2 and a hint", () => {
  test.each([
    ["pon", ["--bogus"]],
    ["pon", ["--qiuck", "demo"]],
    ["poff", ["--bogus"]],
    ["pppctl", ["--bogus"]],
    ["pppctl", ["status", "--bogus"]],
    ["pppctl", ["simulate", "--number-is", "bogus"]],
    ["pppctl", ["statsu"]],
  ])("%s %j", async (command, words) => {
    const { status, stdout, stderr } = await world.run(command, words);
    expect({ status, stdout }).toEqual({ status: command === "poff" ? 1 : 2, stdout: "" });
    expect(stderr).toMatch(/^\w+: .+\nhint: \S.*\n$/);
  });
});
