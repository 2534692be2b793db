import { Buffer } from "node:buffer";
import { libc } from "./libc.ts";

/** AF_UNIX, SOCK_DGRAM and SOCK_CLOEXEC of Linux on every architecture that koffi has a build for. */
const unix = 1;
const datagram = 2 | 0o2000000;
/** Of sockaddr_un (unix(7)). */
const longestPath = 107;

/**
 * Tell systemd how we are (sd_notify(3)): `READY=1`, `STATUS=…`, `WATCHDOG=1`. Nothing where nobody listens. It is a datagram to a
 * UNIX socket, which node cannot send: koffi calls sendto(2), from our own process, as `NotifyAccess=main` wants it.
 */
export async function openNotifier(
  env: Readonly<Record<string, string | undefined>>,
): Promise<((text: string) => void) | undefined> {
  const path = env["NOTIFY_SOCKET"];
  if (path === undefined || !/^[/@]/.test(path) || Buffer.byteLength(path) > longestPath) return undefined;
  const socket = libc("int socket(int domain, int type, int protocol)");
  const sendto = libc(
    "long sendto(int fd, const void *text, size_t size, int flags, const void *address, uint32_t addressSize)",
  );
  const fd: number = socket(unix, datagram, 0);
  if (fd < 0) return undefined;
  // A name that begins with @ is abstract: a NUL in its place, and no NUL at the end.
  const name = Buffer.from(path.startsWith("@") ? `\0${path.slice(1)}` : path);
  const family = Buffer.alloc(2);
  new Uint16Array(family.buffer, family.byteOffset, 1)[0] = unix;
  const address = Buffer.concat([family, name]);
  const dontWait = 0x40;
  const noSignal = 0x4000;
  return (text) => {
    const bytes = Buffer.from(text);
    // What systemd does not hear it asks for by its watchdog.
    sendto(fd, bytes, bytes.length, dontWait | noSignal, address, address.length);
  };
}
