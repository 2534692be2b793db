import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { inCheckout, type ProcessResult, useGuest } from "./guest.ts";
import { addresses, type Isp, numbers, providerCommand, rates, useIsp } from "./isp.ts";

const guest = useGuest();

const provider = { command: providerCommand("noauth") };
const own = { redialed: "5552001", busyOnce: "5552002", silence: numbers.silence, mutePeer: numbers.mutePeer } as const;
const secondRate = 28800;

/** One line for each hook: event, link, the modem's rate. */
const hookLog = "/tmp/on-call-hooks";
const hooks = ["/etc/ppp/ip-up.d/on-call", "/etc/ppp/ip-down.d/on-call"] as const;

beforeAll(async () => {
  for (const path of hooks) {
    await guest.writeFile(path, `#!/bin/sh\necho "\${0%.d/*} $LINKNAME $CONNECT_SPEED" >> ${hookLog}\n`, 0o755);
  }
});

afterAll(async () => {
  for (const path of [...hooks, hookLog]) await guest.remove(path);
});

/** Where the hooks are not looked at: node takes its time on an emulated machine. */
const noHooks = ["ip-up-script /bin/true", "ip-down-script /bin/true"];

/** pppd that ends kills its scripts after 5 s, in which a busy emulated machine may not even have started node. */
const patient = "child-timeout 60";

/** A dead line is noticed within some 2 s, because a pty shows no carrier. */
const quickEcho = ["lcp-echo-interval 1", "lcp-echo-failure 2", "lcp-restart 1", "lcp-max-terminate 1"];

const more = {
  numbers: {
    [numbers.up]: { rate: rates.modem, to: provider },
    [own.redialed]: {
      byCall: [
        { rate: rates.modem, to: provider },
        { rate: secondRate, to: provider },
      ],
    },
    [own.busyOnce]: { byCall: ["busy", { rate: rates.modem, to: provider }] },
    [own.silence]: "silence",
    [numbers.busy]: "busy",
    [own.mutePeer]: { rate: rates.modem, to: "silent" },
  },
};

/** pon, and the peer's first call ends without a word; the second one carries data. */
async function callAndLoseCarrier(isp: Isp): Promise<void> {
  const pon = await isp.run("pon", "redialed");
  expect(pon).toMatchObject({ status: 0, heldOpen: false });
  expect(pon.stdout).toMatch(/^redialed: up on ppp\d+, 10\.64\.0\.2 -> 10\.64\.0\.1 /);
  for (const { pid } of await isp.farEnds()) await guest.kill(pid, "SIGKILL");
  await isp.waitForEvent("connect", { rate: secondRate });
  await guest.waitForFile("/run/pppctl/redialed/pppd.log", /remote IP address(?=[\s\S]*remote IP address)/);
  expect(await guest.run(["ping", "-c", "1", "-W", "20", addresses.provider])).toMatchObject({ status: 0 });
}

const interrupted = {
  status: 5,
  stdout: "",
  stderr: expect.stringMatching(/^pon: stopped: stopped on request \(SIGTERM\); the line is given back$/m),
};

/** poff as soon as the modem tells of `event`. */
async function stop(
  isp: Isp,
  call: { readonly number: string; readonly event: string; readonly options: readonly string[] },
): Promise<readonly [poff: ProcessResult, pon: ProcessResult]> {
  await isp.writePeer("stopped", call);
  const pon = await isp.spawn("pon", "stopped");
  await isp.waitForEvent(call.event);
  if (call.event === "connect") await pon.waitForOutput(/^stopped: negotiating/);
  const poff = await isp.run("poff", "stopped");
  expect(poff.status).toBe(0);
  const ended = await pon.wait();
  expect((await guest.list("/run/pppctl/stopped")).filter((name) => !name.startsWith("pppd.log"))).toEqual([]);
  return [poff, ended];
}

