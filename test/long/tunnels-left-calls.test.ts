import { expect, onTestFinished, test } from "vitest";
import { type GuestProcess, inCheckout } from "../vm/guest.ts";
import { firewallHooks, kinds, takes } from "./tunnel-kinds.ts";
import { useTunnels } from "./use-tunnels.ts";

/** pon is killed while xl2tpd, which goes on, makes the link. */
const { guest, isp } = useTunnels();
const { name, peer } = kinds.l2tp;

/** Debian's xl2tpd says it when it begins to call. */
const calling = "xl2tpd.*: Connecting to host";

async function countCalls(): Promise<number> {
  const { stdout } = await guest.run(["grep", "-c", calling, "/var/log/syslog"]);
  return Number(stdout);
}

/** The far xl2tpd, which answers calls. */
async function findServer(): Promise<number> {
  const found = (await guest.processes()).find(({ argv }) => /^xl2tpd -D -c \/tmp\/tunnels/.test(argv.join(" ")));
  if (found === undefined) throw new Error("no xl2tpd answers calls");
  return found.pid;
}

test("before its server has answered: repair has xl2tpd forget the call, and no pppd comes when it answers at last", async () => {
  const before = await isp.hostState();
  await isp.writePeer(name, ...peer, ...takes);
  const server = await findServer();
  await guest.kill(server, "SIGSTOP");
  onTestFinished(async () => void (await guest.kill(server, "SIGCONT")));
  const calls = await countCalls();
  const pon = await isp.spawn("pon", name);
  await guest.waitForFile("/var/log/syslog", new RegExp(`(?:${calling}[^]*){${calls + 1}}`));
  await pon.kill("SIGKILL");
  await pon.wait();
  const repair = await isp.run("pppctl", "repair");
  expect(repair, repair.stderr).toMatchObject({ status: 0, stdout: "2 changes undone\n" });
  expect(await isp.hostState()).toBe(before);
  const unknown = await guest.run(["xl2tpd-control", "-d", "disconnect-lac", `pon-${name}`]);
  expect(unknown.stdout + unknown.stderr).toContain("No such tunnel");
  await guest.kill(server, "SIGCONT");
  // Both xl2tpds have read the old call's messages before those of this one.
  expect(await isp.run("pon", name)).toMatchObject({ status: 0 });
  expect(await isp.run("poff", name)).toMatchObject({ status: 0 });
  await guest.waitFor({ noProcess: "^(/usr/sbin/)?pppd plugin" });
  expect(await isp.hostState()).toBe(before);
});

/** pon, until its pppd is in ip-pre-up, where the firewall is up already and a script waits to be let go. */
async function callToGate(): Promise<{ readonly pon: GuestProcess; readonly open: () => Promise<unknown> }> {
  await isp.writePeer(name, ...peer, ...takes, "ipparam firewall");
  const firewall = (await guest.run(["cat", inCheckout("docs/hooks/firewall")])).stdout;
  const gate = "/etc/ppp/ip-pre-up.d/gate";
  for (const path of firewallHooks) await guest.writeFile(path, firewall, 0o755);
  await guest.writeFile(gate, "#!/bin/sh\ntouch /tmp/at-gate\nread -r _ < /tmp/gate\n", 0o755);
  expect(await guest.run(["mkfifo", "/tmp/gate"])).toMatchObject({ status: 0 });
  onTestFinished(async () => {
    for (const path of [...firewallHooks, gate, "/tmp/gate", "/tmp/at-gate"]) await guest.remove(path);
  });
  const pon = await isp.spawn("pon", name);
  await guest.waitForFile("/tmp/at-gate");
  expect(await isp.hostState()).toContain("table inet pon_ppp0");
  return { pon, open: () => guest.run(["sh", "-c", "echo go > /tmp/gate"]) };
}

async function killAll(pon: GuestProcess, pattern: RegExp): Promise<void> {
  for (const { pid, argv } of await guest.processes()) {
    if (pattern.test(argv.join(" "))) await guest.kill(pid, "SIGKILL");
  }
  await pon.kill("SIGKILL");
  await pon.wait();
}

test("while its pppd is in ip-pre-up: repair leaves that link alone, though nobody has noted its pid, and poff ends it", async () => {
  const before = await isp.hostState();
  const { pon, open } = await callToGate();
  await killAll(pon, /pon-main/);
  await guest.writeFile(`/run/pppctl/${name}/xl2tpd.json`, `{"lac":"pon-${name}"}\n`);
  await guest.remove(`/run/ppp-${name}.pid`);
  const repair = await isp.run("pppctl", "repair");
  expect(repair, repair.stderr).toMatchObject({ status: 0, stdout: "nothing to repair\n" });
  await open();
  await guest.waitForFile(`/run/pppctl/${name}/host-up`);
  const poff = await isp.run("poff", name);
  expect(poff, poff.stderr).toMatchObject({ status: 0 });
  expect(await isp.hostState()).toBe(before);
});

test("and its pppd, too, while it is in ip-pre-up: repair waits for those scripts, and undoes what they have done", async () => {
  const before = await isp.hostState();
  const { pon, open } = await callToGate();
  await killAll(pon, /pon-main|^\/usr\/sbin\/pppd .*xl2tpd-options$/);
  const repair = await isp.spawn("pppctl", "repair");
  await open();
  const end = await repair.wait();
  expect(end, end.stderr).toMatchObject({ status: 0, stdout: "3 changes undone\n" });
  await guest.waitFor({ noProcess: "hook-main|/bin/hooks/ip|/etc/ppp/ip-" });
  expect(await isp.hostState()).toBe(before);
});
