import { afterEach, beforeAll, expect, test } from "vitest";
import { inCheckout, useGuest } from "../vm/guest.ts";
import { farNamespace, noHooks, tunnelled, useTunnelIsp, wan } from "../vm/tunnel-isp.ts";

/** Lives of tunnels: their servers are killed and come back, passwords are wrong, packets are dropped, orders are mixed. */
const guest = useGuest();
const isp = useTunnelIsp(guest);

const pptp = (server: string): string => `pty "pptp ${server} --nolaunchpppd"`;
const quick = ["lcp-restart 1", "lcp-max-configure 3", "lcp-max-terminate 1"];
/** A server that has gone is noticed after eight seconds without an answer. */
const echoes = ["lcp-echo-interval 2", "lcp-echo-failure 4", "lcp-restart 1", "lcp-max-terminate 1"];

const kinds = [
  { name: "pptp", server: "pptpd", peer: [pptp(wan.server)], ends: tunnelled.pptp },
  { name: "kernel", server: "pppoe-server", peer: ["plugin pppoe.so", "wan0"], ends: tunnelled.pppoe },
  { name: "program", server: "pppoe-server", peer: ['pty "pppoe -I wan0 -T 80 -m 1452"'], ends: tunnelled.pppoe },
  { name: "l2tp", server: "xl2tpd", peer: ["set PON_L2TP_LAC=yosefcom"], ends: tunnelled.l2tp },
] as const;
const names = kinds.map(({ name }) => name);
const servers = ["pptpd", "pppoe-server", "xl2tpd"] as const;
const takes = ["defaultroute", "replacedefaultroute", "usepeerdns", "set PON_ROUTES=10.20.0.0/16"];

async function causeOf(peer: string): Promise<string> {
  const { stdout, stderr } = await isp.run("pppctl", "explain", "--json", peer);
  return stdout === "" ? stderr : (JSON.parse(stdout) as { readonly cause: string }).cause;
}

beforeAll(async () => {
  // Something behind the servers, to be reached through a link.
  const far = `ip -n ${farNamespace}`;
  expect(await guest.run(["sh", "-ec", `${far} addr add 10.20.0.1/32 dev lo`])).toMatchObject({ status: 0 });
});

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

test("wrong passwords, dropped packets, no such service: each kind has its cause", async () => {
  const before = await isp.hostState();
  const small = [
    ...["ip", "netns", "exec", farNamespace, "pppoe-server", "-F", "-I", "far0", "-C", "SMALL", "-S", "small"],
    ...["-N", "1", "-O", "/tmp/tunnels/server-options", "-L", "10.95.0.1", "-R", "10.95.0.2"],
  ];
  const full = await guest.spawn(small);
  const discovery = ["pppoe-padi-timeout 1", "pppoe-padi-attempts 2"];
  const cases = [
    { name: "w-pptp", peer: [pptp(wan.server), 'password "wrong"'], code: "auth.refused" },
    { name: "w-program", peer: [...kinds[2].peer, 'password "wrong"'], code: "auth.refused" },
    { name: "w-l2tp", peer: ["set PON_L2TP_LAC=yosefcom", 'password "wrong"'], code: "auth.refused" },
    { name: "ac", peer: ["plugin pppoe.so", "pppoe-ac OTHER", ...discovery, "wan0"], code: "tunnel.pppoe-silent" },
    { name: "p-service", peer: ['pty "pppoe -I wan0 -S gold -t 1"'], code: "tunnel.pppoe-silent" },
  ];
  await isp.writePeer("holds", "plugin pppoe.so", "pppoe-ac SMALL", "pppoe-service small", "wan0", ...noHooks);
  await isp.writePeer(
    "full",
    "plugin pppoe.so",
    "pppoe-ac SMALL",
    "pppoe-service small",
    ...discovery,
    "wan0",
    ...noHooks,
  );
  for (const { name, peer } of cases) await isp.writePeer(name, ...peer, "lcp-restart 1", ...noHooks);
  const holds = await isp.run("pon", "holds");
  expect(holds, holds.stderr).toMatchObject({ status: 0 });
  const calls = await Promise.all(
    [...cases.map(({ name }) => name), "full"].map((name) => isp.spawn("pon", "--json", name)),
  );
  const ends = await Promise.all(calls.map((call) => call.wait(120_000)));
  const codes = ends.map(({ stdout, stderr }) =>
    stdout === "" ? stderr : (JSON.parse(stdout) as { readonly code: string }).code,
  );
  expect(codes).toEqual([...cases.map(({ code }) => code), "tunnel.pppoe-refused"]);
  expect(await isp.run("poff", "holds")).toMatchObject({ status: 0 });
  await full.kill("SIGTERM", { group: true });
  await full.wait();
  expect(await isp.hostState()).toBe(before);
});

