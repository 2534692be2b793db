import { afterAll, beforeAll, expect } from "vitest";
import { type Guest, type GuestProcess, inCheckout, type ProcessResult } from "./guest.ts";

/** The network namespace of the servers, joined to the guest's own by the link `wan0`. */
export const farNamespace = "far";

/** The guest's way out, and the addresses of the servers at its other end. */
export const wan = {
  iface: "wan0",
  own: "198.51.100.2",
  /** The gateway, and where the servers listen. */
  server: "198.51.100.1",
  /** TCP is taken, GRE is dropped by nft on the way. */
  greBlocked: "198.51.100.8",
  /** TCP port 1723 is refused, UDP port 1701 is dropped on the way. */
  refused: "198.51.100.9",
  /** Nobody has it. */
  nobody: "198.51.100.77",
} as const;

/** What the servers give, and the only account. */
export const tunnelled = {
  pptp: { server: "10.99.0.1", client: "10.99.0.2" },
  /** The server counts its sessions, and each has the next address. */
  pppoe: { server: "10.98.0.1", client: "10.98.0.\\d+" },
  l2tp: { server: "10.97.0.1", client: "10.97.0.2" },
  dns1: "10.96.0.53",
  dns2: "10.96.0.54",
  user: "yosef",
  password: "open sesame",
} as const;

const papers = "/tmp/tunnels";
const secrets = `"${tunnelled.user}" * "${tunnelled.password}" *\n`;

const serverOptions = `name server
auth
require-chap
noipv6
nodefaultroute
noproxyarp
nodeflate
nobsdcomp
unit 40
lcp-max-terminate 1
lcp-restart 1
ms-dns ${tunnelled.dns1}
ms-dns ${tunnelled.dns2}
ip-up-script /bin/true
ip-down-script /bin/true
`;

const pptpdConfig = `option ${papers}/server-options
localip ${tunnelled.pptp.server}
remoteip ${tunnelled.pptp.client}
nologwtmp
noipparam
connections 4
`;

const xl2tpdConfig = `[lns default]
ip range = ${tunnelled.l2tp.client}
local ip = ${tunnelled.l2tp.server}
require authentication = yes
name = server
pppoptfile = ${papers}/server-options
`;

/** The guest's own xl2tpd, which pon starts: it gives up after three tries, 7 s. */
const lacs = `[global]
max retries = 2
[lac yosefcom]
lns = ${wan.server}
pppoptfile = ${papers}/lac-options
[lac nobody]
lns = ${wan.nobody}
[lac ipsec]
lns = ${wan.refused}
`;

/** What a firewall on the way does, beside the route of everything else. */
const farFirewall = `table inet way {
  chain in {
    type filter hook input priority 0;
    ip daddr ${wan.greBlocked} meta l4proto gre drop
    ip daddr ${wan.refused} tcp dport 1723 reject with tcp reset
    ip daddr ${wan.refused} udp dport 1701 drop
  }
}
`;

/** What listens at the other end, by the program's name. */
export type Server = "pptpd" | "pppoe-server" | "xl2tpd";

/** The servers of Debian's pptpd, pppoe and xl2tpd at the other end of `wan0`. */
export interface TunnelIsp {
  /** Kills a server and every process of its calls, at once. */
  readonly kill: (server: Server) => Promise<void>;
  /** Nothing happens to one that runs. */
  readonly start: (server: Server) => Promise<void>;
  /** Writes /etc/ppp/peers/NAME: `lines`, and what every peer of these servers wants. */
  readonly writePeer: (name: string, ...lines: readonly string[]) => Promise<void>;
  /** A command of ours to its end. */
  readonly run: (command: string, ...words: readonly string[]) => Promise<ProcessResult>;
  readonly spawn: (command: string, ...words: readonly string[]) => Promise<GuestProcess>;
  /** Every route and rule of both families, resolv.conf, the firewall: what a call must leave as it was. */
  readonly hostState: () => Promise<string>;
}

/** Where the hooks are not looked at: node takes its time on an emulated machine. */
export const noHooks = ["ip-up-script /bin/true", "ip-down-script /bin/true"];

