import { expect, onTestFinished, test } from "vitest";
import type { GuestProcess } from "../vm/guest.ts";
import { farNamespace, noHooks, tunnelled, wan } from "../vm/tunnel-isp.ts";
import { expectAgreement } from "./expect-agreement.ts";
import { kinds, pptp, quick, servers } from "./tunnel-kinds.ts";
import type { Tunnels } from "./use-tunnels.ts";

interface Case {
  readonly name: string;
  readonly peer: readonly string[];
  readonly code: string;
}

/** All timers of these peers are below ten seconds; the rest is what an emulated processor takes for calls side by side. */
const longestMs = 150_000;

/** Of PPPoE: an access concentrator is waited for a second, then once more; its program asks three times. */
const discovery = ["pppoe-padi-timeout 1", "pppoe-padi-attempts 2"];
const program = (words: string): string => `pty "pppoe -I wan0 -t 1 ${words}"`;

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

const ownRules = `table inet own {
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

/** Every reason for which a tunnel does not come about, by its code. Call once in a file. */
export function testTunnelCauses({ guest, isp }: Tunnels): void {
  /** Calls made side by side end with these codes, and leave the machine as it was. */
  async function expectCodes(cases: readonly Case[]): Promise<void> {
    const before = await isp.hostState();
    for (const { name, peer } of cases) await isp.writePeer(name, ...peer, "lcp-restart 1", ...noHooks);
    const calls: GuestProcess[] = [];
    for (const { name } of cases) calls.push(await isp.spawn("pon", "--json", name));
    const ends = await Promise.all(calls.map((call) => call.wait(2 * longestMs)));
    const codes = ends.map(({ stdout, stderr }, i) => {
      const code = stdout === "" ? stderr : (JSON.parse(stdout) as { readonly code: string }).code;
      return [cases[i]?.name, code];
    });
    expect(Object.fromEntries(codes)).toEqual(Object.fromEntries(cases.map(({ name, code }) => [name, code])));
    for (const { status, ms } of ends) {
      expect(status).not.toBe(0);
      expect(ms).toBeLessThan(longestMs);
    }
    await expectAgreement(
      ends.map((end, i) => ({ peer: cases[i]?.name ?? "", end })),
      isp.run,
    );
    expect(await isp.hostState()).toBe(before);
  }

  test("a wrong password, through each kind of tunnel", async () => {
    const cases = Object.values(kinds).map(({ name, peer }) => ({
      name,
      peer: [...peer, 'password "wrong"'],
      code: "auth.refused",
    }));
    // The server of L2TP has one address, so its second form comes after the first.
    await expectCodes(cases.filter(({ name }) => name !== "l2tp"));
    await expectCodes(cases.filter(({ name }) => name === "l2tp"));
  });

  test("a server that is not there, or cannot be reached, or whose packets are dropped on the way", async () => {
    for (const server of servers) await isp.kill(server);
    await expectCodes([
      { name: "pptp", peer: kinds.pptp.peer, code: "tunnel.refused" },
      { name: "pptp-nobody", peer: [pptp(wan.nobody)], code: "tunnel.unreachable" },
      { name: "kernel", peer: [...kinds.kernel.peer, ...discovery], code: "tunnel.pppoe-silent" },
      { name: "program", peer: [program("")], code: "tunnel.pppoe-silent" },
      { name: "l2tp", peer: kinds.l2tp.peer, code: "tunnel.l2tp-silent" },
      { name: "nobody", peer: kinds.plugin.peer, code: "tunnel.l2tp-silent" },
    ]);
    for (const server of servers) await isp.start(server);
    await expectCodes([
      { name: "gre", peer: [pptp(wan.greBlocked), ...quick], code: "tunnel.gre-blocked" },
      { name: "dropped", peer: ["set PON_L2TP_LAC=ipsec"], code: "tunnel.l2tp-silent" },
    ]);
    // The server, which takes one call at a time, waits ten seconds, and closes the call first.
    await expectCodes([
      { name: "gre-closed", peer: [pptp(wan.greBlocked), "lcp-max-configure 30"], code: "tunnel.gre-blocked" },
    ]);
    // It has asked all the while: what comes is let through on the way, and it acknowledges nothing.
    const { stdout } = await isp.run("pppctl", "explain", "gre-closed");
    expect(stdout).toContain("but its GRE (protocol 47) comes here, and ours does not get there");
  });

  test("PPPoE: no such service, no such concentrator, and one that offers what it then refuses", async () => {
    const words = [
      ...["pppoe-server", "-F", "-I", "far0", "-C", "SMALL", "-S", "small", "-N", "1"],
      ...["-O", "/tmp/tunnels/server-options", "-L", "10.95.0.1", "-R", "10.95.0.2"],
    ];
    const small = await guest.spawn(["ip", "netns", "exec", farNamespace, ...words]);
    onTestFinished(async () => {
      await small.kill("SIGTERM", { group: true });
      await small.wait();
    });
    const choice = ["pppoe-ac SMALL", "pppoe-service small", "wan0"];
    await isp.writePeer("holds", "plugin pppoe.so", ...choice, ...noHooks);
    const holds = await isp.run("pon", "holds");
    expect(holds, holds.stderr).toMatchObject({ status: 0 });
    onTestFinished(async () => void (await isp.run("poff", "holds")));
    await expectCodes([
      {
        name: "kernel-service",
        peer: ["plugin pppoe.so", "pppoe-service gold", ...discovery, "wan0"],
        code: "tunnel.pppoe-silent",
      },
      {
        name: "kernel-ac",
        peer: ["plugin pppoe.so", "pppoe-ac OTHER", ...discovery, "wan0"],
        code: "tunnel.pppoe-silent",
      },
      { name: "kernel-full", peer: ["plugin pppoe.so", ...discovery, ...choice], code: "tunnel.pppoe-refused" },
      { name: "program-service", peer: [program("-S gold")], code: "tunnel.pppoe-silent" },
      { name: "program-ac", peer: [program("-C OTHER")], code: "tunnel.pppoe-silent" },
      { name: "program-full", peer: [program("-C SMALL -S small")], code: "tunnel.pppoe-refused" },
    ]);
    expect(await isp.run("poff", "holds")).toMatchObject({ status: 0 });
  });

  test("L2TP that wants IPsec first: told by the server's key exchange", async () => {
    const daemon = await guest.spawn(["ip", "netns", "exec", farNamespace, "node", "-e", ikeDaemon]);
    onTestFinished(async () => {
      await daemon.kill("SIGKILL");
      await daemon.wait();
    });
    await daemon.waitForOutput(/ready/);
    await isp.writePeer("ipsec", ...kinds.plugin.peer, ...noHooks);
    const pon = await isp.run("pon", "--json", "ipsec");
    expect(pon.status).toBe(8);
    expect(pon.stderr).toContain(
      `pon: ipsec: ${wan.refused} does not answer L2TP, but key exchange for IPsec (UDP port 500): it wants L2TP inside IPsec\n`,
    );
    await expectAgreement([{ peer: "ipsec", end: pon }], isp.run);
  });

  test("this machine's own firewall drops GRE, and L2TP: the rule is named, with what it has counted", async () => {
    await guest.writeFile("/tmp/own-rules", ownRules);
    expect(await guest.run(["nft", "-f", "/tmp/own-rules"])).toMatchObject({ status: 0 });
    onTestFinished(async () => void (await guest.run(["nft", "delete", "table", "inet", "own"])));
    // A server's first packet takes its time here, and a rule that has counted nothing is no evidence.
    await isp.writePeer("gre", ...kinds.pptp.peer, "lcp-restart 2", ...noHooks);
    await isp.writePeer("udp", ...kinds.l2tp.peer, ...noHooks);
    const calls = [await isp.spawn("pon", "--json", "gre"), await isp.spawn("pon", "--json", "udp")] as const;
    const [gre, udp] = [await calls[0].wait(2 * longestMs), await calls[1].wait(2 * longestMs)];
    expect(gre.stderr).toMatch(
      /^pon: gre: this machine's own firewall drops GRE \(protocol 47\): nft: table inet own, chain in \(\d+ packets?\)$/m,
    );
    expect(udp.stderr).toMatch(
      /^pon: udp: this machine's own firewall drops UDP port 1701: nft: table inet own, chain out \(\d+ packets?\)$/m,
    );
    await expectAgreement(
      [
        { peer: "gre", end: gre },
        { peer: "udp", end: udp },
      ],
      isp.run,
    );
    // Without the rules the same peers come up.
    expect(await guest.run(["nft", "delete", "table", "inet", "own"])).toMatchObject({ status: 0 });
    const up = await isp.run("pppctl", "up", "gre", "udp");
    expect(up, up.stderr).toMatchObject({ status: 0 });
    expect(up.stdout).toContain(`-> ${tunnelled.pptp.server} `);
    expect(await isp.run("pppctl", "down", "gre", "udp")).toMatchObject({ status: 0 });
  });
}
