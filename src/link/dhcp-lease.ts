/**
 * Who gives an interface its address, out of what DHCP clients keep. Each gives an IPv4 address, or undefined for a text that has none.
 */

const address = /^\d{1,3}(\.\d{1,3}){3}$/;

/** dhclient.leases(5): the last lease for the interface counts. */
export function readDhclientLeases(text: string, iface: string): string | undefined {
  const leases = [...text.matchAll(/^lease\s*\{([\s\S]*?)^\}/gm)].map(([, body = ""]) => body);
  const own = leases.findLast((body) => /^\s*interface\s+"([^"]*)"/m.exec(body)?.[1] === iface);
  const server = /^\s*option\s+dhcp-server-identifier\s+(\S+);/m.exec(own ?? "")?.[1];
  return server !== undefined && address.test(server) ? server : undefined;
}

/** systemd-networkd's and NetworkManager's lease of one interface (sd-dhcp-lease.c): `SERVER_ADDRESS=192.168.0.1`. */
export function readNetworkdLease(text: string): string | undefined {
  const server = /^SERVER_ADDRESS=(\S+)$/m.exec(text)?.[1];
  return server !== undefined && address.test(server) ? server : undefined;
}
