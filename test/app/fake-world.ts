import type { PppdStart, PreparedPppd, ProcessInfo, Transport, World } from "../../src/app/deps.ts";
import type { HeardGre, SystemLogLine } from "../../src/app/host-deps.ts";
import { bytesFromLatin1 } from "../../src/core/bytes.ts";
import { PppctlError } from "../../src/core/errors.ts";
import type { BlockRecord } from "../../src/link/block-record.ts";
import type { HistoryEntry } from "../../src/link/history-entry.ts";
import type { JournalEntry, RouteStep } from "../../src/link/host-journal.ts";
import { type HostRoute, routeWords } from "../../src/link/host-route.ts";
import { ManualClock } from "./manual-clock.ts";
import { ScriptedLine } from "./scripted-line.ts";

/** What the test's pppd may do once it has been let go. */
export interface FakePppd {
  readonly log: (line: string) => void;
  /** The started process ends; with `daemon` a pppd of that pid lives on (updetach). */
  readonly exit: (status: number, daemon?: number) => void;
  readonly pid: number;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Of `start`: the words added at the last moment. */
  readonly more: string | undefined;
}

/** A serial line or, without `dcd`, a pty; DTR low hangs the modem up unless `ignoresDtr`. */
export class FakeLine extends ScriptedLine implements Transport {
  readonly path: string;
  lines: Transport["lines"];
  dcd = false;
  dtr = true;
  ignoresDtr = false;
  closed = 0;
  readonly #journal: string[];

  constructor(path: string, journal: string[], kind: "uart" | "pty") {
    super();
    this.path = path;
    this.#journal = journal;
    if (kind === "uart") {
      this.lines = {
        get: () => Promise.resolve({ dcd: this.dcd, dsr: true, cts: true }),
        setDtr: (on) => {
          this.#journal.push(on ? "dtr high" : "dtr low");
          this.dtr = on;
          if (!on && !this.ignoresDtr) this.dcd = false;
          return Promise.resolve();
        },
      };
    }
  }

  close(): Promise<void> {
    if (this.closed++ === 0) this.#journal.push("close");
    return Promise.resolve();
  }
}

export const device = "/dev/ttyS1";
const ownPid = 100;
const pppdPid = 500;

/**
 * As the kernel: a `replace` takes the place of the one of that destination and metric; IPv4 takes more of them with `prepend`, the
 * first of which counts; `del` without a metric takes away the first on that device.
 */
export function applyRoute(routes: readonly HostRoute[], { verb, route }: RouteStep): readonly HostRoute[] {
  const metric = ({ metric = 0 }: HostRoute): number => metric;
  if (verb === "prepend") return [route, ...routes];
  if (verb === "replace")
    return [...routes.filter((one) => one.dst !== route.dst || metric(one) !== metric(route)), route];
  const doomed = routes
    .filter(({ dst, dev }) => dst === route.dst && dev === route.dev)
    .toSorted((a, b) => metric(a) - metric(b))
    .find((one) => route.metric === undefined || metric(one) === route.metric);
  return routes.filter((one) => one !== doomed);
}

/** A world in memory; `journal` has what happened to it, in order. */
export class FakeWorld {
  readonly clock = new ManualClock(1000);
  readonly journal: string[] = [];
  readonly line: FakeLine;
  readonly files = new Map<string, string>();
  readonly processes = new Map<number, ProcessInfo>();
  readonly records = new Map<string, Map<string, string>>();
  /** Variables of processes by pid; times of files by path. */
  readonly environments = new Map<number, Readonly<Record<string, string>>>();
  readonly modified = new Map<string, number>();
  readonly openFiles = new Map<number, readonly string[]>();
  readonly interfaceBytes = new Map<string, { readonly sent: number; readonly received: number }>();
  /** Of interfaces by name; none: it is there and down. */
  readonly addresses = new Map<string, readonly string[]>();
  /** What a signal does; unless told otherwise the process ends. */
  onKill: (pid: number, signal: NodeJS.Signals) => void = (pid) => this.processes.delete(pid);
  onPppd: (pppd: FakePppd) => void = () => undefined;
  /** How a pppd that waits ends by itself, after it has logged some lines; undefined: it does not. */
  endsEarly: { readonly log: readonly string[]; readonly status?: number; readonly signal?: string } | undefined;
  storesFail = false;
  /** The routing table, and what the kernel says of addresses to which there is no way. */
  routes: readonly HostRoute[] = [];
  /** GRE of a server; undefined: nobody can listen. */
  greHeard: HeardGre | undefined = "nothing";
  /** Why the kernel does not take a route, by its words. */
  refuseRoute: (words: string) => string | undefined = () => undefined;
  readonly ways = new Map<string, string | HostRoute>();
  changes: readonly JournalEntry[] = [];
  /** What xl2tpd does and answers: undefined for yes. */
  onXl2tpd: (command: string) => string | undefined = () => undefined;
  readonly systemLog: SystemLogLine[] = [];
  /** What we have written to the call's log. */
  readonly said: string[] = [];
  /** How servers refuse TCP connections; others take them. */
  readonly knocks = new Map<string, string>();
  readonly ikeAnswers = new Set<string>();
  readonly securityAssociations = new Set<string>();
  readonly dhcpServers = new Map<string, string>();
  firewall: Awaited<ReturnType<World["network"]["firewall"]>> = { nft: undefined, iptables: undefined };
  /** The calls that have ended; `historyFails`: no more can be written. */
  readonly history: HistoryEntry[] = [];
  historyFails = false;
  /** What each probe in turn finds; then all pass. */
  readonly probes: boolean[] = [];
  /** Milliseconds, of every process. */
  processAge = 0;
  readonly blocks = new Map<string, BlockRecord>();
  /** Those that have scripts. */
  readonly hookEvents = new Set<string>();
  /** The user's commands that were run, and why each fails; undefined: none does. */
  readonly commands: { readonly argv: readonly string[]; readonly variables: Readonly<Record<string, string>> }[] = [];
  commandFails: string | undefined;
  /** Why a watcher cannot be started. */
  watcherFails: string | undefined;
  /** Who holds the line's lock. */
  lockHolder: number | undefined;
  pppdState: "none" | "prepared" | "started" | "cancelled" | "ended" = "none";
  pppdStart: PppdStart | undefined;
  readonly world: World;
  readonly #logged: string[] = [];
  #follower: ((line: string) => void) | undefined;

