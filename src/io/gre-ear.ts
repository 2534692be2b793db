import { closeSync, readSync } from "node:fs";
import { endianness } from "node:os";
import type { GreEar } from "../app/deps.ts";
import { libc } from "./libc.ts";

/** socket(2), raw(7) on Linux; RFC 2784. */
const [inet, raw, nonBlock, closeOnExec, gre] = [2, 3, 0o4000, 0o2000000, 47];

/** Where an IPv4 header has the address of who has sent it. */
const sourceAt = 12;

/**
 * Hear whether GRE comes from these addresses from now on: a socket for each, which gets a copy of what this machine's firewall lets
 * through. It is read only once, in the end: one packet is enough, and the kernel keeps the first ones.
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
  if (open.length > 0 && open.length === sockets.length)
    return { heard: () => sockets.some(({ fd, address }) => fd !== undefined && hasPacketOf(fd, address)), close };
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

/** What came before the socket was connected may be anybody's. */
function hasPacketOf(fd: number, address: string): boolean {
  const packet = new Uint8Array(sourceAt + 4);
  const wanted = bytesOf(address).join();
  try {
    while (readSync(fd, packet) > 0) if (packet.slice(sourceAt).join() === wanted) return true;
  } catch {
    // EAGAIN: no more of them.
  }
  return false;
}

function bytesOf(address: string): readonly number[] {
  return address.split(".").map(Number);
}
