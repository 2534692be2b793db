import { dirname } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { inCheckout, useGuest } from "./guest.ts";
import { numbers, providerCommand, rates, useIsp } from "./isp.ts";

const guest = useGuest();

const upHook = "/etc/ppp/ip-up.d/stock";
const upLog = "/tmp/stock-up";

beforeAll(() => guest.writeFile(upHook, `#!/bin/sh\necho "$CALL_FILE" >> ${upLog}\n`, 0o755));
afterAll(async () => {
  for (const path of [upHook, upLog]) await guest.remove(path);
});

/** The scripts of ip-up have run. */
const waitForHook = async (peer: string): Promise<void> => {
  await guest.waitForFile(upLog, new RegExp(`^${peer}$`));
  await guest.remove(upLog);
};

/** Where the hooks are not looked at: node takes its time on an emulated machine. */
const noHooks = ["ip-up-script /bin/true", "ip-down-script /bin/true"];

const none = "poff: No pppd is running.  None stopped.\n";

describe("poff without a link", () => {
  test.each([
    { words: [], status: 1, stdout: none },
    { words: ["-rd"], status: 1, stdout: "poff: Illegal option -- .\n" },
    { words: ["-v"], status: 0, stdout: /^poff: \d+\.\d+\.\d+\n$/ },
    { words: ["-h"], status: 0, stdout: /^Usage: poff / },
  ])("poff $words", async ({ words, status, stdout }) => {
    expect(await guest.run([inCheckout("bin/poff"), ...words])).toMatchObject({
      status,
      stdout: typeof stdout === "string" ? stdout : expect.stringMatching(stdout),
      stderr: "",
    });
  });
});

