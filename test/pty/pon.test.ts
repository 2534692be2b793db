import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { holdCommand } from "../../src/app/disconnect-commands.ts";
import { hookShim } from "../../src/io/hook-shim.ts";
import { chatOption, type DialFixture, startDialFixture } from "./dial-fixture.ts";
import { packageDirectory } from "./sandbox.ts";

const terminalEnvironment = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", TERM: "xterm", SHELL: "/bin/sh" };

let world: DialFixture;
afterEach(() => world.stop());

/** pppd's words for our hooks: it would refuse them in a checkout that is not root's alone. */
function hookWords(): string[] {
  return ["ip-up", "ip-down"].flatMap((event) => {
    const path = hookShim(join(packageDirectory, "bin/hooks", event));
    return path === undefined ? [] : [`${event}-script`, path];
  });
}

/** The words of a command as script(1) wants them: one shell text. */
function onTerminal(...words: readonly string[]): [string, string[]] {
  return ["/usr/bin/script", ["-qec", words.join(" "), "/dev/null"]];
}

describe("a direct call", () => {
  test("dials, hands the line to pppd, and leaves nothing of ours in memory", async () => {
    world = await startDialFixture();
    const words = ["ipparam", "", "set", "NOTE=a b; $(x) * '\"", "mtu", "1400"];
    const ended = await world.run("pon", ["demo", ...words]);
    expect(ended).toMatchObject({ status: 0, stderr: expect.not.stringContaining("hint") });
    expect(ended.stdout).toMatch(
      /^demo: up on ppp0, 10\.64\.64\.2 -> 10\.64\.64\.1, connected 115200 \(\d+\.\d s\)\n$/,
    );
    expect(ended.stderr.split("\n")).toEqual([
      `demo: opening ${world.device}`,
      "demo: initialising the modem",
      "demo: dialing 8765432",
      "demo: connected 115200",
      "demo: negotiating",
      "",
    ]);

    const [call, ...others] = world.pppdCalls();
    expect(others).toEqual([]);
    expect(call?.argv).toEqual([
      ...["call", "demo", world.device, "115200", "connect", "", "connect-delay", "200"],
      ...["disconnect", holdCommand, "lock", "nopersist"],
      ...["linkname", "demo", "updetach", "logfile", "/run/pppctl/demo/pppd.log"],
      ...hookWords(),
      ...words,
      ...["file", "/proc/self/fd/0"],
    ]);
    expect(call?.lock).toBe(`${String(call?.pid).padStart(10)}\n`);
    expect(call?.env).toMatchObject({ PPPCTL_PEER: "demo", PPPCTL_QUICK: "" });
    expect(world.processes().map((text) => text.split(" ").slice(0, 3).join(" "))).toEqual([
      "/usr/sbin/pppd call demo",
    ]);
    expect(world.list("/run/pppctl/demo")).toEqual(["dial.json", "pppd.log", "pppd.log.times", "record.json"]);
    expect(world.modemEvents()).not.toContain("on-hook: DTR dropped");

    expect(await world.run("poff", ["demo"])).toMatchObject({ status: 0 });
    await world.untilModem("on-hook: DTR dropped");
    await world.expectNothingLeft();
  });

  test("pppd's exit status is ours, and its log names the cause", async () => {
    world = await startDialFixture();
    world.playPppd("open", "log Using interface ppp0", "log LCP: timeout sending Config-Requests", "exit 10");
    const { status, stdout, stderr } = await world.run("pon", ["demo"]);
    expect(status).toBe(10);
    expect(stdout).toBe("");
    expect(stderr).toMatch(/^pon: demo: .*\nhint: .*\n$/m);
    await world.expectNothingLeft();
    expect(world.exists("/run/pppctl/demo/record.json")).toBe(false);
  });

  test("what pppd says of an option on its standard error is in the log of the call", async () => {
    world = await startDialFixture();
    world.playPppd("print pppd: The remote system is required to authenticate itself", "exit 1");
    expect(await world.run("pon", ["demo"])).toMatchObject({ status: 1 });
    expect(world.read("/run/pppctl/demo/pppd.log")).toContain("required to authenticate itself");
    await world.expectNothingLeft();
  });

  test.each([
    ["busy", "BUSY"],
    ["no-carrier", "NO CARRIER"],
    ["no-dialtone", "NO DIALTONE"],
  ])("%s: status 8, the modem's word, nothing left; pppd never starts", async (word, text) => {
    world = await startDialFixture({ default: word });
    const { status, stdout, stderr } = await world.run("pon", ["demo"]);
    expect(status).toBe(8);
    expect(stdout).toBe("");
    expect(stderr).toContain(`pon: demo: the modem answered ${text} (dialing 8765432`);
    expect(stderr.split("\n").slice(-2)[0]).toMatch(/^hint: /);
    expect(world.pppdCalls()).toEqual([]);
    await world.expectNothingLeft();
  });

  test("-v shows the dialogue, and hides what the script hides", async () => {
    world = await startDialFixture();
    world.put("/etc/chatscripts/demo", "'' AT\nOK '\\qATS7=99'\nOK ATD8765432\nCONNECT '\\c'\n");
    const { stderr } = await world.run("pon", ["-v", "demo"]);
    expect(stderr).toContain("demo: > ATD8765432^M\n");
    expect(stderr).toContain("demo: < CONNECT 115200\n");
    expect(stderr).not.toContain("> ATS7");
    expect(world.read("/run/pppctl/demo/pppd.log")).not.toContain("ATS7");
    await world.run("poff", ["demo"]);
    await world.expectNothingLeft();
  });

  test("-q hangs up after the scripts have run, and returns then", async () => {
    world = await startDialFixture();
    world.playPppd("open", "up", "exit 5");
    const { status, stdout } = await world.run("pon", ["-q", "demo"]);
    expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringMatching(/^demo: was up, .* \(-q\)\n$/) });
    expect(world.pppdCalls()[0]?.env["PPPCTL_QUICK"]).toBe(hookWords().length === 0 ? "" : "1");
    expect(world.exists("/run/ppp-quick")).toBe(false);
    await world.expectNothingLeft();
  });

  test("nodetach: pppd has the terminal, its end is ours", async () => {
    world = await startDialFixture();
    world.playPppd("open", "up", "print on the terminal", "exit 12");
    const { status, stdout, stderr } = await world.run("pon", ["demo", "nodetach"]);
    expect({ status, stdout }).toEqual({
      status: 12,
      stdout: "demo: hung up because there was no traffic (`idle`) (exit status 12)\n",
    });
    expect(stderr).toContain("on the terminal\n");
    expect(world.pppdCalls()[0]?.argv).not.toContain("updetach");
    await world.expectNothingLeft();
  });

  test("with an empty environment", async () => {
    world = await startDialFixture();
    expect(await world.run("pon", ["demo"], {})).toMatchObject({ status: 0 });
    expect(await world.run("pppctl", ["status", "demo"], {})).toMatchObject({ status: 3, stderr: "" });
    expect(await world.run("poff", ["demo"], {})).toMatchObject({ status: 0, stderr: "" });
    expect(await world.run("plog", [], {})).toMatchObject({ signal: null });
    await world.expectNothingLeft();
  });
});

