import { expect, onTestFinished, test } from "vitest";
import { noHooks, tunnelled } from "../vm/tunnel-isp.ts";
import { echoes, kinds, servers, takes } from "./tunnel-kinds.ts";
import type { Tunnels } from "./use-tunnels.ts";

/** At a time: the server of L2TP has one address to give. Of each way to be told of the end, one with everything that is to come back. */
const rounds = [
  {
    round: "all kinds",
    tunnels: [kinds.pptp, kinds.kernel, kinds.program, kinds.l2tp],
    taking: [kinds.pptp.name, kinds.l2tp.name],
  },
  { round: "L2TP by its plugin", tunnels: [kinds.plugin], taking: [kinds.plugin.name] },
] as const;

/** Tunnels whose servers are killed while they are up, and come back. Call once in a file. */
export function testTunnelLives({ guest, isp }: Tunnels): void {
  async function causeOf(peer: string): Promise<string> {
    const { stdout, stderr } = await isp.run("pppctl", "explain", "--json", peer);
    return stdout === "" ? stderr : (JSON.parse(stdout) as { readonly cause: string }).cause;
  }

  test.each(rounds)(
    "$round, servers that are killed: seen within the time that the echoes allow, with a cause; the machine is as before",
    async ({ tunnels, taking }) => {
      const names = tunnels.map(({ name }) => name);
      const before = await isp.hostState();
      for (const { name, peer } of tunnels) {
        const isTaking = taking.some((one) => one === name);
        await isp.writePeer(name, ...peer, ...echoes, ...(isTaking ? takes : noHooks));
      }
      const up = await isp.run("pppctl", "up", "-v", ...names);
      expect(up, up.stderr).toMatchObject({ status: 0 });
      for (const server of servers) await isp.kill(server);
      const killed = performance.now();
      await guest.waitFor({ noProcess: "^(/usr/sbin/)?pppd (call|plugin pppol2tp)" });
      // Four echoes, one Terminate-Request, and what the scripts of two links take on an emulated processor.
      expect(performance.now() - killed).toBeLessThan(45_000);
      // pptp(8) is told by TCP, when it still says something.
      for (const name of names)
        expect(await causeOf(name), name).toMatch(
          name === kinds.pptp.name ? /^(line-lost|echo-timeout)$/ : /^echo-timeout$/,
        );
      await isp.run("pppctl", "repair");
      expect(await isp.hostState()).toBe(before);
    },
  );

  test.each(rounds)(
    "$round, with persist or an lac with redial: they outlive a restart of their servers",
    async ({ tunnels }) => {
      const names = tunnels.map(({ name }) => name);
      const before = await isp.hostState();
      const lac = ["redial = yes", "redial timeout = 2", "max redials = 20"];
      const config = await guest.readFile("/etc/xl2tpd/xl2tpd.conf");
      await guest.writeFile(
        "/etc/xl2tpd/xl2tpd.conf",
        config.replace("[lac yosefcom]", ["[lac yosefcom]", ...lac].join("\n")),
      );
      onTestFinished(async () => {
        await guest.writeFile("/etc/xl2tpd/xl2tpd.conf", config);
        for (const name of names) await guest.remove(`/tmp/ups-${name}`);
      });
      for (const { name, peer, ends } of tunnels) {
        const again = ends === tunnelled.l2tp ? [] : ["persist", "holdoff 2", "maxfail 0"];
        await isp.writePeer(name, ...peer, ...echoes, ...again, `ip-up-script /tmp/count-${name}`, noHooks[1] ?? "");
        await guest.writeFile(`/tmp/count-${name}`, `#!/bin/sh\necho "$IPREMOTE" >> /tmp/ups-${name}\n`, 0o755);
      }
      const up = await isp.run("pppctl", "up", "-v", ...names);
      expect(up, up.stderr).toMatchObject({ status: 0 });
      for (const name of names) await guest.waitForFile(`/tmp/ups-${name}`, /^10/);
      for (const server of servers) await isp.kill(server);
      for (const server of servers) await isp.start(server);
      for (const name of names) await guest.waitForFile(`/tmp/ups-${name}`, /^10\S+\n10/, 120_000);
      for (const { name, ends } of tunnels) {
        const ping = await guest.run(["ping", "-c", "1", "-W", "20", ends.server]);
        expect(ping, `${name}: ${ping.stdout}`).toMatchObject({ status: 0 });
      }
      const down = await isp.run("pppctl", "down", ...names);
      expect(down, down.stderr).toMatchObject({ status: 0 });
      expect(await isp.hostState()).toBe(before);
    },
  );
}
