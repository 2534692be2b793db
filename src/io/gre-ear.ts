import { closeSync, readSync } from "node:fs";
import { endianness } from "node:os";
import type { GreEar, HeardGre } from "../app/host-deps.ts";
import { libc } from "./libc.ts";

/** socket(2), raw(7) on Linux; RFC 2784. */
const [inet, raw, nonBlock, closeOnExec, gre] = [2, 3, 0o4000, 0o2000000, 47];

/** The longest header of IPv4, and the first two bytes of GRE's: flags. */
const enough = 60 + 2;
/** The second of them: an acknowledgment follows (RFC 2637, 4.1). */
const acknowledges = 0x80;

/**
 * Hear what GRE comes from these addresses from now on: a socket for each, which gets a copy of what this machine's firewall lets
 * through. It is read only once, in the end: of a call that does not get beyond LCP all of it is in the kernel's queue.
 *
 * @returns undefined where the kernel does not let us
 */
export function listenForGre(addresses: readonly string[]): GreEar | undefined {
  const sockets = addresses
    .filter((address) => !address.includes(":"))
    .map((address) => ({ address, fd: openEar(address) }));
  const open = sockets.flatMap(({ fd }) => (fd === undefined ? [] : [fd]));
  const close = (): void => {
    for (const fd of open) closeSync(fd);
  };
  if (open.length > 0 && open.length === sockets.length) {
    const readAll = () => sockets.map(({ fd, address }) => (fd === undefined ? "nothing" : readPackets(fd, address)));
    return { heard: () => best(readAll()), close };
  }
  close();
  return undefined;
}

function openEar(address: string): number | undefined {
  const fd: number = libc("int socket(int domain, int type, int protocol)")(inet, raw | nonBlock | closeOnExec, gre);
  if (fd < 0) return undefined;
  // struct sockaddr_in: only its packets to the address by which we call it, as pptp(8) itself does; others would fill the queue.
  const name = new DataView(new ArrayBuffer(16));
  name.setUint16(0, inet, endianness() === "LE");
  const bytes = new Uint8Array(name.buffer);
  bytes.set(bytesOf(address), 4);
  if (libc("int connect(int fd, const uint8_t *address, uint32_t size)")(fd, bytes, bytes.length) === 0) return fd;
  closeSync(fd);
  return undefined;
}

function best(heard: readonly HeardGre[]): HeardGre {
  return (["acknowledged", "unacknowledged"] as const).find((one) => heard.includes(one)) ?? "nothing";
}

/** What came before the socket was connected may be anybody's. */
function readPackets(fd: number, address: string): HeardGre {
  const wanted = bytesOf(address).join();
  const heard: HeardGre[] = [];
  try {
    for (;;) {
      const packet = new Uint8Array(enough);
      readSync(fd, packet);
      if (packet.slice(12, 16).join() !== wanted) continue;
      const header = ((packet[0] ?? 0) & 0x0f) * 4;
      heard.push(((packet[header + 1] ?? 0) & acknowledges) === 0 ? "unacknowledged" : "acknowledged");
    }
  } catch {
    // EAGAIN: no more of them.
  }
  return best(heard);
}

function bytesOf(address: string): readonly number[] {
  return address.split(".").map(Number);
}