/** Call once in a file: starts the servers before its tests and ends them after. */
export function useTunnelIsp(guest: Guest): TunnelIsp {
  const daemons = new Map<Server, GuestProcess>();
  const peers = new Set<string>();
  const inFar = (...words: readonly string[]): readonly string[] => ["ip", "netns", "exec", farNamespace, ...words];
  const pppoe = ["-F", "-I", "far0", "-C", "ACME", "-S", "internet", "-O", `${papers}/server-options`];
  const commands: Readonly<Record<Server, readonly string[]>> = {
    pptpd: ["pptpd", "-f", "-c", `${papers}/pptpd.conf`, "-p", `${papers}/pptpd.pid`],
    "pppoe-server": ["pppoe-server", ...pppoe, "-L", tunnelled.pppoe.server, "-R", "10.98.0.2"],
    xl2tpd: [
      ...["xl2tpd", "-D", "-c", `${papers}/xl2tpd.conf`, "-s", "/dev/null"],
      ...["-p", `${papers}/xl2tpd.pid`, "-C", `${papers}/xl2tpd-control`],
    ],
  };
  const start = async (server: Server): Promise<void> => {
    if (daemons.has(server)) return;
    daemons.set(server, await guest.spawn(inFar(...commands[server])));
  };

  beforeAll(async () => {
    const far = `ip -n ${farNamespace}`;
    const setup = [
      `ip netns add ${farNamespace}`,
      `ip link add ${wan.iface} type veth peer name far0 netns ${farNamespace}`,
      // Or its own address for IPv6 appears in the middle of a test.
      `ip link set ${wan.iface} addrgenmode none`,
      `ip addr add ${wan.own}/24 dev ${wan.iface}`,
      `ip link set ${wan.iface} up`,
      ...[wan.server, wan.greBlocked, wan.refused].map((address) => `${far} addr add ${address}/24 dev far0`),
      `${far} link set far0 up`,
      `${far} link set lo up`,
      `ip route add default via ${wan.server} dev ${wan.iface} metric 100`,
      inFar("nft", "-f", `${papers}/firewall`).join(" "),
    ];
    await guest.writeFile(`${papers}/firewall`, farFirewall);
    await guest.writeFile(`${papers}/server-options`, serverOptions);
    await guest.writeFile(`${papers}/pptpd.conf`, pptpdConfig);
    await guest.writeFile(`${papers}/xl2tpd.conf`, xl2tpdConfig);
    await guest.writeFile("/etc/xl2tpd/xl2tpd.conf", lacs);
    await guest.writeFile(`${papers}/lac-options`, `user "${tunnelled.user}"\nnoauth\nnoipv6\n`);
    await guest.writeFile("/etc/ppp/options", "lock\nhide-password\nlcp-echo-interval 30\nlcp-echo-failure 4\n");
    for (const folder of ["/etc/ppp", `/etc/netns/${farNamespace}/ppp`]) {
      await guest.writeFile(`${folder}/chap-secrets`, secrets, 0o600);
    }
    expect(await guest.run(["sh", "-e", "-c", setup.join("\n")])).toMatchObject({ status: 0, stderr: "" });
    for (const server of Object.keys(commands) as Server[]) await start(server);
  });

  afterAll(async () => {
    for (const { pid, name } of await guest.processes()) if (name === "xl2tpd") await guest.kill(pid);
    for (const daemon of daemons.values()) await daemon.kill("SIGTERM", { group: true });
    for (const daemon of daemons.values()) await daemon.wait();
    for (const name of peers) {
      await guest.remove(`/etc/ppp/peers/${name}`);
      await guest.remove(`/run/pppctl/${encodeURIComponent(name)}`);
      // Of a pppd that a test has killed; the next file's tests find none of ours.
      await guest.remove(`/run/ppp-${name}.pid`);
    }
    await guest.run(["ip", "link", "del", wan.iface]);
    await guest.run(["ip", "netns", "del", farNamespace]);
    for (const path of [papers, "/etc/xl2tpd", `/etc/netns/${farNamespace}`]) await guest.remove(path);
  });

  return {
    start,
    kill: async (server) => {
      // Its pppds and helpers are its descendants, and lead groups of their own.
      const doomed = new Set([daemons.get(server)?.pid]);
      const all = await guest.processes();
      for (let before = 0; before < doomed.size; ) {
        before = doomed.size;
        for (const { pid, ppid } of all) if (doomed.has(ppid)) doomed.add(pid);
      }
      for (const pid of doomed) if (pid !== undefined) await guest.kill(pid, "SIGKILL");
      await daemons.get(server)?.wait();
      daemons.delete(server);
    },
    writePeer: async (name, ...lines) => {
      peers.add(name);
      const common = [`user "${tunnelled.user}"`, "noauth", "noipv6", "noipdefault", "nodeflate", "nobsdcomp"];
      await guest.writeFile(`/etc/ppp/peers/${name}`, `${[...lines, ...common].join("\n")}\n`, 0o640);
    },
    run: (command, ...words) => guest.run([inCheckout(`bin/${command}`), ...words]),
    spawn: (command, ...words) => guest.spawn([inCheckout(`bin/${command}`), ...words]),
    hostState: async () => {
      const look =
        "ip rule; ip -6 rule; ip route show table all; ip -6 route show; cat /etc/resolv.conf; stat -c '%A %U:%G %N' /etc/resolv.conf; nft list ruleset";
      return (await guest.run(["sh", "-c", look])).stdout;
    },
  };
}
