import { afterEach, expect } from "vitest";
import type { Guest } from "../vm/guest.ts";
import { type Server, type TunnelIsp, tunnelled, wan } from "../vm/tunnel-isp.ts";

export const pptp = (server: string): string => `pty "pptp ${server} --nolaunchpppd"`;

/** A peer of each kind of tunnel, and the addresses that its server gives. The lac of the second form of L2TP is the peer's name. */
export const kinds = {
  pptp: { name: "pptp", peer: [pptp(wan.server)], ends: tunnelled.pptp },
  kernel: { name: "kernel", peer: ["plugin pppoe.so", "wan0"], ends: tunnelled.pppoe },
  program: { name: "program", peer: ['pty "pppoe -I wan0 -T 80 -m 1452"'], ends: tunnelled.pppoe },
  l2tp: { name: "l2tp", peer: ["set PON_L2TP_LAC=yosefcom"], ends: tunnelled.l2tp },
  plugin: { name: "yosefcom", peer: ["plugin pppol2tp.so"], ends: tunnelled.l2tp },
} as const;

export const servers: readonly Server[] = ["pptpd", "pppoe-server", "xl2tpd"];

/** Everything that a link changes on its machine. */
export const takes = ["defaultroute", "replacedefaultroute", "usepeerdns", "set PON_ROUTES=10.20.0.0/16"];

/** Where the example of a firewall goes (docs/hooks/firewall); it is for peers with `ipparam firewall`. */
export const firewallHooks = ["/etc/ppp/ip-pre-up.d/firewall", "/etc/ppp/ip-down.d/firewall"] as const;

/** A server that has gone is noticed after eight seconds without an answer. */
export const echoes = ["lcp-echo-interval 2", "lcp-echo-failure 4", "lcp-restart 1", "lcp-max-terminate 1"];

/** A server that says nothing is given up within some 3 s. */
export const quick = ["lcp-restart 1", "lcp-max-configure 3", "lcp-max-terminate 1"];

/** What belongs to a call from here, not to a server. */
const ours =
  "pon-main|hook-main|^(sh -c )?pptp 198|^(sh -c )?pppoe -I wan0|^(/usr/sbin/)?pppd (call|plugin pppol2tp.so pppol2tp \\d+ passive nodetach : )";

/** Call once in a file: after each test all servers run and no link is left, also where the test has failed. */
export function leaveNoLinks(guest: Guest, isp: TunnelIsp): void {
  afterEach(async () => {
    for (const server of servers) await isp.start(server);
    // pptp(8) sees a moment after pppd that its pty has gone.
    const end = await guest.waitFor({ noProcess: ours }, 20_000).then(
      () => undefined,
      (error: unknown) => error,
    );
    if (end === undefined) return;
    const left = (await guest.processes()).filter(({ argv }) => new RegExp(ours).test(argv.join(" ")));
    for (const { pid } of left) await guest.kill(pid, "SIGKILL");
    for (const { pid } of left) await guest.waitFor({ gone: pid });
    await isp.run("pppctl", "repair");
    // Of hooks that were killed, too.
    await guest.run(["nft", "flush", "ruleset"]);
    expect(left.map(({ argv }) => argv.join(" "))).toEqual([]);
  });
}
