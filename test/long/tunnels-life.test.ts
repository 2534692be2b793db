import { afterEach, expect, test } from "vitest";
import { useGuest } from "../vm/guest.ts";
import { noHooks, tunnelled, useTunnelIsp, wan } from "../vm/tunnel-isp.ts";

/** Tunnels whose servers are killed while they are up, and come back. */
const guest = useGuest();
const isp = useTunnelIsp(guest);

const pptp = (server: string): string => `pty "pptp ${server} --nolaunchpppd"`;
/** A server that has gone is noticed after eight seconds without an answer. */
const echoes = ["lcp-echo-interval 2", "lcp-echo-failure 4", "lcp-restart 1", "lcp-max-terminate 1"];

const kinds = [
  { name: "pptp", peer: [pptp(wan.server)], ends: tunnelled.pptp },
  { name: "kernel", peer: ["plugin pppoe.so", "wan0"], ends: tunnelled.pppoe },
  { name: "program", peer: ['pty "pppoe -I wan0 -T 80 -m 1452"'], ends: tunnelled.pppoe },
  { name: "l2tp", peer: ["set PON_L2TP_LAC=yosefcom"], ends: tunnelled.l2tp },
] as const;
const names = kinds.map(({ name }) => name);
const servers = ["pptpd", "pppoe-server", "xl2tpd"] as const;
const takes = ["defaultroute", "replacedefaultroute", "usepeerdns", "set PON_ROUTES=10.20.0.0/16"];

async function causeOf(peer: string): Promise<string> {
  const { stdout, stderr } = await isp.run("pppctl", "explain", "--json", peer);
  return stdout === "" ? stderr : (JSON.parse(stdout) as { readonly cause: string }).cause;
}

afterEach(async () => {
  for (const server of servers) await isp.start(server);
  await guest.waitFor({ noProcess: "^(sh -c )?pptp 198" });
  await guest.waitFor({ noProcess: "^(/usr/sbin/)?pppd (call|plugin pppol2tp.so pppol2tp \\d+ passive)" });
});

test("servers that are killed: seen within the time that the echoes allow, with a cause; the machine is as before", async () => {
  const before = await isp.hostState();
  // Of each way to be told of the end, one with everything that is to come back.
  for (const { name, peer } of kinds) {
    await isp.writePeer(name, ...peer, ...echoes, ...(name === "pptp" || name === "l2tp" ? takes : noHooks));
  }
  const up = await isp.run("pppctl", "up", "-v", ...names);
  expect(up, up.stderr).toMatchObject({ status: 0 });
  for (const server of servers) await isp.kill(server);
  const killed = performance.now();
  await guest.waitFor({ noProcess: "^(/usr/sbin/)?pppd (call|plugin pppol2tp)" });
  // Four echoes, one Terminate-Request, and what the scripts of two links take on an emulated processor.
  expect(performance.now() - killed).toBeLessThan(45_000);
  const causes = [];
  for (const name of names) causes.push(await causeOf(name));
  expect(causes[0]).toMatch(/^(line-lost|echo-timeout)$/);
  expect(causes.slice(1)).toEqual(["echo-timeout", "echo-timeout", "echo-timeout"]);
  await isp.run("pppctl", "repair");
  expect(await isp.hostState()).toBe(before);
});

test("persist, and an lac with redial, outlive a restart of their servers", async () => {
  const before = await isp.hostState();
  const lac = ["redial = yes", "redial timeout = 2", "max redials = 20"];
  const config = await guest.readFile("/etc/xl2tpd/xl2tpd.conf");
  await guest.writeFile(
    "/etc/xl2tpd/xl2tpd.conf",
    config.replace("[lac yosefcom]", ["[lac yosefcom]", ...lac].join("\n")),
  );
  for (const { name, peer } of kinds) {
    const again = name === "l2tp" ? [] : ["persist", "holdoff 2", "maxfail 0"];
    await isp.writePeer(name, ...peer, ...echoes, ...again, `ip-up-script /tmp/count-${name}`, noHooks[1] ?? "");
    await guest.writeFile(`/tmp/count-${name}`, `#!/bin/sh\necho "$IPREMOTE" >> /tmp/ups-${name}\n`, 0o755);
  }
  const up = await isp.run("pppctl", "up", "-v", ...names);
  expect(up, up.stderr).toMatchObject({ status: 0 });
  for (const name of names) await guest.waitForFile(`/tmp/ups-${name}`, /^10/);
  for (const server of servers) await isp.kill(server);
  for (const server of servers) await isp.start(server);
  for (const name of names) await guest.waitForFile(`/tmp/ups-${name}`, /^10\S+\n10/, 120_000);
  for (const { name, ends } of kinds) {
    const ping = await guest.run(["ping", "-c", "1", "-W", "20", ends.server]);
    expect(ping, `${name}: ${ping.stdout}`).toMatchObject({ status: 0 });
  }
  const down = await isp.run("pppctl", "down", ...names);
  expect(down, down.stderr).toMatchObject({ status: 0 });
  expect(await isp.hostState()).toBe(before);
  await guest.writeFile("/etc/xl2tpd/xl2tpd.conf", config);
});
