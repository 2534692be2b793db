import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { useGuest } from "./guest.ts";
import { account, dialScript, numbers, useIsp } from "./isp.ts";

const guest = useGuest();

/** Where the hooks are not looked at: node takes its time on an emulated machine. */
const noHooks = ["ip-up-script /bin/true", "ip-down-script /bin/true"];
const quick = ["lcp-restart 1", "lcp-max-terminate 1", ...noHooks];
const script = dialScript("\\T");
const state = "/var/lib/pppctl";

describe("dialing again", () => {
  const isp = useIsp(guest, { line: "pty" });

  beforeAll(async () => {
    await guest.remove(state);
    await guest.writeFile("/etc/ppp/pap-secrets", `${account.user} * "not this" *\n`, 0o600);
  });
  afterEach(isp.expectNothingLeft);
  afterAll(async () => {
    await guest.remove(state);
    await guest.remove("/etc/ppp/pap-secrets");
  });

  /** Each number that the modem has dialed, in order. */
  const dialed = async (): Promise<unknown[]> =>
    (await isp.events()).filter(({ event }) => event === "dial").map(({ details }) => details["number"]);

  test("the first number is busy, the second connects: two dials; cron's ensure beside it makes no third", async () => {
    const settings = [`set "PON_PHONE=${numbers.busy}|${numbers.up}"`, "set PON_REDIAL=3"];
    await isp.writePeer("numbers", { script, options: [...settings, ...quick] });
    const pon = await isp.spawn("pon", "numbers");
    await isp.waitForEvent("dial", { number: numbers.up });
    // Somebody dials: not now.
    const beside = await Promise.all([1, 2].map(() => isp.run("check-ppp-connection", "numbers")));
    for (const { status } of beside) expect([0, 75]).toContain(status);
    const { status, stdout, stderr } = await pon.wait();
    expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringMatching(/^numbers: up on ppp\d+, /) });
    expect(stderr).toContain("numbers: the modem answered BUSY");
    expect(stderr).toContain(`numbers: dialing again now, number ${numbers.up} (try 2 of 4)`);
    expect(await isp.run("check-ppp-connection", "numbers")).toMatchObject({ status: 0, stdout: "", stderr: "" });
    expect(await dialed()).toEqual([numbers.busy, numbers.up]);
    expect(await isp.run("poff", "numbers")).toMatchObject({ status: 0 });
  });

  test("keep: a pppd that is killed is another one soon; the end of keep is the end of the link", async () => {
    await isp.writePeer("kept", { number: numbers.up, options: ["set PON_PAUSE=1", ...quick] });
    const keep = await isp.spawn("pppctl", "keep", "kept");
    await keep.waitForOutput(/^kept: up on ppp\d+$/);
    for (const { pid, argv } of await guest.processes()) {
      if (argv.join(" ").includes("pppd call kept")) await guest.kill(pid, "SIGKILL");
    }
    await keep.waitForOutput(/^kept: dialing\n(?=[\s\S]*up on ppp[\s\S]*dialing[\s\S]*up on ppp)/);
    await keep.kill("SIGTERM");
    expect(await keep.wait()).toMatchObject({ status: 0 });
    expect(await dialed()).toEqual([numbers.up, numbers.up]);
  });

  test("the first provider refuses the password: one try, the second is up, and the first stays blocked", async () => {
    const settings = [`set PON_PHONE=${numbers.pap}`, "set PON_REDIAL=9", "set PON_FALLBACK=second"];
    await isp.writePeer("first", { script, options: [`user ${account.user}`, ...settings, ...quick] });
    await isp.writePeer("second", { number: numbers.up, options: quick });
    const pon = await isp.run("pon", "first");
    expect(pon).toMatchObject({ status: 0, stdout: expect.stringMatching(/^second: up on ppp\d+, /) });
    expect(pon.stderr).toMatch(/^first: .*refused our name or password/m);
    expect(await isp.run("pppctl", "ensure", "first")).toMatchObject({ status: 0 });
    expect(await dialed()).toEqual([numbers.pap, numbers.up]);
    expect(JSON.parse(await guest.readFile(`${state}/blocked/first.json`))).toMatchObject({ cause: "auth-refused" });
    expect(await isp.run("poff", "second")).toMatchObject({ status: 0 });
    expect(await isp.run("pppctl", "unblock", "first")).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^first: unblocked; it was blocked: the other end refused/),
    });
    expect(await guest.list(`${state}/blocked`)).toEqual([]);
  });
});
