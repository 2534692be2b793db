import { afterEach, expect, test } from "vitest";
import { inCheckout, useGuest } from "./guest.ts";
import { noHooks, tunnelled, useTunnelIsp, wan } from "./tunnel-isp.ts";

const guest = useGuest();
const isp = useTunnelIsp(guest);

const pptp = (server: string): string => `pty "pptp ${server} --nolaunchpppd"`;

/** A server that says nothing is given up within some 3 s. */
const quick = ["lcp-restart 1", "lcp-max-configure 3"];

afterEach(async () => {
  // pppd has gone, and with it the pty: pptp sees that a moment later.
  await guest.waitFor({ noProcess: "^(sh -c )?pptp 198" });
  const left = (await guest.processes()).filter(({ argv }) => /pppd call|pptp 198|pppoe -I/.test(argv.join(" ")));
  for (const { pid } of left) await guest.kill(pid, "SIGKILL");
  expect(left.map(({ argv }) => argv.join(" "))).toEqual([]);
});

test("PPTP, PPPoE by the kernel and by its program, L2TP: up side by side, pings across, down; the machine is as before", async () => {
  const kinds = [
    { name: "pptp", line: `PPTP to ${wan.server}`, peer: [pptp(wan.server)], ends: tunnelled.pptp },
    {
      name: "kernel",
      line: "PPPoE on wan0, to ACME",
      peer: ["plugin pppoe.so", "pppoe-ac ACME", "wan0"],
      ends: tunnelled.pppoe,
    },
    { name: "program", line: "PPPoE on wan0", peer: ['pty "pppoe -I wan0 -T 80 -m 1452"'], ends: tunnelled.pppoe },
    {
      name: "plugin",
      line: `L2TP to ${wan.server}`,
      peer: ["plugin pppol2tp.so", "set PON_L2TP_LAC=yosefcom"],
      ends: tunnelled.l2tp,
    },
  ];
  const names = kinds.map(({ name }) => name);
  const before = await isp.hostState();
  for (const { name, peer } of kinds) await isp.writePeer(name, ...peer, ...noHooks);
  const up = await isp.run("pppctl", "up", "-v", ...names);
  expect(up, up.stderr).toMatchObject({ status: 0, heldOpen: false });
  for (const { name, line, ends } of kinds) {
    expect(up.stderr).toMatch(new RegExp(`^${name}: (starting pppd|calling by xl2tpd) \\(${line}\\)$`, "m"));
    const said = new RegExp(`^${name}: up on (ppp\\d+), ${ends.client} -> (${ends.server}) \\(`, "m").exec(up.stdout);
    expect(said, up.stdout).not.toBeNull();
    const ping = await guest.run(["ping", "-c", "1", "-W", "20", "-I", said?.[1] ?? "", said?.[2] ?? ""]);
    expect(ping, ping.stdout).toMatchObject({ status: 0 });
  }
  const down = await isp.run("pppctl", "down", ...names);
  expect(down, down.stderr).toMatchObject({ status: 0 });
  expect(await isp.hostState()).toBe(before);
});