describe("a call on pppd's call", () => {
  test("persist: pppd runs our dialer on its line", async () => {
    world = await startDialFixture();
    world.putPeer("demo", chatOption, "persist");
    world.playPppd(`open ${world.device}`, "connect", "up", "wait");
    expect(await world.run("pon", ["demo"])).toMatchObject({ status: 0 });
    expect(world.pppdCalls()[0]?.argv.slice(0, 4)).toEqual(["call", "demo", "connect", 'exec "$PPPCTL" dial']);
    expect(JSON.parse(world.read("/run/pppctl/demo/dial.json"))).toMatchObject({
      number: "8765432",
      connectRate: 115200,
    });
    expect(await world.run("poff", ["demo"])).toMatchObject({ status: 0 });
    await world.expectNothingLeft();
  });

  test("a failed dial: pppd's 8, the modem's word", async () => {
    world = await startDialFixture({ default: "busy" });
    world.putPeer("demo", chatOption, "persist", "maxfail 1");
    world.playPppd(`open ${world.device}`, "connect", "up", "wait");
    const { status, stderr } = await world.run("pon", ["demo"]);
    expect(status).toBe(8);
    expect(stderr).toContain("pon: demo: the modem answered BUSY (dialing 8765432");
    await world.expectNothingLeft();
  });

  test.each([
    ["--no-wait", ["--no-wait", "demo"], {}],
    ["ifupdown", ["demo"], { IFACE: "ppp0", METHOD: "ppp" }],
  ])("%s: returns when pppd is in the background, and says so", async (_name, words, env) => {
    world = await startDialFixture();
    world.playPppd(`open ${world.device}`, "detach", "connect", "up", "wait");
    const { status, stdout } = await world.run("pon", words, env);
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: "demo: pppd dials in the background; the network is not up yet\n",
    });
    expect(world.pppdCalls()[0]?.argv).not.toContain("updetach");
    await expect.poll(() => world.exists("/run/ppp-demo.pid"), { timeout: 20_000 }).toBe(true);
    expect(await world.run("poff", [])).toMatchObject({ status: 0 });
    await world.expectNothingLeft();
  });

  test("demand: pppd waits for traffic", async () => {
    world = await startDialFixture();
    world.putPeer("demo", chatOption, "demand", "noipv6", "10.0.0.1:10.0.0.2");
    world.playPppd("detach", "wait");
    const { status, stdout } = await world.run("pon", ["demo"]);
    expect(status).toBe(0);
    expect(stdout).toContain("dials when there is traffic");
    expect(await world.run("poff", ["demo"])).toMatchObject({ status: 0 });
    await world.expectNothingLeft();
  });

  test("a connect program that is not chat is left to pppd", async () => {
    world = await startDialFixture();
    world.putPeer("demo", 'connect "/usr/bin/wvdial --chat isp"');
    world.playPppd(`open ${world.device}`, "up", "wait");
    expect(await world.run("pon", ["demo"])).toMatchObject({ status: 0 });
    const [call] = world.pppdCalls();
    expect(call?.argv.slice(0, 4)).toEqual(["call", "demo", "linkname", "demo"]);
    expect(call?.argv).not.toContain("connect");
    await world.run("poff", ["demo"]);
    await world.expectNothingLeft();
  });
});