  constructor(
    init: { readonly line?: "uart" | "pty"; readonly root?: boolean; readonly peer?: readonly string[] } = {},
  ) {
    this.line = new FakeLine(device, this.journal, init.line ?? "uart");
    this.files.set("/etc/ppp/options", "lock\n");
    this.files.set(
      "/etc/ppp/peers/isp",
      [`${device} 115200`, ...(init.peer ?? ['connect "chat -f /etc/chatscripts/isp"'])].join("\n"),
    );
    this.files.set("/etc/chatscripts/isp", "ABORT BUSY\n'' AT\nOK ATD8765432\nCONNECT '\\c'\n");
    this.world = this.#makeWorld(init.root ?? true);
  }

  /** Nothing is ours any more: for the end of every failed call. */
  get left(): {
    readonly lock: number | undefined;
    readonly closed: boolean;
    readonly pppd: string;
    readonly dialing: boolean;
  } {
    const { lockHolder, line, pppdState } = this;
    return { lock: lockHolder, closed: line.closed > 0, pppd: pppdState, dialing: this.#dialers.size > 0 };
  }

  addProcess(pid: number, argv: readonly string[], more: Partial<ProcessInfo> = {}): void {
    const name = argv[0]?.replace(/^.*\//, "") ?? "";
    this.processes.set(pid, { pid, parent: 1, name, argv, startTime: pid * 10, ...more });
  }

  readonly #dialers = new Map<string, ProcessInfo>();
  setDialer(peer: string, process: ProcessInfo): void {
    this.#dialers.set(peer, process);
    if (!this.records.has(peer)) this.records.set(peer, new Map());
    const before = this.onKill;
    this.onKill = (pid, signal) => {
      if (pid === process.pid) this.#dialers.delete(peer);
      before(pid, signal);
    };
  }

  #makeWorld(root: boolean): World {
    const { journal } = this;
    return {
      clock: this.clock,
      root,
      env: {},
      files: {
        read: (path) => {
          const text = this.files.get(path);
          if (text !== undefined) return { kind: "file", bytes: bytesFromLatin1(text) };
          return [...this.files.keys()].some((other) => other.startsWith(`${path}/`))
            ? { kind: "directory" }
            : { kind: "missing" };
        },
        deviceKind: (path) => (path === device ? "char-device" : "missing"),
        readText: (path) => this.files.get(path),
        size: (path) => this.files.get(path)?.length ?? 0,
        modifiedAt: (path) => this.modified.get(path),
        isExecutable: () => false,
        realpath: (path) => path,
      },
      processes: {
        list: () => [...this.processes.values()],
        read: (pid) => this.processes.get(pid),
        hasOpen: (pid, path) => this.openFiles.get(pid)?.includes(path),
        variable: (pid, name) => this.environments.get(pid)?.[name],
        ageMs: () => this.processAge,
        kill: (pid, signal) => {
          journal.push(`kill ${pid} ${signal}`);
          const known = this.processes.has(pid) || [...this.#dialers.values()].some((dialer) => dialer.pid === pid);
          this.onKill(pid, signal);
          return known;
        },
      },
      stores: {
        of: (peer) => this.#store(peer),
        peers: () => [...this.records.keys()],
      },
      blocks: {
        peers: () => [...this.blocks.keys()],
        read: (peer) => this.blocks.get(peer),
        write: (record) => void this.blocks.set(record.peer, record),
        remove: (peer) => void this.blocks.delete(peer),
      },
      localOffset: () => 0,
      probe: (probe) => {
        journal.push(`probe ${probe.kind}`);
        return Promise.resolve(this.probes.shift() ?? true);
      },
      random: () => 0,
      foreignStores: [],
      interfaceNames: () => [...this.addresses.keys()],
      interfaceBytes: (name) => this.interfaceBytes.get(name),
      self: { pid: ownPid, startTime: 1 },
      history: {
        path: "/var/lib/pppctl/history.jsonl",
        append: (entry) => {
          if (this.historyFails)
            throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
          this.history.push(entry);
        },
        read: (since = 0) => this.history.filter(({ endedAt }) => endedAt >= since),
        readNewest: () => this.history,
      },
      openLine: () => {
        journal.push("open");
        this.line.closed = 0;
        return Promise.resolve(this.line);
      },
      inheritedLine: () => Promise.resolve(this.line),
      lockLine: (path) => {
        if (this.lockHolder !== undefined) {
          throw new PppctlError({ code: "port.locked", message: `${path} is locked`, exitCode: 6 });
        }
        journal.push("lock");
        this.lockHolder = ownPid;
        let mine = ownPid;
        return {
          handTo: (pid) => {
            journal.push(`lock names ${pid}`);
            this.lockHolder = pid;
            mine = pid;
          },
          release: () => {
            if (this.lockHolder === mine) this.lockHolder = undefined;
          },
        };
      },
      runCommand: (argv, { variables }) => {
        this.commands.push({ argv, variables });
        return Promise.resolve(this.commandFails);
      },
      // There is one log; it is followed from where it was before pppd was let go.
      followFile: (_path, _from, onLine) => {
        for (const line of this.#logged) onLine(line);
        this.#follower = onLine;
        return {
          drain: () => undefined,
          stop: () => {
            this.#follower = undefined;
          },
        };
      },
      pppd: {
        program: () => "/usr/sbin/pppd",
        version: () => Promise.resolve([2, 4, 9]),
        kernelHasPpp: () => true,
        prepare: (start) => Promise.resolve(this.#prepare(start)),
      },
      host: {
        name: "box",
        home: "/home/u",
        interfaceExists: () => false,
        membership: () => "other",
        hasDefaultRoute: () => false,
        pluginExists: () => true,
      },
      network: {
        resolve: (name) => Promise.resolve({ kind: "addresses", addresses: [name] }),
        knock: (host, port) => {
          journal.push(`knock ${host}:${port}`);
          return Promise.resolve(this.knocks.get(host));
        },
        answersIke: (host) => {
          journal.push(`ask IKE of ${host}`);
          return Promise.resolve(this.ikeAnswers.has(host));
        },
        hasSecurityAssociation: (address) => Promise.resolve(this.securityAssociations.has(address)),
        firewall: () => Promise.resolve(this.firewall),
        listenForGre: (addresses) => {
          journal.push(`listen for GRE of ${addresses.join(" ")}`);
          const { greHeard } = this;
          return greHeard === undefined
            ? undefined
            : { heard: () => greHeard, close: () => void journal.push("stop listening for GRE") };
        },
        dhcpServer: (iface) => this.dhcpServers.get(iface),
      },
      routes: {
        wayTo: (address) =>
          Promise.resolve(this.ways.get(address) ?? { dst: address, gateway: "192.168.0.1", dev: "eth0" }),
        list: (_family, dst) => Promise.resolve(this.routes.filter((route) => route.dst === dst)),
        apply: (step) => {
          const words = routeWords(step.route).join(" ");
          const refusal = step.verb === "del" ? undefined : this.refuseRoute(words);
          if (refusal !== undefined) return Promise.resolve(refusal);
          journal.push(`route ${step.verb} ${words}`);
          this.routes = applyRoute(this.routes, step);
          return Promise.resolve(undefined);
        },
      },
      journal: {
        isEmpty: () => this.changes.length === 0,
        change: (work) =>
          work({
            entries: this.changes,
            write: (entries) => {
              this.changes = entries;
            },
          }),
      },
      nameServers: {
        way: () => ({ kind: "file", path: "/etc/resolv.conf" }),
        setLink: () => Promise.resolve(undefined),
        clearLink: () => Promise.resolve(),
        readFile: (path) => this.files.get(path),
        writeFile: (path, text) => {
          if (text === undefined) this.files.delete(path);
          else this.files.set(path, text);
          return undefined;
        },
        clearAway: (path) => void this.files.delete(`${path}.pppctl`),
      },
      xl2tpd: {
        config: () => this.files.get("/etc/xl2tpd/xl2tpd.conf"),
        ensureRunning: () => Promise.resolve(undefined),
        control: (command, lac, lines = []) => {
          journal.push(`xl2tpd ${[command, lac, ...lines].join(" ")}`);
          return Promise.resolve(this.onXl2tpd(command));
        },
        markLog: () => ({ at: 0, sizes: new Map() }),
        logSince: () => Promise.resolve(this.systemLog),
      },
      interfaceAddresses: (name) => this.addresses.get(name) ?? [],
      startWatcher: (peer, extraWords) => {
        journal.push(["watch", peer, ...extraWords].join(" "));
        return Promise.resolve(this.watcherFails);
      },
      hasHooks: (event) => this.hookEvents.has(event),
      ownPrograms: { pppctl: "/opt/pppctl/bin/pppctl", hook: (event) => `/opt/pppctl/bin/hooks/${event}` },
      startedByIfupdown: false,
    };
  }

  #prepare(start: PppdStart): PreparedPppd {
    this.journal.push("prepare");
    this.pppdState = "prepared";
    this.pppdStart = start;
    let end: (how: { status: number | undefined; signal: string | undefined }) => void = () => undefined;
    const exited = new Promise<{ status: number | undefined; signal: string | undefined }>((resolve) => {
      end = resolve;
    });
    if (start.waits) this.addProcess(pppdPid, ["/usr/sbin/pppd", ...start.args]);
    if (this.endsEarly !== undefined) {
      const { log, status, signal } = this.endsEarly;
      this.#logged.push(...log);
      this.processes.delete(pppdPid);
      this.pppdState = "ended";
      end({ status, signal });
    }
    return {
      pid: pppdPid,
      exited,
      start: (more) => {
        this.journal.push("start");
        if (this.endsEarly !== undefined) return;
        this.pppdState = "started";
        this.addProcess(pppdPid, ["/usr/sbin/pppd", ...start.args]);
        this.onPppd({
          pid: pppdPid,
          args: start.args,
          env: start.env,
          more,
          log: (line) => {
            this.#logged.push(line);
            this.#follower?.(line);
          },
          exit: (status, daemon) => {
            this.processes.delete(pppdPid);
            this.pppdState = "ended";
            if (daemon !== undefined) {
              this.addProcess(daemon, ["/usr/sbin/pppd", ...start.args]);
              this.files.set("/run/ppp-isp.pid", `${daemon}\nppp0\n`);
              if (this.lockHolder === pppdPid) this.lockHolder = daemon;
            } else if (this.lockHolder === pppdPid) this.lockHolder = undefined;
            end({ status, signal: undefined });
          },
        });
      },
      cancel: async () => {
        if (this.pppdState !== "prepared") return;
        this.journal.push("cancel");
        this.processes.delete(pppdPid);
        this.pppdState = "cancelled";
      },
      kill: (signal) => {
        this.journal.push(`kill ${pppdPid} ${signal}`);
        if (this.pppdState !== "started") return;
        this.processes.delete(pppdPid);
        this.pppdState = "ended";
        if (this.lockHolder === pppdPid) this.lockHolder = undefined;
        end({ status: 5, signal: undefined });
      },
    };
  }

  #store(peer: string): ReturnType<World["stores"]["of"]> {
    const fail = (): void => {
      if (this.storesFail) throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
    };
    const own = (): Map<string, string> => {
      const records = this.records.get(peer) ?? new Map<string, string>();
      this.records.set(peer, records);
      return records;
    };
    return {
      directory: `/run/pppctl/${peer}`,
      logFile: `/run/pppctl/${peer}/pppd.log`,
      read: (name) => this.records.get(peer)?.get(name),
      write: (name, text) => {
        fail();
        own().set(name, text);
      },
      remove: (name) => void this.records.get(peer)?.delete(name),
      hasLog: () => true,
      startLog: () => {
        fail();
        this.#logged.length = 0;
      },
      claim: (name) => {
        const text = this.storesFail ? undefined : this.records.get(peer)?.get(name);
        if (text === undefined) return undefined;
        own().delete(name);
        return { text, done: () => undefined, putBack: () => void own().set(name, text) };
      },
      orphans: () => [],
      appendLog: (program, text) => {
        fail();
        this.said.push(`${program}: ${text}`);
        // Whoever follows the log reads it there.
        this.#follower?.(`${program}: ${text}`);
      },
      stampLog: fail,
      trimLog: () => {
        fail();
        return false;
      },
      lockDialing: () => {
        fail();
        if (this.#dialers.has(peer)) return undefined;
        this.#dialers.set(peer, { pid: ownPid, parent: 1, name: "node", argv: ["node", "pon"], startTime: 1 });
        own();
        return { release: () => void this.#dialers.delete(peer) };
      },
      dialer: () => this.#dialers.get(peer),
    };
  }
}