test("default routes, networks, name servers and a firewall of two links; the first one ends first, the second is killed; then repair", async () => {
  const before = await isp.hostState();
  const takes = ["defaultroute", "replacedefaultroute", "usepeerdns"];
  const networks = 'set "PON_ROUTES=10.20.0.0/16 10.30.0.1"';
  await isp.writePeer("first", "set PON_L2TP_LAC=yosefcom", ...takes, networks, "ipparam firewall");
  await isp.writePeer("second", pptp(wan.server), ...takes, networks, "ipparam firewall");
  const firewall = await guest.run(["cat", inCheckout("docs/hooks/firewall")]);
  const hooks = ["/etc/ppp/ip-pre-up.d/firewall", "/etc/ppp/ip-down.d/firewall"];
  for (const path of hooks) await guest.writeFile(path, firewall.stdout, 0o755);
  await guest.writeFile("/etc/ppp/ip-up.d/first/env", "#!/bin/sh\nenv | sort > /tmp/tunnel-env\n", 0o755);

  for (const [peer, iface] of [
    ["first", "ppp0"],
    ["second", "ppp1"],
  ] as const) {
    const pon = await isp.run("pon", peer);
    expect(pon, pon.stderr).toMatchObject({ status: 0, heldOpen: false });
    const state = await isp.hostState();
    expect(state).toMatch(new RegExp(`^default dev ${iface} `, "m"));
    expect(state).toMatch(new RegExp(`^nameserver ${tunnelled.dns1}$`, "m"));
    expect(state).toContain(`table inet pon_${iface}`);
    const look = "ip route get 203.0.113.1; ip route get 10.20.1.1; ip route get 10.30.0.1; ip route get 198.51.100.1";
    const { stdout: ways } = await guest.run(["sh", "-c", look]);
    expect([...ways.matchAll(/ dev (\S+)/g)].map(([, dev]) => dev)).toEqual([iface, iface, iface, wan.iface]);
  }
  await guest.waitForFile("/tmp/tunnel-env", /^PPP_REMOTE=/);
  const env = (await guest.readFile("/tmp/tunnel-env")).split("\n");
  const { client, server } = tunnelled.l2tp;
  expect(env).toEqual(
    expect.arrayContaining(["LINKNAME=first", `IPLOCAL=${client}`, `IPREMOTE=${server}`, "USEPEERDNS=1"]),
  );
  expect(env).toEqual(expect.arrayContaining([`DNS1=${tunnelled.dns1}`, `DNS2=${tunnelled.dns2}`]));

  const poff = await isp.run("poff", "first");
  expect(poff, poff.stderr).toMatchObject({ status: 0 });
  expect(await isp.hostState()).not.toContain("table inet pon_ppp0");
  // Whose runner lives undoes what it has done by itself. pppd first: it would end in peace when pptp has gone.
  await guest.waitFor({ noProcess: "hook-main" });
  for (const pattern of [/pppd call second/, /pptp/]) {
    for (const { pid, argv } of await guest.processes()) {
      if (pattern.test(argv.join(" ")) && !/pptpd/.test(argv[0] ?? "")) await guest.kill(pid, "SIGKILL");
    }
  }
  const repair = await isp.run("pppctl", "repair");
  expect(repair, repair.stderr).toMatchObject({ status: 0, stdout: "6 changes undone\n" });
  expect(await isp.hostState()).toBe(before);
  for (const path of [...hooks, "/etc/ppp/ip-up.d/first"]) await guest.remove(path);
});

test("a tunnel that does not come about: each reason has its name, and nothing is left", async () => {
  const before = await isp.hostState();
  const cases = [
    { name: "refused", peer: [pptp(wan.refused)], code: "tunnel.refused" },
    { name: "nobody", peer: [pptp(wan.nobody)], code: "tunnel.unreachable" },
    { name: "gre", peer: [pptp(wan.greBlocked), ...quick], code: "tunnel.gre-blocked" },
    { name: "password", peer: ["plugin pppoe.so", "wan0", 'password "wrong"'], code: "auth.refused" },
    { name: "l2tp", peer: ["set PON_L2TP_LAC=nobody"], code: "tunnel.l2tp-silent" },
    { name: "socket", peer: [`socket ${wan.server}:4000`], code: "tunnel.refused" },
    {
      name: "service",
      peer: ["plugin pppoe.so", "pppoe-service gold", "pppoe-padi-timeout 1", "pppoe-padi-attempts 2", "wan0"],
      code: "tunnel.pppoe-silent",
    },
  ];
  for (const { name, peer } of cases) await isp.writePeer(name, ...peer, ...noHooks);
  const calls = await Promise.all(cases.map(({ name }) => isp.spawn("pon", "--json", name)));
  // Seven at a time on two emulated processors.
  const ends = await Promise.all(calls.map((call) => call.wait(110_000)));
  const codes = ends.map(({ stdout, stderr }) =>
    stdout === "" ? stderr : (JSON.parse(stdout) as { readonly code: string }).code,
  );
  expect(codes).toEqual(cases.map(({ code }) => code));
  // What comes is let through on the way, and it acknowledges nothing: it may come after the peer's three seconds.
  const gre = ends[cases.findIndex(({ name }) => name === "gre")];
  expect(gre?.stderr).toMatch(
    /but (its GRE \(protocol 47\) comes here, and ours does not get there|nothing came back through GRE \(protocol 47\))$/m,
  );
  for (const { status } of ends) expect(status).not.toBe(0);
  expect(await isp.hostState()).toBe(before);
});