describe("which peer", () => {
  test("none: /etc/ppp/ppp_on_boot when it is executable, its status is ours", async () => {
    world = await startDialFixture();
    world.put("/etc/ppp/ppp_on_boot", "#!/bin/sh\necho boot $#\nexit 7\n", 0o755);
    expect(await world.run("pon")).toMatchObject({ status: 7, stdout: "boot 0\n", stderr: "" });
    expect(world.pppdCalls()).toEqual([]);
  });

  test("none, and no such program: provider", async () => {
    world = await startDialFixture();
    world.put("/etc/ppp/ppp_on_boot", "#!/bin/sh\nexit 7\n", 0o644);
    world.putPeer("provider", chatOption);
    expect(await world.run("pon")).toMatchObject({ status: 0 });
    expect(world.pppdCalls()[0]?.argv.slice(0, 2)).toEqual(["call", "provider"]);
  });
});

describe("one at a time", () => {
  test("a peer that is up", async () => {
    world = await startDialFixture();
    await world.run("pon", ["demo"]);
    const { status, stderr } = await world.run("pon", ["demo"]);
    expect(status).toBe(6);
    expect(stderr).toMatch(/^pon: demo: pppd \(pid \d+\) runs for this peer already\nhint: .*\n$/);
    expect(world.pppdCalls()).toHaveLength(1);
  });

  test("a peer that is being dialed, and another peer on the same line", async () => {
    world = await startDialFixture({ default: "silence" });
    const first = await world.start("pon", ["demo"]);
    await world.untilModem("dial");
    const second = await world.run("pon", ["demo"]);
    expect(second.status).toBe(6);
    expect(second.stderr).toMatch(/^pon: demo is being dialed already by node \(pid \d+\) on \S+\nhint: .*\n$/);
    world.putPeer("other", chatOption);
    const other = await world.run("pon", ["other"]);
    expect(other.status).toBe(6);
    expect(other.stderr).toMatch(/pon: \S+ is locked by node \(pid \d+\)\nhint: .*\n$/);
    expect(world.modemEvents().filter((event) => event === "dial")).toHaveLength(1);
    process.kill(first.pid, "SIGTERM");
    expect(await first.ended).toMatchObject({ status: 5 });
    await world.expectNothingLeft();
  });

  test("two at the very same time: one dials, the other says so", async () => {
    world = await startDialFixture();
    const both = await Promise.all([world.run("pon", ["demo"]), world.run("pon", ["demo"])]);
    expect(both.map(({ status }) => status).sort()).toEqual([0, 6]);
    expect(world.pppdCalls()).toHaveLength(1);
  });
});