describe("a call that pppd makes", () => {
  const isp = useIsp(guest, { line: "pty", more });
  afterEach(isp.expectNothingLeft);

  const ended = (peer: string) => ({
    status: 0,
    stdout: `poff: ${peer}: pppd has ended; ${isp.device} is closed\n`,
  });

  test("persist: the carrier is lost, pppd dials again, and hooks know each call's rate", async () => {
    await isp.writePeer("redialed", { number: own.redialed, options: ["persist", "holdoff 1", patient, ...quickEcho] });
    await callAndLoseCarrier(isp);
    await guest.waitForFile(hookLog, new RegExp(`^/etc/ppp/ip-up redialed ${secondRate}$`));
    expect(await isp.run("poff", "redialed")).toMatchObject(ended("redialed"));
    // pppd has waited for its scripts.
    expect(await guest.readFile(hookLog)).toBe(
      [
        `up redialed ${rates.modem}`,
        `down redialed ${rates.modem}`,
        `up redialed ${secondRate}`,
        `down redialed ${secondRate}`,
      ]
        .map((line) => `/etc/ppp/ip-${line}\n`)
        .join(""),
    );
    expect((await guest.list("/run/pppctl/redialed")).filter((name) => !name.startsWith("pppd.log"))).toEqual([]);
  });

  test("persist and init: the first call is busy; pon says so, and ends when the second one is up", async () => {
    const options = ["persist", "holdoff 1", `init "/usr/sbin/chat '' ATI OK"`, ...noHooks];
    await isp.writePeer("busy-once", { number: own.busyOnce, options });
    const pon = await isp.run("pon", "busy-once");
    expect(pon).toMatchObject({ status: 0, heldOpen: false });
    expect(pon.stderr).toMatch(/^busy-once: the modem answered BUSY .*; pppd will try again$/m);
    expect(pon.stdout).toMatch(/^busy-once: up on ppp\d+, /);
    const commands = (await isp.events()).flatMap(({ event, details }) =>
      event === "command" ? [String(details["line"])] : [],
    );
    const call = ["ATI", "ATZ", "AT&D2", `ATD${own.busyOnce}`];
    expect(commands).toEqual([...call, ...call]);
    expect(await isp.run("poff", "busy-once")).toMatchObject(ended("busy-once"));
  });

  test("demand: pon returns at once, and a packet dials", async () => {
    const pair = `${addresses.caller}:${addresses.provider}`;
    await isp.writePeer("demand", { number: numbers.up, options: ["demand", "noipv6", "idle 600", pair, ...noHooks] });
    expect(await isp.run("pon", "demand")).toMatchObject({
      status: 0,
      stdout: "demand: pppd waits in the background and dials when there is traffic (demand)\n",
      heldOpen: false,
    });
    expect((await isp.events()).map(({ event }) => event)).not.toContain("dial");
    // pppd makes the interface after it has gone to the background.
    const ping = await guest.run(["ping", "-c", "1", "-W", "50", addresses.provider]);
    expect(ping.stdout).toMatch(/ 1 received/);
    expect(await isp.run("poff", "demand")).toMatchObject(ended("demand"));
  });

  test("`pppctl dial` as the connect program of a pppd that somebody else starts", async () => {
    const connect = `${inCheckout("bin/pppctl")} dial`;
    await isp.writePeer("plain", { number: numbers.up, options: ["linkname plain", ...noHooks] });
    // A shell in front, as on a terminal: `guest.run` makes its program a session leader, of which the line becomes the
    // controlling terminal. When the leader ends at updetach its group gets SIGHUP, and the pppd that has just been forked
    // is in it until its own setsid(2): now and then that ended the call.
    const inShell = ["/bin/sh", "-c", '"$@"; exit "$?"', "sh"];
    const pppd = await guest.run([...inShell, "/usr/sbin/pppd", "call", "plain", "connect", connect, "updetach"]);
    expect(pppd).toMatchObject({ status: 0 });
    expect(JSON.parse(await guest.readFile("/run/pppctl/plain/dial.json"))).toMatchObject({
      connectRate: rates.modem,
      number: numbers.up,
    });
    expect(await isp.run("poff", "plain")).toMatchObject(ended("plain"));
  });

  test("`pppctl dial` that fails has chat's exit status, and says why", async () => {
    const connect = `${inCheckout("bin/pppctl")} dial`;
    await isp.writePeer("plain", { number: numbers.busy });
    const words = ["connect", connect, "updetach", "debug", "logfile", "/tmp/isp/plain.log"];
    expect(await guest.run(["/usr/sbin/pppd", "call", "plain", ...words])).toMatchObject({ status: 8 });
    const log = await guest.readFile("/tmp/isp/plain.log");
    // The first ABORT string is chat's exit status 4.
    expect(log).toMatch(/pppctl dial finished \(pid \d+\), status = 0x4$/m);
    expect(log).toMatch(/^pppctl: plain: the modem answered BUSY \(dialing 5550001, /m);
  });

  test("poff while a pppd that somebody else started has `pppctl dial` run", async () => {
    const connect = `${inCheckout("bin/pppctl")} dial`;
    await isp.writePeer("plain", { number: own.silence });
    expect(await guest.run(["/usr/sbin/pppd", "call", "plain", "connect", connect])).toMatchObject({ status: 0 });
    await isp.waitForEvent("dial");
    expect(await isp.run("poff", "plain")).toMatchObject({ status: 0 });
    // pppd ends the shell that it started; pppctl finds itself deserted.
    await guest.waitFor({ noProcess: "pppctl-main.js dial" });
  });

  test.each([
    { when: "after a dial of ours", options: [] },
    { when: "after a dial for pppd", options: ["persist"] },
  ])("poff while negotiating $when: pon ends with status 5", async ({ options }) => {
    const [poff, pon] = await stop(isp, { number: own.mutePeer, event: "connect", options });
    expect(poff.stdout).toBe(`poff: stopped: pppd has ended; ${isp.device} is closed\n`);
    expect(pon).toMatchObject(interrupted);
  });
});

describe("a call that pppd makes on a UART", () => {
  const isp = useIsp(guest, { line: "uart", more });
  afterEach(isp.expectNothingLeft);

  test("persist: the carrier is lost, pppd dials again, and the modem is made to hang up", async () => {
    await isp.writePeer("redialed", {
      number: own.redialed,
      options: ["persist", "holdoff 1", ...noHooks, ...quickEcho],
    });
    await callAndLoseCarrier(isp);
    expect(await isp.run("poff", "redialed")).toMatchObject({
      status: 0,
      // The emulated UART shows a carrier all the time, so that the modem is asked.
      stdout: `poff: redialed: pppd has ended; ${isp.device} is on-hook (ATH)\n`,
    });
  });

  test.each([
    { when: "we dial", options: [] },
    { when: "we dial for pppd", options: ["persist"] },
  ])("poff while $when: pon ends with status 5", async ({ options }) => {
    const [poff, pon] = await stop(isp, { number: own.silence, event: "dial", options });
    expect(poff.stdout).toBe(`poff: stopped: pppd has ended; ${isp.device} is on-hook (ATH)\n`);
    expect(pon).toMatchObject(interrupted);
  });
});
