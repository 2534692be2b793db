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

test.each([
  { line: `PPTP to ${wan.server}`, peer: [pptp(wan.server)], ends: tunnelled.pptp },
  { line: "PPPoE on wan0, to ACME", peer: ["plugin pppoe.so", "pppoe-ac ACME", "wan0"], ends: tunnelled.pppoe },
  { line: `L2TP to ${wan.server}`, peer: ["set PON_L2TP_LAC=yosefcom"], ends: tunnelled.l2tp },
  { line: "PPPoE on wan0", peer: ['pty "pppoe -I wan0 -T 80 -m 1452"'], ends: tunnelled.pppoe },
])("$line: up, a ping across, down; the machine is as before", async ({ line, peer, ends }) => {
  const before = await isp.hostState();
  await isp.writePeer("tunnel", ...peer, ...noHooks);
  const pon = await isp.run("pon", "tunnel");
  expect(pon, pon.stderr).toMatchObject({ status: 0, heldOpen: false });
  expect(pon.stderr).toMatch(new RegExp(`^tunnel: (starting pppd|calling by xl2tpd) \\(${line}\\)\n`));
  expect(pon.stdout).toMatch(new RegExp(`^tunnel: up on ppp\\d+, ${ends.client} -> ${ends.server} \\(`));
  expect(await guest.run(["ping", "-c", "1", "-W", "20", ends.server])).toMatchObject({ status: 0 });
  expect(await isp.run("poff", "tunnel")).toMatchObject({ status: 0 });
  expect(await isp.hostState()).toBe(before);
});

test("PPTP takes the default route and brings networks; after kill -9, repair brings everything back", async () => {
  const before = await isp.hostState();
  const routes = ["defaultroute", "replacedefaultroute", 'set "PON_ROUTES=10.20.0.0/16 10.30.0.1"'];
  await isp.writePeer("tunnel", pptp(wan.server), ...routes, "usepeerdns");
  await guest.writeFile("/etc/ppp/ip-up.d/tunnel-env", "#!/bin/sh\nenv | sort > /tmp/tunnel-env\n", 0o755);
  const pon = await isp.run("pon", "tunnel");
  expect(pon, pon.stderr).toMatchObject({ status: 0, heldOpen: false });
  const look = "ip route get 203.0.113.1; ip route get 10.20.1.1; ip route get 10.30.0.1; ip route get 198.51.100.1";
  const { stdout: ways } = await guest.run(["sh", "-c", look]);
  expect([...ways.matchAll(/ dev (\S+)/g)].map(([, dev]) => dev)).toEqual(["ppp0", "ppp0", "ppp0", wan.iface]);
  await guest.waitForFile("/tmp/tunnel-env", /^PPP_REMOTE=/);
  const env = (await guest.readFile("/tmp/tunnel-env")).split("\n");
  const { client, server } = tunnelled.pptp;
  expect(env).toEqual(
    expect.arrayContaining(["LINKNAME=tunnel", `IPLOCAL=${client}`, `IPREMOTE=${server}`, "USEPEERDNS=1"]),
  );
  expect(env).toEqual(expect.arrayContaining([`DNS1=${tunnelled.dns1}`, `DNS2=${tunnelled.dns2}`]));
  // pppd first: it would end in peace when pptp has gone.
  for (const pattern of [/pppd call tunnel/, /pptp/]) {
    for (const { pid, argv } of await guest.processes()) {
      if (pattern.test(argv.join(" ")) && !/pptpd/.test(argv[0] ?? "")) await guest.kill(pid, "SIGKILL");
    }
  }
  const repair = await isp.run("pppctl", "repair");
  expect(repair, repair.stderr).toMatchObject({ status: 0, stdout: "5 changes undone\n" });
  expect(await isp.hostState()).toBe(before);
  expect(await isp.run("pppctl", "repair")).toMatchObject({ status: 0, stdout: "nothing to repair\n" });
});

test("two links with default routes, name servers and a firewall; the first one ends first", async () => {
  const before = await isp.hostState();
  const takes = ["defaultroute", "replacedefaultroute", "usepeerdns", "ipparam firewall"];
  await isp.writePeer("first", pptp(wan.server), ...takes);
  await isp.writePeer("second", "plugin pppoe.so", "wan0", ...takes);
  const firewall = await guest.run(["cat", inCheckout("docs/hooks/firewall")]);
  const hooks = ["/etc/ppp/ip-pre-up.d/firewall", "/etc/ppp/ip-down.d/firewall"];
  for (const path of hooks) await guest.writeFile(path, firewall.stdout, 0o755);
  for (const [peer, iface] of [
    ["first", "ppp0"],
    ["second", "ppp1"],
  ] as const) {
    const pon = await isp.run("pon", peer);
    expect(pon, pon.stderr).toMatchObject({ status: 0 });
    const state = await isp.hostState();
    expect(state).toMatch(new RegExp(`^default dev ${iface} `, "m"));
    expect(state).toMatch(new RegExp(`^nameserver ${tunnelled.dns1}$`, "m"));
    expect(state).toContain(`table inet pon_${iface}`);
  }
  for (const peer of ["first", "second"]) {
    const poff = await isp.run("poff", peer);
    expect(poff, poff.stderr).toMatchObject({ status: 0 });
  }
  expect(await isp.hostState()).toBe(before);
  for (const path of hooks) await guest.remove(path);
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
  const ends = await Promise.all(calls.map((call) => call.wait()));
  const codes = ends.map(({ stdout, stderr }) =>
    stdout === "" ? stderr : (JSON.parse(stdout) as { readonly code: string }).code,
  );
  expect(codes).toEqual(cases.map(({ code }) => code));
  for (const { status } of ends) expect(status).not.toBe(0);
  expect(await isp.hostState()).toBe(before);
});
