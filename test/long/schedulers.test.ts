import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { unpackPackages } from "../../tools/vm/unpack-packages.ts";
import { inCheckout, useGuest } from "../vm/guest.ts";
import { account, numbers, useIsp } from "../vm/isp.ts";

/** ifupdown, cron and systemd's socket, each the real thing. */

const unpacked = ["cron", "ifupdown"].map((name) => unpackPackages([name], (line) => console.error(`vm: ${line}`)));

const guest = useGuest();
const peer = "yosefcom";
/** As systemd starts its services: cron hands it on. */
const servicePath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
/** Where npm puts them. */
const commands = ["pon", "poff", "plog", "pppctl", "check-ppp-connection"];
const linkPidFile = `/run/ppp-${peer}.pid`;
const callLog = `/run/pppctl/${peer}/pppd.log`;
const modemLog = "/tmp/isp/modem.log";
const isUp = /remote IP address/;
const quick = ["lcp-restart 1", "lcp-max-terminate 1", `user ${account.user}`];

describe("what starts a link by itself", () => {
  const isp = useIsp(guest, { line: "pty" });
  const dials = async (): Promise<number> => (await isp.events()).filter(({ event }) => event === "dial").length;

  beforeAll(async () => {
    const copy = `for it in ${unpacked.join(" ")}; do for part in sbin usr/sbin etc/pam.d; do
      [ ! -d $it/$part ] || cp -a $it/$part/. /$part/; done; done`;
    expect(await guest.run(["sh", "-c", copy])).toMatchObject({ status: 0, stderr: "" });
    for (const name of commands) await guest.symlink(inCheckout(`bin/${name}`), `/usr/local/bin/${name}`);
    await guest.writeFile("/etc/ppp/pap-secrets", `${account.user} * "${account.password}" *\n`, 0o600);
    await isp.writePeer(peer, { number: numbers.pap, options: quick });
  });
  afterEach(isp.expectNothingLeft);
  afterAll(async () => {
    for (const name of commands) await guest.remove(`/usr/local/bin/${name}`);
    for (const path of ["/etc/ppp/pap-secrets", "/var/lib/pppctl"]) await guest.remove(path);
  });

  test("ifup and ifdown, with an empty environment: in the background, and it says so; the link comes and goes", async () => {
    await guest.writeFile("/etc/network/interfaces", `iface ppp0 inet ppp\n\tprovider ${peer}\n`);
    for (const when of ["if-pre-up.d", "if-up.d", "if-down.d", "if-post-down.d"])
      await guest.makeDirectory(`/etc/network/${when}`);
    const up = await guest.run(["/usr/sbin/ifup", "ppp0"], { clearEnv: true });
    expect(up, up.stderr).toMatchObject({ status: 0, heldOpen: false });
    expect(up.stdout).toMatch(/^yosefcom: pppd dials in the background; the network is not up yet/m);
    await guest.waitForFile(callLog, isUp);
    expect(await isp.run("pppctl", "status", peer)).toMatchObject({ status: 0 });
    expect(await guest.run(["/usr/sbin/ifquery", "--state"], { clearEnv: true })).toMatchObject({
      stdout: "ppp0=ppp0\n",
    });
    // Again: it knows its state, and nobody dials.
    const again = await guest.run(["/usr/sbin/ifup", "ppp0"], { clearEnv: true });
    expect(again.stderr).toContain("already configured");
    const down = await guest.run(["/usr/sbin/ifdown", "ppp0"], { clearEnv: true });
    expect(down, down.stderr).toMatchObject({ status: 0 });
    // poff waits: the link is down when ifdown returns.
    expect(await guest.exists(linkPidFile)).toBe(false);
    expect(await dials()).toBe(1);
    for (const path of ["/etc/network", "/run/network/ifstate"]) await guest.remove(path);
  });

  test("cron: * * * * * root check-ppp-connection: the link is up in a minute, stays, and is up again when pppd is killed", async () => {
    await guest.remove(callLog);
    await guest.makeDirectory("/var/spool/cron/crontabs", 0o1730);
    // As Debian's begins: the PATH of a file in /etc/cron.d is cron's own, which has no /usr/local/bin.
    const head = "SHELL=/bin/sh\nPATH=/usr/local/sbin:/usr/local/bin:/sbin:/bin:/usr/sbin:/usr/bin\n";
    await guest.writeFile("/etc/crontab", `${head}* * * * * root check-ppp-connection ${peer}\n`);
    const runs = (n: number): RegExp =>
      new RegExp(`(?:CMD \\(.*(?:check-ppp-connection|pppctl ensure)[\\s\\S]*){${n}}`);
    const idle = { noProcess: "check-ppp-connection|pppctl(-main.js)? ensure" };
    const cron = await guest.spawn(["/usr/sbin/cron", "-f"], { clearEnv: true, env: { PATH: servicePath } });
    await guest.waitForFile("/var/log/syslog", runs(1), 100_000);
    await guest.waitForFile(callLog, isUp);
    await guest.waitFor(idle);
    expect(await isp.run("pppctl", "status", peer)).toMatchObject({ status: 0 });
    const pppd = (await guest.readFile(linkPidFile)).split("\n")[0];
    // The next minute's run finds it up.
    await guest.waitForFile("/var/log/syslog", runs(2), 100_000);
    await guest.waitFor(idle);
    expect((await guest.readFile(linkPidFile)).split("\n")[0]).toBe(pppd);
    expect(await dials()).toBe(1);
    // The one after that, by the line that `pppctl install` brings, finds it gone.
    await guest.remove("/etc/crontab");
    expect(await isp.run("pppctl", "install")).toMatchObject({ status: 0 });
    const example = await guest.readFile("/etc/cron.d/pppctl");
    await guest.writeFile("/etc/cron.d/pppctl", example.replace("# * * *", "* * *"));
    await guest.kill(Number(pppd), "SIGKILL");
    await guest.waitForFile("/var/log/syslog", runs(3), 100_000);
    await guest.waitForFile(modemLog, /"event":"dial"[\s\S]*"event":"dial"/);
    await guest.waitFor(idle);
    expect(await isp.run("pppctl", "status", peer)).toMatchObject({ status: 0 });
    expect(await dials()).toBe(2);
    await cron.kill();
    await cron.wait();
    await guest.waitFor(idle);
    expect(await isp.run("poff", peer)).toMatchObject({ status: 0 });
    // What somebody has changed is somebody's.
    const uninstall = await isp.run("pppctl", "uninstall");
    expect(uninstall).toMatchObject({ status: 1, stdout: expect.stringContaining("/etc/cron.d/pppctl") });
    expect(await guest.exists("/etc/systemd/system/ppp-keep@.service")).toBe(false);
    expect(await guest.exists("/etc/cron.d/pppctl")).toBe(true);
    await guest.remove("/etc/cron.d/pppctl");
  });

  test("a unit of Type=notify: READY at once, STATUS as it is, WATCHDOG in time, STOPPING at the end", async () => {
    const socket = "/run/notify-test";
    const heard = "/tmp/notify-test";
    const listen = `use Socket; $| = 1; socket(S, AF_UNIX, SOCK_DGRAM, 0) && bind(S, sockaddr_un($ARGV[0])) or die $!;
      print "ready\\n"; open my $to, ">>", $ARGV[1]; $to->autoflush(1);
      my $text; while (defined recv(S, $text, 4096, 0)) { print $to "$text\\n"; }`;
    const systemd = await guest.spawn(["/usr/bin/perl", "-MIO::Handle", "-e", listen, socket, heard]);
    await systemd.waitForOutput(/ready/);
    const env = { PATH: servicePath, NOTIFY_SOCKET: socket, WATCHDOG_USEC: "4000000" };
    const keep = await guest.spawn(["/usr/local/bin/pppctl", "keep", "--", peer], { clearEnv: true, env });
    await guest.waitForFile(heard, /^STATUS=yosefcom: up on ppp\d+$/);
    // Two of them: it goes on.
    const beats = (await guest.readFile(heard)).split("WATCHDOG=1").length;
    await guest.waitForFile(heard, new RegExp(`(?:WATCHDOG=1[\\s\\S]*){${beats + 1}}`));
    await keep.kill("SIGTERM");
    expect(await keep.wait()).toMatchObject({ status: 0 });
    await guest.waitForFile(heard, /^STOPPING=1$/);
    const said = (await guest.readFile(heard)).split("\n").filter((line) => line !== "" && line !== "WATCHDOG=1");
    expect(said).toEqual([
      "READY=1",
      "STATUS=yosefcom: dialing",
      expect.stringMatching(/^STATUS=yosefcom: up on ppp\d+$/),
      "STOPPING=1",
    ]);
    await systemd.kill();
    await systemd.wait();
    for (const path of [socket, heard]) await guest.remove(path);
  });
});
