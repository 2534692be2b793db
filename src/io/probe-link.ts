import type { World } from "../app/deps.ts";
import { formatDnsQuestion, isDnsAnswer } from "../link/dns-question.ts";
import { openBoundSocket } from "./bound-socket.ts";

/**
 * Try whether a link passes anything: ping(8), a name asked of its own name servers (the system's where it has none), or a TCP
 * connection, each out of its interface, so that no other link answers for it. Each loads what it needs only then.
 */
export const probeLink: World["probe"] = async (probe, { iface, dns, timeoutMs }) => {
  switch (probe.kind) {
    case "ping":
      return ping(probe.address, iface, timeoutMs);
    case "resolve":
      return resolve(probe.name, dns, iface, timeoutMs);
    case "tcp":
      return connectTo(probe.host, probe.port, iface, timeoutMs);
    default:
      return probe satisfies never;
  }
};

async function ping(address: string, iface: string, timeoutMs: number): Promise<boolean> {
  const { execa } = await import("execa");
  const seconds = String(Math.max(1, Math.ceil(timeoutMs / 1000)));
  const { failed } = await execa("ping", ["-n", "-q", "-c", "1", "-W", seconds, "-I", iface, "--", address], {
    reject: false,
    stdin: "ignore",
    stdout: "ignore",
    stderr: "ignore",
    timeout: timeoutMs + 2000,
  });
  return !failed;
}

/** Of several servers one is enough, as for everybody who has them. */
async function resolve(name: string, dns: readonly string[], iface: string, timeoutMs: number): Promise<boolean> {
  const { getServers } = await import("node:dns");
  const servers = dns.length > 0 ? dns : getServers();
  const asked = await Promise.all(servers.map((server) => ask(server, name, iface, timeoutMs)));
  return asked.includes(true);
}

/** `192.0.2.1`, `192.0.2.1:5353`, `2001:db8::1`, `[2001:db8::1]:5353` (dns.getServers). */
const serverForm = /^(?:\[(.+)\]|([^:]+)):(\d+)$/;

async function ask(server: string, name: string, iface: string, timeoutMs: number): Promise<boolean> {
  const [, inBrackets, plain, port = "53"] = serverForm.exec(server) ?? [];
  const address = inBrackets ?? plain ?? server;
  const { createSocket } = await import("node:dgram");
  const family = address.includes(":") ? 6 : 4;
  // A server on this machine (systemd-resolved's stub) is not behind any link: it asks those that are.
  const own = /^127\.|^::1$/.test(address);
  const fd = own ? undefined : tryToOpen("udp", family, iface);
  if (fd === undefined && !own) return false;
  const socket = createSocket(family === 6 ? "udp6" : "udp4");
  const id = Math.floor(Math.random() * 0x1_0000);
  const answered = await withinTime<true>(timeoutMs, (done) => {
    socket.on("message", (datagram) => {
      if (isDnsAnswer(datagram, id)) done(true);
    });
    socket.once("error", () => done(undefined));
    socket.bind(fd === undefined ? {} : { fd }, () => {
      socket.connect(Number(port), address, () => socket.send(formatDnsQuestion(id, name)));
    });
  });
  socket.close();
  return answered === true;
}

async function connectTo(host: string, port: number, iface: string, timeoutMs: number): Promise<boolean> {
  const [{ Socket }, { lookup }] = await Promise.all([import("node:net"), import("node:dns")]);
  const found = await withinTime<{ readonly address: string; readonly family: number }>(timeoutMs, (done) => {
    lookup(host, (unknown, address, family) => done(unknown === null ? { address, family } : undefined));
  });
  const fd = found === undefined ? undefined : tryToOpen("tcp", found.family === 6 ? 6 : 4, iface);
  if (found === undefined || fd === undefined) return false;
  // A readable one would read at once, before it is connected.
  const socket = new Socket({ fd, readable: false, writable: true });
  const passed = await withinTime<boolean>(timeoutMs, (done) => {
    socket.once("connect", () => done(true));
    // Refused by the host itself: something came back.
    socket.once("error", (error: NodeJS.ErrnoException) => done(error.code === "ECONNREFUSED"));
    socket.connect(port, found.address);
  });
  socket.destroy();
  return passed === true;
}

/** Undefined when the link has gone. */
function tryToOpen(kind: "tcp" | "udp", family: 4 | 6, iface: string): number | undefined {
  try {
    return openBoundSocket(kind, family, iface);
  } catch {
    return undefined;
  }
}

/** What `begin` finds; undefined when that takes too long. */
function withinTime<T>(
  timeoutMs: number,
  begin: (done: (found: T | undefined) => void) => void,
): Promise<T | undefined> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(undefined), timeoutMs);
    begin((found) => {
      clearTimeout(timer);
      resolve(found);
    });
  });
}
