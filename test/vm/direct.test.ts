import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { useGuest } from "./guest.ts";
import { account, addresses, dialScript, namespace, numbers, rates, useIsp } from "./isp.ts";

const guest = useGuest();

const HOOKS = "/tmp/hooks";
const SERIAL_STATE = "/proc/tty/driver/serial";

/** Keeps its environment; the rename makes the file appear with all that belongs in it. */
const keepEnvironment = (event: string): string =>
  `#!/bin/sh\nenv > ${HOOKS}/${event}.new\nmv ${HOOKS}/${event}.new ${HOOKS}/${event}\n`;
const keepOrder = `#!/bin/sh\necho "$0" >> ${HOOKS}/order\n`;

const scripts: Readonly<Record<string, string>> = {
  "ip-up.d/00-order": keepOrder,
  "ip-up.d/04-fails": `${keepOrder}exit 3\n`,
  "ip-up.d/05-order": keepOrder,
  "ip-up.d/06-order": keepOrder,
  "ip-up.d/not.run": keepOrder,
  "ip-up.d/yosefcom/10-order": keepOrder,
  "ip-up.d/other/10-order": keepOrder,
  "ip-up.d/99-environment": keepEnvironment("ip-up"),
  "ip-down.d/99-environment": keepEnvironment("ip-down"),
};

beforeAll(async () => {
  for (const [name, text] of Object.entries(scripts)) await guest.writeFile(`/etc/ppp/${name}`, text, 0o755);
  await guest.makeDirectory(HOOKS);
});

afterAll(async () => {
  for (const name of Object.keys(scripts)) await guest.remove(`/etc/ppp/${name}`);
  await guest.remove("/etc/ppp/ip-up.d/yosefcom");
  await guest.remove("/etc/ppp/ip-up.d/other");
  await guest.remove(HOOKS);
});

afterEach(async () => {
  for (const name of ["ip-up", "ip-down", "order"]) await guest.remove(`${HOOKS}/${name}`);
});

/** What the last script of an event was given. */
async function environmentOf(event: "ip-up" | "ip-down"): Promise<Readonly<Record<string, string>>> {
  await guest.waitForFile(`${HOOKS}/${event}`);
  const lines = (await guest.readFile(`${HOOKS}/${event}`)).trimEnd().split("\n");
  return Object.fromEntries(lines.map((line) => line.split(/=(.*)/s).slice(0, 2)));
}