/** A key exchange daemon as far as it is asked: RFC 2408's answer to a proposal that it does not take. */
const ikeDaemon = `
const socket = require("node:dgram").createSocket("udp4");
socket.on("message", (request, from) => {
  if (request.length < 28 || request[17] !== 0x10 || request.readUInt32BE(24) !== request.length) return;
  const answer = Buffer.alloc(40);
  request.copy(answer, 0, 0, 8);
  answer.fill(7, 8, 16);
  answer.set([11, 0x10, 5, 0], 16);
  answer.writeUInt32BE(40, 24);
  answer.set([0, 0, 0, 12, 0, 0, 0, 1, 1, 0, 0, 14], 28);
  socket.send(answer, from.port, from.address);
});
socket.bind(500, "${wan.refused}", () => console.log("ready"));
`;

test("L2TP that wants IPsec first: told by the server's key exchange", async () => {
  const daemon = await guest.spawn(["ip", "netns", "exec", farNamespace, "node", "-e", ikeDaemon]);
  await daemon.waitForOutput(/ready/);
  await isp.writePeer("ipsec", "set PON_L2TP_LAC=ipsec", ...noHooks);
  const pon = await isp.run("pon", "ipsec");
  expect(pon.status).toBe(8);
  expect(pon.stderr).toContain(
    `pon: ipsec: ${wan.refused} does not answer L2TP, but key exchange for IPsec (UDP port 500): it wants L2TP inside IPsec\n`,
  );
  await daemon.kill("SIGKILL");
  await daemon.wait();
});

test("this machine's own firewall drops GRE, and L2TP: the rule is named, with what it has counted", async () => {
  const rules = `table inet own {
  chain in {
    type filter hook input priority 0;
    meta l4proto gre counter drop
  }
  chain out {
    type filter hook output priority 0;
    udp dport 1701 counter drop
  }
}
`;
  await guest.writeFile("/tmp/own-rules", rules);
  expect(await guest.run(["nft", "-f", "/tmp/own-rules"])).toMatchObject({ status: 0 });
  await isp.writePeer("gre", pptp(wan.server), ...quick, ...noHooks);
  await isp.writePeer("udp", "set PON_L2TP_LAC=yosefcom", ...noHooks);
  const calls = await Promise.all(["gre", "udp"].map((name) => isp.spawn("pon", name)));
  const [gre, udp] = await Promise.all(calls.map((call) => call.wait(120_000)));
  expect(gre?.stderr).toMatch(
    /^pon: gre: this machine's own firewall drops GRE \(protocol 47\): nft: table inet own, chain in \(\d+ packets?\)$/m,
  );
  expect(udp?.stderr).toMatch(
    /^pon: udp: this machine's own firewall drops UDP port 1701: nft: table inet own, chain out \(\d+ packets?\)$/m,
  );
  expect(await guest.run(["nft", "delete", "table", "inet", "own"])).toMatchObject({ status: 0 });
});

