import type { CheckDeps } from "../../src/app/check-peers.ts";
import type { HookFile } from "../../src/hooks/hook-files.ts";
import type { DefaultRoute, MachineFacts, PathFacts, PortFacts } from "../../src/peer/machine-facts.ts";
import { device, FakeWorld } from "./fake-world.ts";

/** A machine in memory on which all is well: one modem at /dev/ttyS1, programs where Debian has them, no other route. */
export class FakeMachine extends FakeWorld {
  /** Permission bits by path; 0640 unless told otherwise. */
  readonly modes = new Map<string, number>();
  readonly owners = new Map<string, number>();
  /** Files that the caller may not read. */
  readonly denied = new Set<string>();
  readonly programs = new Set(["/usr/sbin/chat", "/bin/sh", "/usr/bin/wvdial"]);
  readonly devices = new Set([device]);
  modemPorts: readonly string[] = [device];
  port: PortFacts = {
    holders: [],
    lockedBy: undefined,
    noHardware: false,
    usb: false,
    driver: undefined,
    ignoredByModemManager: false,
  };
  deviceIsOurs = true;
  modemManagerRuns = false;
  resolvedRuns = false;
  defaultRoutes: readonly DefaultRoute[] = [];
  links = new Map<string, string>();
  resolvConf = "/etc/resolv.conf";
  version: [number, number, number] = [2, 4, 9];

  constructor(init: ConstructorParameters<typeof FakeWorld>[0] = {}) {
    super(init);
    this.put("/etc/ppp/ip-up.d/0000usepeerdns", "#!/bin/sh\ncat /etc/ppp/resolv.conf # systemd-resolved\n", 0o755);
  }

  put(path: string, text: string, mode = 0o640): void {
    this.files.set(path, text);
    this.modes.set(path, mode);
  }

  get checkDeps(): CheckDeps {
    const { world } = this;
    const read: MachineFacts["read"] = (path) => (this.denied.has(path) ? { kind: "denied" } : world.files.read(path));
    const machine: MachineFacts = {
      stat: (path) => this.#stat(path),
      read,
      mayExecute: (path) => ((this.#stat(path)?.mode ?? 0) & 0o111) !== 0 && !this.denied.has(path),
      mayReadAndWrite: () => this.deviceIsOurs,
      searchPath: ["/usr/sbin", "/usr/bin"],
      components: (path) => this.#components(path === "/etc/resolv.conf" ? this.resolvConf : path),
      port: () => this.port,
      modemPorts: () => this.modemPorts,
      modemManagerRuns: () => this.modemManagerRuns,
      defaultRoutes: () => this.defaultRoutes,
      interfaceOfLink: (linkname) => this.links.get(linkname),
      resolvedRuns: () => this.resolvedRuns,
    };
    return {
      world: {
        ...world,
        files: {
          ...world.files,
          read,
          deviceKind: (path) => (this.devices.has(path) ? "char-device" : this.files.has(path) ? "other" : "missing"),
        },
        pppd: { ...world.pppd, version: () => Promise.resolve(this.version) },
        host: { ...world.host, hasDefaultRoute: () => this.defaultRoutes.length > 0 },
      },
      machine,
      listPeers: () => this.#list("/etc/ppp/peers").map(({ name }) => name),
      hookFiles: (event, linkname) => {
        const directory = (path: string) => {
          const files = this.#list(path).filter(({ name }) => !name.includes("/"));
          return files.length === 0 ? undefined : { path, uid: 0, gid: 0, mode: 0o755, files };
        };
        return {
          runner: 0,
          override: this.#list("/etc/ppp").find(({ name }) => name === `${event}.local`),
          directory: directory(`/etc/ppp/${event}.d`),
          linkDirectory: linkname === undefined ? undefined : directory(`/etc/ppp/${event}.d/${linkname}`),
        };
      },
    };
  }

  #list(directory: string): readonly HookFile[] {
    return [...this.files.keys()]
      .filter((path) => path.startsWith(`${directory}/`))
      .map((path) => ({
        path,
        name: path.slice(directory.length + 1),
        type: "file",
        size: this.files.get(path)?.length ?? 0,
        uid: this.owners.get(path) ?? 0,
        gid: 0,
        mode: this.modes.get(path) ?? 0o640,
      }));
  }

  #stat(path: string): PathFacts | undefined {
    if (this.programs.has(path)) return { kind: "file", uid: 0, gid: 0, mode: 0o755 };
    const uid = this.owners.get(path) ?? 0;
    if (this.files.has(path)) return { kind: "file", uid, gid: 0, mode: this.modes.get(path) ?? 0o640 };
    const isDirectory = [...this.files.keys(), ...this.programs].some((other) => other.startsWith(`${path}/`));
    return isDirectory ? { kind: "directory", uid, gid: 0, mode: this.modes.get(path) ?? 0o755 } : undefined;
  }

  #components(path: string): ReturnType<MachineFacts["components"]> {
    const names = path.split("/").slice(1);
    const paths = ["/", ...names.map((_, i) => `/${names.slice(0, i + 1).join("/")}`)];
    const found = paths.map((name) => {
      const stat = name === "/" ? ({ kind: "directory", uid: 0, gid: 0, mode: 0o755 } as const) : this.#stat(name);
      return { path: name, ...(stat ?? { kind: "other" as const, uid: 0, gid: 0, mode: 0o755 }) };
    });
    return found;
  }
}
