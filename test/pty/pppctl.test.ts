import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type DialFixture, startDialFixture } from "./dial-fixture.ts";

let world: DialFixture;
beforeEach(async () => {
  world = await startDialFixture();
});
afterEach(() => world.stop());

describe("--help: examples, status 0, also with an empty environment", () => {
  test.each([
    ["pon", ["--help"]],
    ["poff", ["--help"]],
    ["poff", ["-h"]],
    ["plog", ["--help"]],
    ["pppctl", ["--help"]],
    ["pppctl", ["status", "--help"]],
    ["pppctl", ["show", "--help"]],
    ["pppctl", ["simulate", "--help"]],
    ["pppctl", ["hook", "--help"]],
    ["pppctl", ["dial", "--help"]],
    ["pppctl", ["chat", "--help"]],
    ["pppctl", ["rehearse", "--help"]],
    ["pppctl", ["help"]],
    ["pppctl", ["help", "keep"]],
    ["pppctl", ["help", "chat"]],
  ])("%s %j", async (command, words) => {
    const { status, stdout, stderr } = await world.run(command, words, {});
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toMatch(/^Usage: /);
    expect(stdout).toMatch(/\nExamples?(, .*)?:\n/);
    expect(stdout).not.toContain("\u001b");
  });
});

test("nobody who reads is no error: `| head` has gone, and status and standard error are as ever", () => {
  const pppctl = join(import.meta.dirname, "../../bin/pppctl");
  const { status, stderr } = spawnSync("bash", ["-c", 'set -o pipefail; "$0" help settings | exec true', pppctl]);
  expect({ status, stderr: String(stderr) }).toEqual({ status: 0, stderr: "" });
});

test("help for a command that there is not", async () => {
  const { status, stderr } = await world.run("pppctl", ["help", "nosuch"]);
  expect({ status, stderr }).toMatchObject({ status: 2, stderr: expect.stringContaining("unknown command 'nosuch'") });
});

test("the versions", async () => {
  const { stdout } = await world.run("pppctl", ["--version"]);
  expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  expect(await world.run("poff", ["-v"])).toMatchObject({ status: 0, stdout: `poff: ${stdout}` });
});

describe("pppctl status", () => {
  test("what is up, with its facts; 0 only when all named are up", async () => {
    // The sandbox has no ppp0; what counts is that the interface has an address.
    world.playPppd("open", "up lo", "wait");
    await world.run("pon", ["demo"]);
    const { status, stdout } = await world.run("pppctl", ["status", "--json", "demo"]);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toEqual([
      {
        peer: "demo",
        state: "up",
        pid: expect.any(Number),
        iface: "lo",
        // The interface's own, whatever was said in the log.
        local: "127.0.0.1",
        remote: "10.64.64.1",
        attempt: 1,
        device: world.device,
        number: "8765432",
        connectRate: 115200,
        upSince: expect.any(Number),
        bytesSent: expect.any(Number),
        bytesReceived: expect.any(Number),
        sendRate: expect.any(Number),
        receiveRate: expect.any(Number),
      },
    ]);
    const text = await world.run("pppctl", ["status"]);
    expect(text.stdout).toMatch(
      /^demo: up on lo, 127\.0\.0\.1 -> 10\.64\.64\.1, .*connected 115200, for \d+ s, sent .*\/s\), received .*\/s\)\n$/,
    );
    expect(await world.run("pppctl", ["status", "demo", "other"])).toMatchObject({ status: 3 });
  });

  test("a record whose pppd was killed is not believed", async () => {
    world.playPppd("open", "up lo", "wait");
    await world.run("pon", ["demo"]);
    const pid = JSON.parse((await world.run("pppctl", ["status", "--json", "demo"])).stdout)[0].pid;
    await world.run("/bin/kill", ["-9", String(pid)]);
    await expect.poll(world.processes).toEqual([]);
    expect(world.exists("/run/pppctl/demo/record.json")).toBe(true);
    expect(await world.run("pppctl", ["status", "demo"])).toEqual({
      status: 3,
      signal: null,
      stdout: expect.stringMatching(/^demo: down\n {2}last failure \d+ s ago: pppd was killed .*\n$/),
      stderr: "",
    });
  });

  test("a peer that is being dialed", async () => {
    world.put("/etc/chatscripts/demo", "'' AT\nTIMEOUT 60\nNEVER ''\n");
    const pon = await world.start("pon", ["demo"]);
    await world.untilModem("command");
    expect(await world.run("pppctl", ["status", "demo"])).toMatchObject({
      status: 3,
      stdout: `demo: dialing on ${world.device}\n`,
    });
    process.kill(pon.pid, "SIGINT");
    expect(await pon.ended).toMatchObject({ status: 5 });
  });

  test("nothing at all", async () => {
    expect(await world.run("pppctl", ["status"])).toMatchObject({ status: 0, stdout: "no link is up\n" });
    expect(await world.run("pppctl", ["status", "--json"])).toMatchObject({ status: 0, stdout: "[]\n" });
  });
});

test("pppctl dial without a serial line as standard input says so, with chat's status 2", async () => {
  const { status, stderr } = await world.run("pppctl", ["dial", "demo"]);
  expect(status).toBe(2);
  expect(stderr).toMatch(/^pppctl: standard input is not a serial line\nhint: /);
  expect(await world.run("pppctl", ["dial"])).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(/^pppctl: which peer/),
  });
});