describe("Debian's programs and ours", () => {
  const isp = useIsp(guest, { line: "pty" });
  afterEach(isp.expectNothingLeft);

  const addresses = /: up on ppp\d+, 10\.64\.0\.2 -> 10\.64\.0\.1/;
  const ended = (peer: string) => ({
    status: 0,
    stdout: `poff: ${peer}: pppd has ended; ${isp.device} is closed\n`,
  });

  test("a link of ours takes the signals of our poff, and is ended by Debian's", async () => {
    await isp.writePeer("ours", { options: ["persist", "holdoff 1", "lcp-restart 1", ...noHooks] });
    expect((await isp.run("pon", "ours")).stdout).toMatch(addresses);

    // The provider's pppd runs too.
    expect(await isp.run("poff")).toMatchObject({
      status: 1,
      stdout: "poff: More than one pppd running and no -a option and\npoff: no arguments supplied. Nothing stopped.\n",
    });
    // Debian's takes a name for a pattern.
    expect(await isp.run("poff", "our.")).toMatchObject({
      status: 1,
      stdout: "poff: I could not find a pppd process for provider 'our.'. None stopped.\n",
    });
    expect(await isp.run("poff", "-d", "ours")).toMatchObject({
      status: 0,
      stdout: "poff: ours: SIGUSR1 sent to pppd\n",
    });
    expect(await isp.run("poff", "-c", "ours")).toMatchObject({
      status: 0,
      stdout: "poff: ours: SIGUSR2 sent to pppd\n",
    });
    // Only with debug messages does pppd tell of the compression that it negotiates again.
    await guest.waitForFile("/run/pppctl/ours/pppd.log", /^sent \[CCP ConfReq /);
    expect(await isp.run("poff", "-r", "ours")).toMatchObject({ status: 0 });
    await isp.waitForEvent("dial", { call: 2 });

    expect(await guest.run(["/usr/bin/poff", "ours"])).toMatchObject({ status: 0 });
    await guest.waitFor({ noProcess: "pppd call ours" });
  });

  test("a link of Debian's pon is ended by our poff", async () => {
    await isp.writePeer("theirs", {});
    expect(await guest.run(["/usr/bin/pon", "theirs"])).toMatchObject({ status: 0 });
    await waitForHook("theirs");
    expect(await isp.run("pon", "theirs")).toMatchObject({
      status: 6,
      stderr: expect.stringMatching(/^pon: theirs: pppd \(pid \d+\) runs for this peer already\n/),
    });
    expect(await isp.run("poff", "theirs")).toMatchObject(ended("theirs"));
  });

  test("a call that Debian's pon is still dialing is ended by our poff", async () => {
    await isp.writePeer("theirs", { number: numbers.silence });
    expect(await guest.run(["/usr/bin/pon", "theirs"])).toMatchObject({ status: 0 });
    await isp.waitForEvent("dial");
    expect(await isp.run("poff")).toMatchObject({ status: 0 });
    await guest.waitFor({ noProcess: "^/usr/sbin/chat" });
  });

  test("a connect program of the user's own is left to pppd", async () => {
    const program = "/tmp/isp/dialer";
    await guest.writeFile(
      program,
      `#!/bin/sh
printf 'ATD${numbers.up}\\r'
while read -r line; do
  case $line in *CONNECT*) exit 0 ;; *BUSY*) exit 1 ;; esac
done
exit 1
`,
      0o755,
    );
    await isp.writePeer("own-dialer", { connect: program, options: noHooks });
    expect((await isp.run("pon", "own-dialer")).stdout).toMatch(addresses);
    expect(await isp.run("poff", "own-dialer")).toMatchObject({
      status: 0,
      stdout: "poff: own-dialer: pppd has ended\n",
    });
  });

  test("a peer with `pty` instead of a modem", async () => {
    await isp.writePeer("tunnel", {});
    const far = providerCommand("noauth").join(" ");
    await guest.writeFile(
      "/etc/ppp/peers/tunnel",
      `${[`pty "${far}"`, "noauth", "noipdefault", "nodefaultroute", ...noHooks].join("\n")}\n`,
      0o640,
    );
    expect((await isp.run("pon", "tunnel")).stdout).toMatch(addresses);
    expect(await isp.run("poff", "-a")).toMatchObject({ status: 0 });
    await guest.waitFor({ noProcess: "pppd" });
  });

  test("ifupdown's call returns at once, and the link comes up", async () => {
    await isp.writePeer("interfaces", {});
    const env = {
      IFACE: "ppp0",
      LOGICAL: "ppp0",
      ADDRFAM: "inet",
      METHOD: "ppp",
      MODE: "start",
      PHASE: "pre-up",
      VERBOSITY: "0",
      PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    };
    expect(await guest.run([inCheckout("bin/pon"), "interfaces"], { clearEnv: true, env })).toMatchObject({
      status: 0,
      stdout: "interfaces: pppd dials in the background; the network is not up yet\n",
      heldOpen: false,
    });
    await waitForHook("interfaces");
    expect(await isp.run("poff", "interfaces")).toMatchObject(ended("interfaces"));
  });

  test("a member of dip who is not root calls, and root hangs up", async () => {
    // The checkout and node may be where only root goes.
    const [checkout, node] = ["/srv/pppctl", "/srv/node"];
    for (const [from, to] of [
      [inCheckout("."), checkout],
      [dirname(process.execPath), node],
    ] as const) {
      await guest.makeDirectory(to);
      expect(await guest.run(["mount", "--bind", from, to])).toMatchObject({ status: 0 });
    }
    try {
      await isp.writePeer("users", {});
      const env = { PATH: `${node}:/usr/sbin:/usr/bin:/bin`, XDG_RUNTIME_DIR: "/run/user/daemon" };
      const asDaemon = ["setpriv", "--reuid=daemon", "--regid=daemon", "--groups=dip"];
      await guest.run(["install", "-d", "-o", "daemon", "-m", "700", env.XDG_RUNTIME_DIR]);
      const pon = await guest.run([...asDaemon, `${checkout}/bin/pon`, "users"], { clearEnv: true, env });
      expect(pon).toMatchObject({ status: 0, heldOpen: false });
      expect(pon.stdout).toMatch(addresses);
      await waitForHook("users");
      expect(await isp.run("poff", "users")).toMatchObject(ended("users"));
      await guest.remove(env.XDG_RUNTIME_DIR);
    } finally {
      for (const path of [checkout, node]) await guest.run(["umount", path]);
    }
  });
});

describe("a modem that ignores DTR", () => {
  const stays = "5552010";
  const isp = useIsp(guest, {
    line: "uart",
    more: {
      factory: "&D0",
      numbers: {
        // The other end of the telephone line does not hang up either.
        [stays]: {
          rate: rates.modem,
          to: { command: ["sh", "-c", `${providerCommand("noauth").join(" ")}; sleep 1000`] },
        },
      },
    },
  });
  afterEach(isp.expectNothingLeft);

  test("is made to hang up by +++ and ATH", async () => {
    const script = `ABORT BUSY\n'' ATZ\nOK ATD${stays}\nCONNECT '\\c'\n`;
    await isp.writePeer("deaf", { script, options: ["lcp-restart 1", ...noHooks] });
    expect((await isp.run("pon", "deaf")).status).toBe(0);
    expect(await isp.run("poff", "deaf")).toMatchObject({
      status: 0,
      stdout: `poff: deaf: pppd has ended; ${isp.device} is on-hook (+++ ATH)\n`,
    });
    const events = await isp.events();
    const names = events.map(({ event }) => event);
    expect(names.indexOf("command-mode")).toBeGreaterThan(names.indexOf("connect"));
    expect(names.lastIndexOf("on-hook")).toBeGreaterThan(names.indexOf("command-mode"));
  });
});