test.each([
  ["the first up is the first down", [0, 1]],
  ["the last up is the first down", [1, 0]],
] as const)("two links with everything: %s", async (_, order) => {
  const firewall = (await guest.run(["cat", inCheckout("docs/hooks/firewall")])).stdout;
  const hooks = ["/etc/ppp/ip-pre-up.d/firewall", "/etc/ppp/ip-down.d/firewall"];
  for (const path of hooks) await guest.writeFile(path, firewall, 0o755);
  // The interface has its address from a DHCP server behind the gateway.
  const index = (await guest.readFile(`/sys/class/net/${wan.iface}/ifindex`)).trim();
  await guest.writeFile(`/run/systemd/netif/leases/${index}`, "ADDRESS=198.51.100.2\nSERVER_ADDRESS=203.0.113.67\n");
  const before = await isp.hostState();
  for (const pair of [
    [kinds[0], kinds[1]],
    [kinds[3], kinds[2]],
  ]) {
    for (const { name, peer } of pair) await isp.writePeer(name, ...peer, ...takes, "ipparam firewall");
    for (const { name } of pair) {
      const pon = await isp.run("pon", name);
      expect(pon, pon.stderr).toMatchObject({ status: 0 });
      expect(await isp.hostState()).toMatch(/^default dev ppp\d /m);
    }
    const tunnelled = pair.some(({ name }) => name === "pptp" || name === "l2tp");
    expect((await isp.hostState()).includes(`203.0.113.67 via ${wan.server} dev ${wan.iface}`)).toBe(tunnelled);
    const ping = await guest.run(["ping", "-c", "1", "-W", "20", "10.20.0.1"]);
    expect(ping, ping.stdout).toMatchObject({ status: 0 });
    for (const at of order) {
      const poff = await isp.run("poff", pair[at]?.name ?? "");
      expect(poff, poff.stderr).toMatchObject({ status: 0 });
    }
    expect(await isp.hostState()).toBe(before);
  }
  for (const path of [...hooks, "/run/systemd"]) await guest.remove(path);
});

test("a server that has the address of its PPP end, as the HOWTO warns: the tunnel's packets do not go into it", async () => {
  const before = await isp.hostState();
  const config = await guest.readFile("/tmp/tunnels/pptpd.conf");
  await isp.kill("pptpd");
  await guest.writeFile("/tmp/tunnels/pptpd.conf", config.replace(tunnelled.pptp.server, wan.server));
  await isp.start("pptpd");
  await isp.writePeer("shared", pptp(wan.server), ...takes, ...echoes);
  const pon = await isp.run("pon", "shared");
  expect(pon, pon.stderr).toMatchObject({ status: 0 });
  expect(pon.stdout).toContain(`-> ${wan.server} `);
  // Longer than the echoes would let a dead link live.
  const ping = await guest.run(["ping", "-c", "6", "-i", "1", "-W", "20", "10.20.0.1"]);
  expect(ping, ping.stdout).toMatchObject({ status: 0 });
  expect(ping.stdout).toContain("6 received");
  const way = await guest.run(["ip", "route", "get", wan.server]);
  expect(way.stdout).toContain(`dev ${wan.iface}`);
  expect(await isp.run("poff", "shared")).toMatchObject({ status: 0 });
  await isp.kill("pptpd");
  await guest.writeFile("/tmp/tunnels/pptpd.conf", config);
  await isp.start("pptpd");
  expect(await isp.hostState()).toBe(before);
});

test("IPv6: its default route and networks go through the link, and the old ones come back", async () => {
  const own = `ip -6 addr add 2001:db8::2/64 dev ${wan.iface} nodad; ip -6 route add default via 2001:db8::1 dev ${wan.iface}`;
  expect(await guest.run(["sh", "-ec", own])).toMatchObject({ status: 0 });
  const options = await guest.readFile("/tmp/tunnels/server-options");
  await guest.writeFile("/tmp/tunnels/server-options", options.replace("noipv6", "+ipv6"));
  const before = await isp.hostState();
  await isp.writePeer(
    "six",
    pptp(wan.server),
    "defaultroute6",
    "replacedefaultroute",
    "set PON_ROUTES=2001:db8:20::/48",
  );
  const peer = await guest.readFile("/etc/ppp/peers/six");
  await guest.writeFile("/etc/ppp/peers/six", peer.replace("noipv6", "+ipv6"));
  const pon = await isp.run("pon", "six");
  expect(pon, pon.stderr).toMatchObject({ status: 0 });
  await guest.waitForFile("/run/pppctl/six/host-up");
  const { stdout: ways } = await guest.run(["sh", "-c", "ip route get 2001:db8:99::1; ip route get 2001:db8:20::1"]);
  expect([...ways.matchAll(/ dev (\S+)/g)].map(([, dev]) => dev)).toEqual(["ppp0", "ppp0"]);
  expect(await isp.run("poff", "six")).toMatchObject({ status: 0 });
  expect(await isp.hostState()).toBe(before);
  await guest.writeFile("/tmp/tunnels/server-options", options);
  await guest.run(["ip", "-6", "addr", "del", "2001:db8::2/64", "dev", wan.iface]);
});
