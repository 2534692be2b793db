import type { World } from "../app/deps.ts";

/**
 * Try whether a link passes anything: ping(8) out of its interface, a name asked of its own name servers (the system's where it has
 * none), or a TCP connection. Each loads what it needs only then.
 */
export const probeLink: World["probe"] = async (probe, { iface, dns, timeoutMs }) => {
  switch (probe.kind) {
    case "ping":
      return ping(probe.address, iface, timeoutMs);
    case "resolve":
      return resolve(probe.name, dns, timeoutMs);
    case "tcp":
      return connectTo(probe.host, probe.port, timeoutMs);
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

async function resolve(name: string, dns: readonly string[], timeoutMs: number): Promise<boolean> {
  const { Resolver } = await import("node:dns/promises");
  const resolver = new Resolver({ timeout: timeoutMs, tries: 1 });
  if (dns.length > 0) resolver.setServers(dns);
  const timer = setTimeout(() => resolver.cancel(), timeoutMs);
  try {
    return (await resolver.resolve4(name)).length > 0;
  } catch (error) {
    // A server that says that there is no such name, or no such record, has answered.
    const code = (error as NodeJS.ErrnoException).code;
    return code === "ENOTFOUND" || code === "ENODATA";
  } finally {
    clearTimeout(timer);
  }
}

async function connectTo(host: string, port: number, timeoutMs: number): Promise<boolean> {
  const { createConnection } = await import("node:net");
  return new Promise((done) => {
    const socket = createConnection({ host, port });
    const end = (passed: boolean): void => {
      socket.destroy();
      clearTimeout(timer);
      done(passed);
    };
    const timer = setTimeout(() => end(false), timeoutMs);
    socket.once("connect", () => end(true));
    // Refused by the host itself: something came back.
    socket.once("error", (error: NodeJS.ErrnoException) => end(error.code === "ECONNREFUSED"));
  });
}
