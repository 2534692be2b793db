import { afterEach, expect, test } from "vitest";
import { useGuest } from "./guest.ts";
import { noHooks, tunnelled, useTunnelIsp, wan } from "./tunnel-isp.ts";

const guest = useGuest();
const isp = useTunnelIsp(guest);

const pptp = (server: string): string => `pty "pptp ${server} --nolaunchpppd"`;

/** A server that says nothing is given up within some 3 s. */
const quick = ["lcp-restart 1", "lcp-max-configure 3"];

afterEach(async () => {
  const left = (await guest.processes()).filter(({ argv }) => /pppd call|pptp 198|pppoe -I/.test(argv.join(" ")));
  for (const { pid } of left) await guest.kill(pid, "SIGKILL");
  expect(left.map(({ argv }) => argv.join(" "))).toEqual([]);
});

test.each([
  { line: `PPTP to ${wan.server}`, peer: [pptp(wan.server)], ends: tunnelled.pptp },
  { line: "PPPoE on wan0, to ACME", peer: ["plugin pppoe.so", "pppoe-ac ACME", "wan0"], ends: tunnelled.pppoe },
  { line: "PPPoE on wan0", peer: ['pty "pppoe -I wan0 -T 80 -m 1452"'], ends: tunnelled.pppoe },
])("$line: up, a ping across, down", async ({ line, peer, ends }) => {
  await isp.writePeer("tunnel", ...peer, ...noHooks);
  const pon = await isp.run("pon", "tunnel");
  expect(pon).toMatchObject({ status: 0, heldOpen: false });
  expect(pon.stderr).toMatch(`tunnel: starting pppd (${line})\n`);
  expect(pon.stdout).toMatch(new RegExp(`^tunnel: up on ppp\\d+, ${ends.client} -> ${ends.server} \\(`));
  expect(await guest.run(["ping", "-c", "1", "-W", "20", ends.server])).toMatchObject({ status: 0 });
  expect(await isp.run("poff", "tunnel")).toMatchObject({ status: 0 });
});

test("a tunnel that does not come about: each reason has its name, and nothing is left", async () => {
  const cases = [
    { name: "refused", peer: [pptp(wan.refused)], code: "tunnel.refused" },
    { name: "nobody", peer: [pptp(wan.nobody)], code: "tunnel.unreachable" },
    { name: "gre", peer: [pptp(wan.greBlocked), ...quick], code: "tunnel.gre-blocked" },
    { name: "password", peer: [pptp(wan.server), 'password "wrong"'], code: "auth.refused" },
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
  const codes = ends.map(({ stdout }) => (JSON.parse(stdout) as { readonly code: string }).code);
  expect(codes).toEqual(cases.map(({ code }) => code));
  for (const { status } of ends) expect(status).not.toBe(0);
});
