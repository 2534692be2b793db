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

/** Of RFC 2131's message: what comes before its options, and the words that begin them. */
const [fixedSize, cookie] = [236, [99, 130, 83, 99]];
/** RFC 2132 */
const [padding, serverIdentifier, end] = [0, 54, 255];

/** dhcpcd's lease: the server's last message as it came. */
export function readDhcpcdLease(message: Uint8Array): string | undefined {
  if (!cookie.every((byte, i) => message[fixedSize + i] === byte)) return undefined;
  for (let at = fixedSize + cookie.length; at < message.length && message[at] !== end; ) {
    const size = message[at] === padding ? 0 : (message[at + 1] ?? 0) + 1;
    if (message[at] === serverIdentifier && size === 5) {
      const bytes = message.subarray(at + 2, at + 6);
      return bytes.length === 4 ? bytes.join(".") : undefined;
    }
    at += 1 + size;
  }
  return undefined;
}
