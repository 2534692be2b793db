import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { unpackPackages } from "../../tools/vm/unpack-packages.ts";
import { type ProcessResult, useGuest } from "../vm/guest.ts";
import { account, numbers, useIsp } from "../vm/isp.ts";

/**
 * `ppp-keep@.service` below the real systemd: process 1 of a pid namespace in the guest, as in a container, with cgroups and mounts of its
 * own, and the guest's network, devices and files. Of systemd's own units it has those that the service's dependencies name.
 */

const libraries = ["libsystemd-shared", "libapparmor1", "libip4tc2", "libkmod2", "libseccomp2"];
const folder = unpackPackages(["systemd", ...libraries], (line) => console.error(`vm: ${line}`));

const guest = useGuest();
const peer = "yosefcom";
const unit = `ppp-keep@${peer}.service`;
const units = "/lib/systemd/system";
const targets = ["basic", "sysinit", "network-pre", "nss-lookup", "shutdown", "umount", "final"];
const dropIn = "/etc/systemd/system/ppp-keep@.service.d";
const linkPidFile = `/run/ppp-${peer}.pid`;
const callLog = `/run/pppctl/${peer}/pppd.log`;
const modemLog = "/tmp/isp/modem.log";
const quick = ["lcp-restart 1", "lcp-max-terminate 1", `user ${account.user}`, "set PON_PAUSE=1"];
const calls = (n: number): RegExp => new RegExp(`(?:"event":"connect"[\\s\\S]*){${n}}`);

/** Becomes process 1 in the end. */
const boot = `set -e
mkdir -p /sys/fs/cgroup/machine
echo 0 > /sys/fs/cgroup/machine/cgroup.procs
exec unshare --pid --fork --kill-child --mount --mount-proc --cgroup --uts sh -e -c '
  umount /sys/fs/cgroup; mount -t cgroup2 cgroup /sys/fs/cgroup
  for place in system system-generators; do mount -t tmpfs none /lib/systemd/$place; done
  for name in ${targets.join(" ")}; do cp ${folder}${units}/$name.target ${units}/; done
  exec env -i container=test PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \\
    /lib/systemd/systemd --system --unit=basic.target --log-target=console --show-status=no'`;

describe("ppp-keep@.service below systemd", () => {
  const isp = useIsp(guest, { line: "pty" });
  let systemd = 0;

  /** In systemd's namespaces. */
  const inside = (...argv: readonly string[]): Promise<ProcessResult> =>
    guest.run(["nsenter", "-t", String(systemd), "-p", "-m", "-C", "-u", "--", ...argv]);
  const property = async (name: string): Promise<string> =>
    (await inside("systemctl", "show", "--value", "--property", name, unit)).stdout.trim();
  const untilProperty = (name: string, value: RegExp): Promise<void> =>
    expect.poll(() => property(name), { timeout: 60_000 }).toMatch(value);
  /** Outside pids: keep, and pppd. */
  const pidOf = async (pattern: RegExp): Promise<number> =>
    (await guest.processes()).find(({ argv }) => pattern.test(argv.join(" ")))?.pid ?? 0;
  const keep = /pppctl-main\.js keep -- yosefcom$/;
  const pppd = /pppd call yosefcom /;

  beforeAll(async () => {
    const copy = `cp -a ${folder}/lib/. /lib/; cp -a ${folder}/bin/. /bin/; cp -a ${folder}/usr/lib/. /usr/lib/`;
    expect(await guest.run(["sh", "-c", copy])).toMatchObject({ status: 0, stderr: "" });
    await guest.writeFile("/etc/ppp/pap-secrets", `${account.user} * "${account.password}" *\n`, 0o600);
    await isp.writePeer(peer, { number: numbers.pap, options: quick });
    expect(await isp.run("pppctl", "install")).toMatchObject({ status: 0 });
    await guest.writeFile(`${dropIn}/quick.conf`, "[Service]\nWatchdogSec=20\nRestartSec=1\n");
    const machine = await guest.spawn(["sh", "-c", boot]);
    await guest.waitForFile("/run/systemd/private");
    systemd = await pidOf(/^\/lib\/systemd\/systemd --system/);
    expect(systemd, (await machine.output()).stderr).toBeGreaterThan(0);
  });
  afterEach(isp.expectNothingLeft);
  afterAll(async () => {
    expect(await isp.run("pppctl", "uninstall")).toMatchObject({ status: 0 });
    for (const path of [dropIn, "/run/systemd", "/etc/ppp/pap-secrets", "/var/lib/pppctl"]) await guest.remove(path);
  });

  test("it starts and tells how it is; pppd killed, itself stopped: up again; stop: everything is down", async () => {
    const started = await inside("systemctl", "start", unit);
    expect(started, started.stderr).toMatchObject({ status: 0 });
    await guest.waitForFile(modemLog, calls(1));
    await untilProperty("StatusText", /^yosefcom: up on ppp\d+$/);
    const status = await inside("systemctl", "status", "--no-pager", unit);
    expect(status.stdout).toMatch(/Active: active \(running\)/);
    expect(status.stdout).toMatch(/Status: "yosefcom: up on ppp\d+"/);

    await guest.kill(await pidOf(pppd), "SIGKILL");
    await guest.waitForFile(modemLog, calls(2), 60_000);
    await untilProperty("StatusText", /^yosefcom: up on ppp\d+$/);
    expect(await property("NRestarts")).toBe("0");

    await guest.kill(await pidOf(keep), "SIGSTOP");
    await untilProperty("NRestarts", /^1$/);
    await guest.waitForFile(modemLog, calls(3), 60_000);
    await untilProperty("StatusText", /^yosefcom: up on ppp\d+$/);

    expect(await inside("systemctl", "stop", unit)).toMatchObject({ status: 0 });
    expect(await property("ActiveState")).toBe("inactive");
    expect(await property("Result")).toBe("success");
    expect([await pidOf(keep), await pidOf(pppd)]).toEqual([0, 0]);
    expect(await guest.exists(linkPidFile)).toBe(false);
    expect(await guest.readFile(callLog)).toMatch(/Terminating on signal 15/);
    await guest.kill(systemd, "SIGKILL");
    await guest.waitFor({ gone: systemd });
  });
});
