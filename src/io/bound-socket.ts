import { errno, libc, strerror } from "./libc.ts";

/** socket(2), socket(7), errno(3) on Linux. */
const [inet, inet6, stream, datagram, closeOnExec] = [2, 10, 1, 2, 0o2000000];
const [solSocket, bindToDevice] = [1, 25];
const notPermitted = 1;

/**
 * The descriptor of a new socket whose packets leave by this interface and no other, wherever the routing table would send them; node has
 * no call for that, and a socket that is bound to the link's address only (`localAddress`) still goes by the table. Kernels before 5.7 let
 * root alone do it: for others the socket is like any other there.
 *
 * @throws Error when there is no such interface
 */
export function openBoundSocket(kind: "tcp" | "udp", family: 4 | 6, iface: string): number {
  const type = kind === "tcp" ? stream : datagram;
  const fd = libc("int socket(int domain, int type, int protocol)")(family === 6 ? inet6 : inet, type | closeOnExec, 0);
  if (fd < 0) throw new Error(`socket: ${strerror(errno())}`);
  const setOption = libc("int setsockopt(int fd, int level, int name, const char *value, uint32_t size)");
  if (setOption(fd, solSocket, bindToDevice, iface, iface.length + 1) !== 0 && errno() !== notPermitted) {
    const why = strerror(errno());
    libc("int close(int fd)")(fd);
    throw new Error(`${iface}: ${why}`);
  }
  return fd;
}