describe("a direct dial by a modem on a pty", () => {
  const isp = useIsp(guest, { line: "pty" });
  afterEach(isp.expectNothingLeft);

  test("brings the link up, carries data, runs the scripts, and poff ends it", async () => {
    await isp.writePeer("yosefcom", { number: numbers.up, options: ["ipparam trunk-7", "debug"] });
    const pon = await isp.run("pon", "yosefcom");
    expect(pon.stderr).toBe(
      [
        `yosefcom: opening ${isp.device}`,
        "yosefcom: initialising the modem",
        `yosefcom: dialing ${numbers.up}`,
        `yosefcom: connected ${rates.modem}`,
        "yosefcom: negotiating",
        "",
      ].join("\n"),
    );
    expect(pon.stdout).toMatch(/^yosefcom: up on ppp0, 10\.64\.0\.2 -> 10\.64\.0\.1, connected 33600 \(\d+\.\d s\)\n$/);
    expect(pon.status).toBe(0);

    const ping = await guest.run(["ping", "-c", "5", "-i", "0.2", "-s", "1000", "-W", "10", addresses.provider]);
    expect(ping.stdout).toContain(" 5 received");
    await expectDataBothWays();

    const up = await environmentOf("ip-up");
    const pppd = (await guest.processes()).find(({ argv }) => argv[1] === "call" && argv[2] === "yosefcom");
    const same = {
      PPPD_PID: String(pppd?.pid),
      PPPLOGNAME: "root",
      PPP_IPPARAM: "trunk-7",
      IPLOCAL: addresses.caller,
      PPP_LOCAL: addresses.caller,
      IPREMOTE: addresses.provider,
      PPP_REMOTE: addresses.provider,
      IFNAME: "ppp0",
      PPP_IFACE: "ppp0",
      LINKNAME: "yosefcom",
      PPP_TTY: isp.device,
      PPP_TTYNAME: "modem",
      SPEED: String(rates.line),
      PPP_SPEED: String(rates.line),
      DNS1: addresses.dns1,
      DNS2: addresses.dns2,
      USEPEERDNS: "1",
      CALL_FILE: "yosefcom",
      DEVICE: isp.device,
      CONNECT_SPEED: String(rates.modem),
    };
    expect(up).toMatchObject(same);
    expect(up).not.toHaveProperty("CONNECT_TIME");
    const order = (await guest.readFile(`${HOOKS}/order`)).trimEnd().split("\n");
    expect(order.map((path) => path.replace("/etc/ppp/ip-up.d/", ""))).toEqual([
      "00-order",
      "04-fails",
      "05-order",
      "yosefcom/10-order",
      "06-order",
    ]);
    await guest.waitForFile("/var/log/syslog", /ip-up ppp0: \/etc\/ppp\/ip-up\.d\/04-fails failed with exit status 3/);

    // The runner of the scripts was the last process of ours.
    await guest.waitFor({ noProcess: "hook-main" });
    const others = (await guest.processes()).filter(({ name, pid }) => name === "node" && pid !== isp.pid());
    expect(others).toEqual([]);

    const again = await isp.run("pon", "yosefcom");
    expect(again.stderr).toMatch(
      new RegExp(`^pon: yosefcom: pppd \\(pid ${pppd?.pid}\\) runs for this peer already\nhint: `),
    );
    expect(again.status).toBe(6);

    const poff = await isp.run("poff", "yosefcom");
    expect(poff).toMatchObject({ status: 0, stderr: "" });
    expect(poff.stdout).toBe(`poff: yosefcom: pppd has ended; ${isp.device} is closed\n`);
    const down = await environmentOf("ip-down");
    expect(down).toMatchObject(same);
    expect(Number(down["CONNECT_TIME"])).toBeGreaterThan(0);
    expect(Number(down["BYTES_SENT"])).toBeGreaterThan(100_000);
    expect(Number(down["BYTES_RCVD"])).toBeGreaterThan(100_000);
  });

  test("-q hangs up after the scripts, and the next call stays up; -v hides what \\q sends", async () => {
    const script = `${dialScript(numbers.login)}ogin:-\\n-ogin: ${account.user}\nword: '\\q${account.password}'\n`;
    await isp.writePeer("login", { script });
    const quick = await isp.run("pon", "-q", "login");
    // All scripts have run; that one of them failed is what there is to say of a call that was made for them.
    expect(quick).toMatchObject({
      status: 1,
      stdout: "",
      stderr: expect.stringMatching(
        /^pon: login: a hook script failed \(\/etc\/ppp\/ip-up\.d\/04-fails\): exit status 3\nhint: .*\n$/m,
      ),
    });
    await environmentOf("ip-up");
    await environmentOf("ip-down");
    await isp.expectNothingLeft();

    const pon = await isp.run("pon", "-v", "login");
    expect(pon.status).toBe(0);
    expect(pon.stderr).toContain(`login: > ATD${numbers.login}^M\n`);
    expect(pon.stderr).toContain(`login: < CONNECT ${rates.modem}`);
    expect(pon.stderr).toContain(`login: > ${account.user}^M\n`);
    expect(pon.stderr).toContain("login: > ??????\n");
    const log = await guest.readFile("/run/pppctl/login/pppd.log");
    expect(pon.stderr + pon.stdout + log).not.toContain(account.password);
    // Its scripts have run, and nobody hangs up.
    await guest.waitFor({ noProcess: "hook-main" });
    expect((await guest.run(["ping", "-c", "2", "-i", "0.2", "-W", "10", addresses.provider])).stdout).toContain(
      " 2 received",
    );
    expect((await isp.run("poff", "login")).status).toBe(0);
  });

  test("--no-wait returns before the network is up", async () => {
    await isp.writePeer("nowait", { number: numbers.up });
    const pon = await isp.run("pon", "--no-wait", "nowait");
    expect(pon).toMatchObject({ status: 0 });
    expect(pon.stdout).toMatch(/^nowait: pppd \w+ in the background; the network is not up yet\n$/);
    expect(await environmentOf("ip-up")).toMatchObject({ LINKNAME: "nowait", CONNECT_SPEED: String(rates.modem) });
    await guest.waitFor({ noProcess: "hook-main" });
    expect((await isp.run("poff", "nowait")).status).toBe(0);
  });

  test("--dry-run touches nothing", async () => {
    await isp.writePeer("yosefcom", { number: numbers.up });
    await guest.remove("/run/pppctl/yosefcom");
    const before = await guest.list("/run");
    const pon = await isp.run("pon", "--dry-run", "yosefcom", "mtu", "1400");
    expect(pon).toMatchObject({ status: 0, stderr: "" });
    expect(pon.stdout).toContain(`send ATD${numbers.up}`);
    expect(pon.stdout).toMatch(/pppd call yosefcom \/dev\/modem 115200 connect '' .* mtu 1400/);
    expect(await isp.events()).toEqual([]);
    expect(await guest.list("/run")).toEqual(before);
    expect(await guest.exists("/run/pppctl/yosefcom")).toBe(false);
  });
});