describe("what is printed", () => {
  test("--dry-run: the plan, and nothing is touched", async () => {
    world = await startDialFixture();
    const { status, stdout, stderr } = await world.run("pon", ["--dry-run", "demo", "debug"]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toContain("how       direct: pppctl dials and hands the line to pppd\n");
    expect(stdout).toContain("send ATD8765432\n");
    expect(stdout).toContain(`pppd call demo ${world.device} 115200 connect ''`);
    expect(world.modemEvents()).toEqual(["ready"]);
    expect([world.pppdCalls(), world.list("/run/lock"), world.list("/run/pppctl/demo")]).toEqual([[], [], []]);

    const json = await world.run("pon", ["--dry-run", "--json", "demo", "debug"]);
    expect(JSON.parse(json.stdout)).toMatchObject({
      mode: "direct",
      peer: "demo",
      file: "/etc/ppp/peers/demo",
      device: world.device,
      speed: 115200,
      linkname: "demo",
      pppd: expect.arrayContaining(["pppd", "call", "demo", "updetach", "debug"]),
    });
  });

  test("--json: one object, also for a failure", async () => {
    world = await startDialFixture({ numbers: { 8765432: { byCall: ["busy", "connect"] } } });
    const failed = await world.run("pon", ["--json", "demo"]);
    expect(JSON.parse(failed.stdout)).toMatchObject({ peer: "demo", state: "failed", exitStatus: 8 });
    const up = await world.run("pon", ["--json", "demo"]);
    expect(JSON.parse(up.stdout)).toMatchObject({
      peer: "demo",
      state: "up",
      exitStatus: 0,
      iface: "ppp0",
      local: "10.64.64.2",
      remote: "10.64.64.1",
      connectRate: 115200,
    });
  });

  test("on a terminal: one line that is written over, gone at the end", async () => {
    world = await startDialFixture();
    const { status, stdout } = await world.run(
      ...onTerminal(join(packageDirectory, "bin/pon"), "demo"),
      terminalEnvironment,
    );
    expect(status).toBe(0);
    const updates = stdout.split("\r\u001b[K").map((text) => text.replace(/\d\.\d s/, "T"));
    expect(updates).toEqual([
      "",
      `demo: opening ${world.device} …`,
      "demo: initialising the modem …",
      "demo: dialing 8765432 …",
      "demo: connected 115200 …",
      "demo: negotiating …",
      "demo: up on ppp0, 10.64.64.2 -> 10.64.64.1, connected 115200 (T)\r\n",
    ]);
  });

  test.each([
    ["colours on a terminal", {}, true],
    ["none with NO_COLOR", { NO_COLOR: "1" }, false],
    ["none on a dumb one", { TERM: "dumb" }, false],
  ])("%s", async (_name, env, coloured) => {
    world = await startDialFixture();
    const { stdout } = await world.run(...onTerminal(join(packageDirectory, "bin/pon"), "-v", "demo"), {
      ...terminalEnvironment,
      ...env,
    });
    expect(stdout.includes("\u001b[2mdemo: > ATD8765432^M")).toBe(coloured);
    expect(stdout).toContain("demo: > ATD8765432^M");
  });

  test("no control characters where there is no terminal", async () => {
    world = await startDialFixture();
    const { stdout, stderr } = await world.run("pon", ["-v", "demo"], { ...terminalEnvironment, FORCE_COLOR: "1" });
    expect(stdout + stderr).not.toContain("\u001b");
  });
});
