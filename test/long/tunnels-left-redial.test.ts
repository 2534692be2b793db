import { expect, onTestFinished, test } from "vitest";
import { inCheckout } from "../vm/guest.ts";
import { echoes, firewallHooks, kinds, takes } from "./tunnel-kinds.ts";
import { useTunnels } from "./use-tunnels.ts";

/** pppd before 2.5.1 runs ip-pre-up without our hook runner, in each call of `persist`. */
const { guest, isp } = useTunnels();
const { name, peer } = kinds.kernel;
const gate = "/etc/ppp/ip-pre-up.d/gate";

test("a persist pppd is killed in ip-pre-up of its second call: repair waits for those scripts, and undoes what they have done", async () => {
  const before = await isp.hostState();
  const firewall = (await guest.run(["cat", inCheckout("docs/hooks/firewall")])).stdout;
  for (const path of firewallHooks) await guest.writeFile(path, firewall, 0o755);
  onTestFinished(async () => {
    for (const path of [...firewallHooks, gate, "/tmp/gate", "/tmp/at-gate"]) await guest.remove(path);
  });
  await isp.writePeer(name, ...peer, ...takes, ...echoes, "ipparam firewall", "persist", "holdoff 1", "maxfail 0");
  const pon = await isp.run("pon", name);
  expect(pon, pon.stderr).toMatchObject({ status: 0 });
  await guest.waitForFile(`/run/pppctl/${name}/host-up`);
  // From now on a script of ip-pre-up waits to be let go.
  expect(await guest.run(["mkfifo", "/tmp/gate"])).toMatchObject({ status: 0 });
  await guest.writeFile(gate, "#!/bin/sh\ntouch /tmp/at-gate\nread -r _ < /tmp/gate\n", 0o755);
  await isp.kill("pppoe-server");
  await isp.start("pppoe-server");
  await guest.waitForFile("/tmp/at-gate", undefined, 120_000);
  expect(await isp.hostState()).toContain("table inet pon_ppp0");
  const pppd = (await guest.processes()).find(({ argv }) => /pppd call /.test(argv.join(" ")));
  await guest.kill(pppd?.pid ?? 0, "SIGKILL");
  const repair = await isp.spawn("pppctl", "repair");
  await guest.run(["sh", "-c", "echo go > /tmp/gate"]);
  const end = await repair.wait();
  expect(end, end.stderr).toMatchObject({ status: 0, stdout: "1 change undone\n" });
  await guest.waitFor({ noProcess: "hook-main|/bin/hooks/ip|/etc/ppp/ip-" });
  expect(await isp.hostState()).toBe(before);
});
