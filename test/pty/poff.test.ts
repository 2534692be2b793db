import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { chatOption, type DialFixture, startDialFixture } from "./dial-fixture.ts";

let world: DialFixture;
beforeEach(async () => {
  world = await startDialFixture();
});
afterEach(() => world.stop());

/** pppd as somebody else starts it; it is there when its interface is. */
async function startForeign(...args: readonly string[]): Promise<void> {
  const before = world.pppdCalls().length;
  await world.start("/usr/sbin/pppd", args);
  await expect.poll(() => world.pppdCalls().length, { timeout: 20_000 }).toBe(before + 1);
  await expect.poll(() => world.list("/run").filter((name) => name.endsWith(".pid")).length).toBeGreaterThan(0);
}

/** What is said to Debian's scripts: on standard output. */
const said = (status: number, stdout: string) => ({ status, signal: null, stdout, stderr: "" });

describe("what is found", () => {
  test("nothing", async () => {
    const none = said(1, "poff: No pppd is running.  None stopped.\n");
    expect(await world.run("poff")).toEqual(none);
    expect(await world.run("poff", ["demo"])).toEqual(none);
    expect(await world.run("poff", ["-a"])).toEqual(none);
  });

  test("the only link, and its line is closed", async () => {
    await world.run("pon", ["demo"]);
    expect(await world.run("poff")).toEqual(said(0, `poff: demo: pppd has ended; ${world.device} is closed\n`));
    await world.untilModem("on-hook: DTR dropped");
    await world.expectNothingLeft();
    expect(world.list("/run/pppctl/demo")).not.toContain("record.json");
  });

  test("names are compared exactly", async () => {
    world.playPppd(`open ${world.device}`, "up", "wait");
    await startForeign("call", "isp-2", "nodetach", "linkname", "isp-2");
    const none = said(1, "poff: I could not find a pppd process for provider 'isp'. None stopped.\n");
    expect(await world.run("poff", ["isp"])).toEqual(none);
    expect(await world.run("poff", ["isp.2"])).toMatchObject({ status: 1 });
    expect(await world.run("poff", ["isp-2"])).toMatchObject({ status: 0 });
    await world.expectNothingLeft();
  });

  test("a pppd of another name, by its linkname", async () => {
    world.playPppd(`open ${world.device}`, "up", "wait");
    world.putPeer("demo", chatOption, "linkname home");
    await startForeign("call", "elsewhere", "nodetach", "linkname", "home");
    expect(await world.run("poff", ["demo"])).toMatchObject({ status: 0 });
    await world.expectNothingLeft();
  });

  test("two links: which one must be said, or -a", async () => {
    world.playPppd(`open ${world.device}`, "up", "wait");
    await startForeign("call", "one", "nodetach", "linkname", "one");
    world.playPppd(`open ${world.device}`, "up ppp1", "wait");
    await startForeign("call", "two", "nodetach", "linkname", "two");
    expect(await world.run("poff")).toEqual(
      said(1, "poff: More than one pppd running and no -a option and\npoff: no arguments supplied. Nothing stopped.\n"),
    );
    expect(world.processes()).toHaveLength(2);
    expect(await world.run("poff", ["-a"])).toMatchObject({ status: 0 });
    await world.expectNothingLeft();
  });
});

describe("what is done", () => {
  test.each([
    ["-r", "SIGHUP"],
    ["-d", "SIGUSR1"],
    ["-c", "SIGUSR2"],
  ])("%s: %s", async (option, signal) => {
    world.playPppd("open", "tell-signals", "up", "wait");
    await world.run("pon", ["demo"]);
    expect(await world.run("poff", [option, "demo"])).toEqual(said(0, `poff: demo: ${signal} sent to pppd\n`));
    await expect.poll(() => world.read("/run/pppctl/demo/pppd.log")).toContain(`got ${signal}\n`);
    expect(await world.run("poff", ["demo"])).toMatchObject({ status: 0 });
    await world.expectNothingLeft();
  });

  test("one option at a time", async () => {
    await world.run("pon", ["demo"]);
    for (const words of [["-r", "-d"], ["-ra"], ["-a", "-c"]]) {
      const { status, stdout, stderr } = await world.run("poff", words);
      expect({ status, text: stdout + stderr }).toEqual({
        status: 1,
        text: expect.stringContaining("poff: Illegal option -- ."),
      });
    }
    expect(world.processes()).toHaveLength(1);
  });

  test("--no-wait returns while pppd still ends", async () => {
    world.playPppd("open", "up", "ignore-signals", "wait");
    await world.run("pon", ["demo"]);
    expect(await world.run("poff", ["--no-wait", "demo"])).toEqual(said(0, "poff: demo: pppd was told to end\n"));
    expect(world.processes()).toHaveLength(1);
  });

  test("--json", async () => {
    await world.run("pon", ["demo"]);
    const { status, stdout } = await world.run("poff", ["--json", "demo"]);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      links: 1,
      peers: ["demo"],
      killed: [],
      lines: [{ peer: "demo", device: world.device }],
    });
  });

  test("a dial of ours in progress ends: pon says so with status 5", async () => {
    world.put("/etc/chatscripts/demo", "'' AT\nTIMEOUT 60\nNEVER ''\n");
    const pon = await world.start("pon", ["demo"]);
    await world.untilModem("command");
    expect(await world.run("poff", ["demo"])).toMatchObject({ status: 0 });
    expect(await pon.ended).toMatchObject({ status: 5 });
    await world.expectNothingLeft();
  });
});
