/** What the use cases need of the machine that links are made on: its network, routes and name servers, and who makes tunnels. */
import type { JournalEntry, RouteStep } from "../link/host-journal.ts";
import type { Family, HostRoute } from "../link/host-route.ts";
import type { PppdVersion } from "../pppd/pppd-version.ts";

/** The machine and the caller, as pppd would ask for them while it reads options. */
export interface PppdHost {
  /** gethostname(2). */
  readonly name: string;
  /** The caller's home by the user database, for ~/.ppprc; undefined: the caller has none. */
  readonly home: string | undefined;
  /** An Ethernet interface, which is what PPPoE takes. */
  readonly interfaceExists: (name: string) => boolean;
  /** Is the caller in this group? `no-group`: there is none of that name. */
  readonly membership: (group: string) => "member" | "other" | "no-group";
  /** There is a default route for IPv4. */
  readonly hasDefaultRoute: () => boolean;
  /** pppd could load this plugin, the value of `plugin` as it is. True also where nobody can tell. */
  readonly pluginExists: (word: string, version: PppdVersion) => boolean;
}

/** The network that tunnels go over. */
export interface Network {
  /** Addresses of a name (an address is its own), in the order in which they are to be tried; or why there are none. */
  readonly resolve: (
    name: string,
  ) => Promise<
    | { readonly kind: "addresses"; readonly addresses: readonly string[] }
    | { readonly kind: "error"; readonly reason: string }
  >;
  /** Open and close a TCP connection: undefined when it is taken, else why not, in strerror(3)'s words or `no answer`. */
  readonly knock: (host: string, port: number, limitMs: number) => Promise<string | undefined>;
  /** Whoever answers key exchange for IPsec (IKE, UDP port 500) there. */
  readonly answersIke: (host: string, limitMs: number) => Promise<boolean>;
  /** The kernel has an IPsec security association with this address. */
  readonly hasSecurityAssociation: (address: string) => Promise<boolean>;
  /** The rules of this machine's firewall: what `nft -j list ruleset` and `iptables-save -c` print; undefined without the program. */
  readonly firewall: () => Promise<{ readonly nft: string | undefined; readonly iptables: string | undefined }>;
  /** Hear what GRE comes from these addresses, from now on; undefined where that cannot be. Only root may. */
  readonly listenForGre: (addresses: readonly string[]) => GreEar | undefined;
  /** Who gave an interface its IPv4 address by DHCP, as its client has kept it. */
  readonly dhcpServer: (iface: string) => string | undefined;
}

/** What has come through GRE: packets that acknowledge some of ours (RFC 2637) tell that those have arrived, too. */
export type HeardGre = "nothing" | "unacknowledged" | "acknowledged";

/** Open until it is closed. */
export interface GreEar {
  /** Since it was opened, or was asked before. */
  readonly heard: () => HeardGre;
  readonly close: () => void;
}

/** The daemon that makes L2TP tunnels, and runs pppd over them (xl2tpd(8), xl2tpd-control(8)). */
export interface Xl2tpd {
  /** The text of its configuration; undefined: it has none. */
  readonly config: () => string | undefined;
  /** Start it when it does not run; undefined, or why it does not run now. */
  readonly ensureRunning: () => Promise<string | undefined>;
  /** Undefined when it takes the command, else its own words. */
  readonly control: (
    command: "connect-lac" | "disconnect-lac" | "add-lac" | "remove-lac",
    lac: string,
    /** Of `add-lac`: as in xl2tpd.conf. */
    lines?: readonly string[],
  ) => Promise<string | undefined>;
  /** A place in the system's log. */
  readonly markLog: () => LogMark;
  /** What xl2tpd and pppds have said since; nothing where the log cannot be read. */
  readonly logSince: (mark: LogMark) => Promise<readonly SystemLogLine[]>;
}

export interface SystemLogLine {
  readonly program: string;
  readonly pid: number;
  readonly text: string;
}

/** `at`: milliseconds since 1970; `sizes`: bytes of each log file, by path. */
export interface LogMark {
  readonly at: number;
  readonly sizes: ReadonlyMap<string, number>;
}

/** The kernel's main routing table. */
export interface RouteTable {
  /** How packets to an address go now; or why they do not, in the kernel's words. */
  readonly wayTo: (address: string) => Promise<HostRoute | string>;
  /** The routes to exactly this destination. */
  readonly list: (family: Family, dst: string) => Promise<readonly HostRoute[]>;
  /** Undefined when it is done, else why not. */
  readonly apply: (step: RouteStep) => Promise<string | undefined>;
}

/** How this machine finds its name servers. */
export interface NameServers {
  /** systemd-resolved, resolvconf(8) (openresolv too), or a plain file, links followed. */
  readonly way: () => { readonly kind: "resolved" | "resolvconf" } | { readonly kind: "file"; readonly path: string };
  /** By interface. Undefined when it is done, else why not. */
  readonly setLink: (
    way: "resolved" | "resolvconf",
    iface: string,
    servers: readonly string[],
  ) => Promise<string | undefined>;
  readonly clearLink: (way: "resolved" | "resolvconf", iface: string) => Promise<void>;
  /** One character a byte; undefined: there is none. */
  readonly readFile: (path: string) => string | undefined;
  /** Whole or not at all, owner and mode as they are; undefined removes it. Undefined when it is done, else why not. */
  readonly writeFile: (path: string, text: string | undefined) => string | undefined;
  /** What a `writeFile` that was killed has left beside the file. */
  readonly clearAway: (path: string) => void;
}

/** What pon has changed on this machine (link/host-journal.ts). */
export interface HostJournal {
  /** Nothing is changed: asked without waiting for anybody. */
  readonly isEmpty: () => boolean;
  /** Work on the journal, alone. `write` puts it there whole; it comes before the change that it tells of. */
  readonly change: <T>(
    work: (journal: {
      readonly entries: readonly JournalEntry[];
      readonly write: (entries: readonly JournalEntry[]) => void;
    }) => Promise<T>,
  ) => Promise<T>;
}
