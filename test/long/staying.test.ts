import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { PeerStatus } from "../../src/app/show-status.ts";
import { type GuestProcess, inCheckout, useGuest } from "../vm/guest.ts";
import { addresses, dialScript, namespace, numbers, providerCommand, rates, useIsp } from "../vm/isp.ts";

/** Staying connected: what takes a link away, and how it comes back. */

const guest = useGuest();
const state = "/var/lib/pppctl";
const modemLog = "/tmp/isp/modem.log";

/** Where the hooks are not looked at: node takes its time on an emulated machine. */
const noHooks = ["ip-up-script /bin/true", "ip-down-script /bin/true"];
const quick = ["lcp-restart 1", "lcp-max-terminate 1"];
/** A dead line is noticed within some 3 s, because a pty shows no carrier. */
const quickEcho = [...quick, "lcp-echo-interval 1", "lcp-echo-failure 2"];

const provider = { rate: rates.modem, to: { command: providerCommand("noauth") } };
const own = { slow: "5553002" } as const;
const more = {
  numbers: {
    [numbers.up]: provider,
    [numbers.busy]: "busy",
    [own.slow]: { ...provider, afterMs: 25_000 },
  },
};

describe("staying connected", () => {
  const isp = useIsp(guest, { line: "pty", more });
  beforeAll(() => guest.remove(state));
  afterEach(isp.expectNothingLeft);
  afterAll(() => guest.remove(state));

  /** Milliseconds of the modem's own clock at which it logged this. */
  const times = async (event: string): Promise<number[]> =>
    (await guest.readFile(modemLog))
      .split("\n")
      .filter((line) => line.includes(`"event":"${event}"`))
      .map((line) => (JSON.parse(line) as { t: number }).t);
  const dials = async (): Promise<number> => (await times("dial")).length;

  test("a modem that is unplugged and comes back under another name is found by its lasting one", async () => {
    const byId = "/dev/serial/by-id/usb-Yosef_Modem-if00";
    const plugIn = async (node: string): Promise<GuestProcess> => {
      const words = ["simulate", "--link", node, "--scenario", "/tmp/isp/scenario.json", "--log", "/tmp/isp/usb.log"];
      const modem = await guest.spawn([inCheckout("bin/pppctl"), ...words]);
      await modem.waitForOutput(/^\/dev\//);
      await guest.makeDirectory("/dev/serial/by-id");
      // As udev makes it.
      await guest.symlink(`../../${node.replace("/dev/", "")}`, byId);
      return modem;
    };
    const unplug = async (modem: GuestProcess): Promise<void> => {
      await guest.remove(byId);
      await modem.kill();
      await modem.wait();
    };
    const waits = ["set PON_DEVICE_WAIT=60", "set PON_PAUSE=1"];
    await isp.writePeer("usb", { device: byId, number: numbers.up, options: [...waits, ...quickEcho, ...noHooks] });
    const first = await plugIn("/dev/ttyUSB0");
    const keep = await isp.spawn("pppctl", "keep", "usb");
    await keep.waitForOutput(/^usb: up on ppp\d+$/);
    expect(await guest.list("/run/lock")).toContain("LCK..serial_by-id_usb-Yosef_Modem-if00");
    await unplug(first);
    await keep.waitForOutput(new RegExp(`^usb: waiting for ${byId} to be plugged in$`));
    const second = await plugIn("/dev/ttyUSB1");
    await keep.waitForOutput(/up on ppp[\s\S]*dialing[\s\S]*up on ppp/);
    const status = await isp.run("pppctl", "status", "--json", "usb");
    expect(JSON.parse(status.stdout)).toMatchObject([{ state: "up", device: byId }]);
    await keep.kill();
    expect(await keep.wait()).toMatchObject({ status: 0 });
    await unplug(second);
    await guest.remove("/dev/serial");
  });

  test("a link that is up and passes nothing: the probe finds out, and it is dialed again", async () => {
    const probe = [`set "PON_PROBE=ping ${addresses.provider}"`, "set PON_PROBE_PERIOD=2", "set PON_PROBE_COUNT=2"];
    const options = [...probe, "set PON_PROBE_TIMEOUT=1", "set PON_PAUSE=1", ...quick, ...noHooks];
    await isp.writePeer("hole", { number: numbers.up, options });
    const keep = await isp.spawn("pppctl", "keep", "hole");
    await keep.waitForOutput(/^hole: up on ppp\d+$/);
    // A black hole: LCP's echoes, which are no packets of the network, are answered as before.
    const drop = "add table inet hole; add chain inet hole in { type filter hook input priority 0; policy drop; }";
    const inIsp = ["ip", "netns", "exec", namespace, "nft"];
    expect(await guest.run([...inIsp, drop])).toMatchObject({ status: 0 });
    await keep.waitForOutput(/^hole: the link is up but passes nothing: dialing again$/);
    expect(await guest.run([...inIsp, "delete table inet hole"])).toMatchObject({ status: 0 });
    await keep.waitForOutput(/up on ppp[\s\S]*dialing[\s\S]*up on ppp/);
    await keep.kill();
    expect(await keep.wait()).toMatchObject({ status: 0 });
    const history = await isp.run("pppctl", "history", "hole");
    expect(history.stdout).toContain(`passed nothing, and was ended: ping ${addresses.provider}`);
    expect(await dials()).toBeGreaterThanOrEqual(2);
  });

  test("ensure again and again for a minute beside a pon that dials: never two dials", async () => {
    await isp.writePeer("slow", { script: dialScript(own.slow), options: [...quick, ...noHooks] });
    const pon = await isp.spawn("pon", "slow");
    await isp.waitForEvent("off-hook");
    const statuses: (number | null)[] = [];
    for (const began = performance.now(); performance.now() - began < 60_000; ) {
      statuses.push((await isp.run("check-ppp-connection", "slow")).status);
      expect(await dials()).toBeLessThanOrEqual(1);
    }
    expect(await pon.wait()).toMatchObject({ status: 0 });
    // First it is being dialed, then it is up, and nothing else.
    expect(statuses).toEqual([...statuses].sort((a, b) => (b ?? 0) - (a ?? 0)));
    expect(new Set(statuses)).toEqual(new Set([75, 0]));
    expect(await dials()).toBe(1);
    // Down, and eight of them at once: one dials.
    expect(await isp.run("poff", "slow")).toMatchObject({ status: 0 });
    const many = await Promise.all(Array.from({ length: 8 }, () => isp.run("check-ppp-connection", "slow")));
    expect(many.map(({ status }) => status).sort((a, b) => (a ?? 0) - (b ?? 0))).toEqual([
      0, 75, 75, 75, 75, 75, 75, 75,
    ]);
    expect(await dials()).toBe(2);
    expect(await isp.run("poff", "slow")).toMatchObject({ status: 0 });
  });

  test("just before its next billing unit a link that nobody uses is hung up, and stays down", async () => {
    const options = ["set PON_UNIT=30", "set PON_UNIT_IDLE=5", ...quick];
    await isp.writePeer("unit", { number: numbers.up, options });
    const keep = await isp.spawn("pppctl", "keep", "unit");
    await keep.waitForOutput(/^unit: up on ppp\d+$/);
    // In use until the second unit has begun.
    const use = await guest.spawn(["ping", "-q", "-c", "40", "-i", "1", addresses.provider]);
    await use.wait();
    await keep.waitForOutput(/^unit: nobody uses the link, and its billing unit is over: hanging up$/);
    await keep.waitForOutput(/^unit: waiting: nobody used it, and its billing unit was over; `pon` has it kept again$/);
    const [connected = 0] = await times("connect");
    await guest.waitForFile(modemLog, /"event":"on-hook"/);
    const [ended = 0] = await times("on-hook");
    // Within the last 10 s of a unit: its charge is used up, the next one's is not begun.
    expect((ended - connected) % 30_000).toBeGreaterThanOrEqual(19_000);
    expect(ended - connected).toBeGreaterThan(45_000);
    expect(await dials()).toBe(1);
    await keep.kill();
    expect(await keep.wait()).toMatchObject({ status: 0 });
    const history = await isp.run("pppctl", "history", "unit");
    expect(history.stdout).toContain("no traffic (for 5 s, before the next billing unit of 30 s)");
  });

  const watcher = "watch-main\\.js";

  test("plain pon, too: the link is hung up just before its next billing unit, not while it is used, and ensure leaves it down", async () => {
    await isp.writePeer("plain", { number: numbers.up, options: ["set PON_UNIT=30", "set PON_UNIT_IDLE=5", ...quick] });
    expect(await isp.run("pon", "plain")).toMatchObject({ status: 0, heldOpen: false });
    const use = await guest.spawn(["ping", "-q", "-c", "40", "-i", "1", addresses.provider]);
    await use.wait();
    expect(await isp.run("pppctl", "status", "plain")).toMatchObject({ status: 0 });
    const [connected = 0] = await times("connect");
    await guest.waitForFile(modemLog, /"event":"on-hook"/, 60_000);
    const [ended = 0] = await times("on-hook");
    expect((ended - connected) % 30_000).toBeGreaterThanOrEqual(19_000);
    expect(ended - connected).toBeGreaterThan(45_000);
    await guest.waitFor({ noProcess: watcher });
    const history = await isp.run("pppctl", "history", "plain");
    expect(history.stdout).toContain("no traffic (for 5 s, before the next billing unit of 30 s)");
    expect(await isp.run("check-ppp-connection", "plain")).toMatchObject({ status: 75 });
    expect(await dials()).toBe(1);
  });

  test("persist: the second call ends when the day's time is used up, and is not dialed again", async () => {
    // The month decides with the day, so that midnight changes nothing here.
    const limits = ["set PON_DAY_TIME=60", "set PON_MONTH_TIME=60", "set PON_PAUSE=1"];
    await isp.writePeer("daily", { number: numbers.up, options: ["persist", "holdoff 1", ...limits, ...quickEcho] });
    const log = "/run/pppctl/daily/pppd.log";
    expect(await isp.run("pon", "daily")).toMatchObject({ status: 0, heldOpen: false });
    const use = await guest.spawn(["ping", "-q", "-c", "15", "-i", "1", addresses.provider]);
    await use.wait();
    for (const { pid } of await isp.farEnds()) await guest.kill(pid, "SIGKILL");
    await guest.waitForFile(log, /remote IP address(?=[\s\S]*remote IP address)/, 60_000);
    await guest.waitForFile(log, /has used up its time \(PON_DAY_TIME, PON_MONTH_TIME\): hanging up/, 60_000);
    await guest.waitForFile(modemLog, /"event":"on-hook"(?=[\s\S]*"event":"on-hook")/, 60_000);
    const [connected, ended] = [await times("connect"), await times("on-hook")];
    const online = ended.map((at, i) => at - (connected[i] ?? 0)).reduce((sum, ms) => sum + ms, 0);
    expect(online).toBeGreaterThan(45_000);
    expect(online).toBeLessThanOrEqual(60_000);
    // `pppctl dial` waits for the next day.
    await guest.waitForFile("/run/pppctl/daily/wait.json", /"who":"dial"/, 60_000);
    const [status] = JSON.parse((await isp.run("pppctl", "status", "--json", "daily")).stdout) as PeerStatus[];
    expect(status).toMatchObject({ state: "waiting" });
    expect((status?.nextAt ?? 0) - (status?.waitsSince ?? 0)).toBeGreaterThan(60_000);
    const history = await isp.run("pppctl", "history", "--json", "daily");
    expect(history.stdout).toContain("hung up at the time limit (PON_DAY_TIME, PON_MONTH_TIME)");
    expect(await isp.run("poff", "daily")).toMatchObject({ status: 0 });
    expect(await dials()).toBe(2);
  });

  test("a watcher that is killed takes nothing with it, and poff finds nothing amiss", async () => {
    await isp.writePeer("killed", {
      number: numbers.up,
      options: ["set PON_UNIT=30", "set PON_UNIT_IDLE=5", ...quick],
    });
    expect(await isp.run("pon", "killed")).toMatchObject({ status: 0, heldOpen: false });
    const [left, ...others] = (await guest.processes()).filter(({ argv }) => argv.join(" ").includes("watch-main.js"));
    expect(others).toEqual([]);
    await guest.kill(left?.pid ?? 0, "SIGKILL");
    await guest.waitFor({ noProcess: watcher });
    expect(await isp.run("pppctl", "status", "killed")).toMatchObject({ status: 0 });
    expect(await isp.run("poff", "killed")).toMatchObject({ status: 0, stderr: "" });
  });
});