describe("a direct dial by a UART", () => {
  const isp = useIsp(guest, { line: "uart" });
  afterEach(isp.expectNothingLeft);

  test("keeps DTR up from the dial to poff, which drops it", async () => {
    await isp.writePeer("yosefcom", { number: numbers.up });
    const pon = await isp.run("pon", "yosefcom");
    expect(pon.stdout).toMatch(/^yosefcom: up on ppp0, 10\.64\.0\.2 -> 10\.64\.0\.1, connected 33600 /);
    expect(pon.status).toBe(0);
    const called = (await isp.events()).map(({ event }) => event);
    expect(called.slice(called.indexOf("off-hook"))).toEqual(["off-hook", "dial", "connect", "result", "dcd"]);
    expect(await guest.readFile(SERIAL_STATE)).toMatch(/^1: .*\|DTR/m);
    const ping = await guest.run(["ping", "-c", "5", "-i", "0.2", "-s", "1000", "-W", "10", addresses.provider]);
    expect(ping.stdout).toContain(" 5 received");
    expect(await environmentOf("ip-up")).toMatchObject({
      DEVICE: "/dev/ttyS1",
      PPP_TTY: "/dev/ttyS1",
      PPP_TTYNAME: "ttyS1",
      SPEED: String(rates.line),
      CONNECT_SPEED: String(rates.modem),
    });
    await guest.waitFor({ noProcess: "hook-main" });

    const poff = await isp.run("poff", "yosefcom");
    expect(poff.status).toBe(0);
    expect(poff.stdout).toContain("/dev/ttyS1 is on-hook");
    expect(await guest.readFile(SERIAL_STATE)).not.toMatch(/^1: .*\|DTR/m);
    const events = await isp.events();
    expect(events).toContainEqual({ event: "on-hook", details: { why: "DTR dropped" } });
    expect(events.filter(({ event }) => event === "off-hook")).toHaveLength(1);
  });
});

/** 100 KB to the provider and the same back, byte by byte. */
async function expectDataBothWays(): Promise<void> {
  const echo = ["busybox", "nc", "-l", "-p", "7000", "-e", "cat"];
  const server = await guest.spawn(["ip", "netns", "exec", namespace, ...echo]);
  await guest.run(["dd", "if=/dev/urandom", `of=${HOOKS}/sent`, "bs=1000", "count=100"]);
  const transfer = `busybox nc ${addresses.provider} 7000 < ${HOOKS}/sent > ${HOOKS}/back`;
  expect(await guest.run(["sh", "-c", transfer])).toMatchObject({ status: 0 });
  expect(await guest.run(["cmp", `${HOOKS}/sent`, `${HOOKS}/back`])).toMatchObject({ status: 0, stdout: "" });
  await server.wait();
}
