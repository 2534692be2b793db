import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Network } from "../app/host-deps.ts";
import { readDhclientLeases, readDhcpcdLease, readNetworkdLease } from "../link/dhcp-lease.ts";
import { ikeMainMode } from "../link/ike-request.ts";
import { readTextFile } from "./record-store.ts";
import { runProgram } from "./run-program.ts";

/** RFC 2408 */
const ikePort = 500;

/** What this machine and the server can tell of why a tunnel does not come about, and whose renewals a default route may lead astray. */
export const tunnelEvidence: Pick<Network, "answersIke" | "hasSecurityAssociation" | "firewall" | "dhcpServer"> = {
  answersIke: async (host, limitMs) => {
    const { createSocket } = await import("node:dgram");
    return new Promise((resolve) => {
      const socket = createSocket(host.includes(":") ? "udp6" : "udp4");
      const end = (answered: boolean): void => {
        clearTimeout(timer);
        socket.close();
        resolve(answered);
      };
      const timer = setTimeout(() => end(false), limitMs);
      socket.once("message", () => end(true));
      socket.once("error", () => end(false));
      socket.connect(ikePort, host, () => socket.send(ikeMainMode(Date.now())));
    });
  },
  hasSecurityAssociation: async (address) => {
    const list = (end: string) => runProgram("ip", ["xfrm", "state", "list", end, address]);
    const answers = await Promise.all([list("src"), list("dst")]);
    return answers.some(({ stdout }) => stdout.trim() !== "");
  },
  firewall: async () => {
    const programs = [runProgram("nft", ["-j", "list", "ruleset"]), runProgram("iptables-save", ["-c"])];
    const [nft, iptables] = (await Promise.all(programs)).map(({ status, stdout }) =>
      status === 0 ? stdout : undefined,
    );
    return { nft, iptables };
  },
  dhcpServer: (iface) => {
    const index = readTextFile(`/sys/class/net/${iface}/ifindex`)?.trim();
    const managed = "/var/lib/NetworkManager";
    const ofOne = [
      `/run/systemd/netif/leases/${index}`,
      ...listFolder(managed, (name) => name.startsWith("internal-") && name.endsWith(`-${iface}.lease`)),
    ];
    const ofMany = [
      ...listFolder("/var/lib/dhcp", (name) => /^dhclient.*\.leases$/.test(name)),
      ...listFolder(managed, (name) => name.startsWith("dhclient-")),
    ];
    for (const path of ofOne) {
      const server = readNetworkdLease(readTextFile(path) ?? "");
      if (server !== undefined) return server;
    }
    for (const path of ofMany) {
      const server = readDhclientLeases(readTextFile(path) ?? "", iface);
      if (server !== undefined) return server;
    }
    for (const path of [`/var/lib/dhcpcd/${iface}.lease`, `/var/lib/dhcpcd5/dhcpcd-${iface}.lease`]) {
      const server = readDhcpcdLease(readBytes(path));
      if (server !== undefined) return server;
    }
    return undefined;
  },
};

function readBytes(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch {
    return new Uint8Array();
  }
}

function listFolder(folder: string, isWanted: (name: string) => boolean): readonly string[] {
  try {
    return readdirSync(folder)
      .filter(isWanted)
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
}
