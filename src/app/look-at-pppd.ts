import type { LinkRecord } from "../link/link-record.ts";
import { linkPidFileName, parsePppdPidFile } from "../pppd/pid-file.ts";
import { type PppdVariables, pppdDatabasePaths, readPppdVariables } from "../pppd/pppd-database.ts";
import type { ProcessInfo, World } from "./deps.ts";
import { isDisconnecting } from "./disconnect-commands.ts";
import { pidFileDirectory } from "./find-links.ts";
import type { PeerKnowledge } from "./know-peer.ts";
import type { PeerStatus } from "./show-status.ts";

/** What the machine shows of one pppd. */
export interface PppdView {
  readonly interfaceExists: boolean;
  /** Of the protocol that makes the link's network. */
  readonly addresses: readonly string[];
  readonly childDials: boolean;
  readonly lineInUse: boolean | undefined;
  readonly variables:
    | { readonly wasUp: boolean; readonly wentDown: boolean; readonly hadInterface: boolean }
    | undefined;
  readonly device: string | undefined;
  /** Since when there is the interface, milliseconds since 1970. */
  readonly since: number | undefined;
  readonly network: Pick<PeerStatus, "iface" | "local" | "remote" | "dns" | "bytesSent" | "bytesReceived">;
}

/** What is looked at. */
export type LookedAtWorld = Pick<
  World,
  "files" | "processes" | "interfaceNames" | "interfaceAddresses" | "interfaceBytes"
>;

/** Look: pid files, interfaces, pppd's database, its children and its line. Works without root. */
export function lookAtPppd(
  pppd: ProcessInfo,
  about: {
    readonly known: PeerKnowledge;
    /** Of this pppd. */
    readonly record: LinkRecord | undefined;
    readonly children: readonly ProcessInfo[];
  },
  world: LookedAtWorld,
): PppdView {
  const { known, record, children } = about;
  const variables = readVariables(pppd.pid, world);
  const names = world.interfaceNames();
  const iface = findInterface(pppd.pid, known.linkname, variables, names, world) ?? record?.iface;
  const interfaceExists = iface !== undefined && names.includes(iface);
  // Also of a link on which IPv6 alone has come up (app/await-link.ts).
  const onIpv6 = known.noip || (record?.phase === "up" && record.local?.includes(":") === true);
  const addresses = interfaceExists
    ? world.interfaceAddresses(iface).filter((address) => onIpv6 || !address.includes(":"))
    : [];
  const device = variables?.get("DEVICE") ?? known.device;
  return {
    interfaceExists,
    addresses,
    childDials: children.some((child) => isDialing(child, iface)),
    lineInUse: device === undefined ? undefined : lineInUse(pppd.pid, device, known, world),
    variables: variables && {
      wasUp: variables.has("IPLOCAL") || (known.noip && variables.has("LLLOCAL")),
      wentDown: variables.has("CONNECT_TIME"),
      hadInterface: variables.has("IFNAME"),
    },
    device,
    since: iface === undefined ? undefined : world.files.modifiedAt(`${pidFileDirectory}/${iface}.pid`),
    network: iface === undefined ? {} : describeNetwork(iface, addresses, variables, record, world),
  };
}

/**
 * A child that has not become another program yet still is a pppd. One that is just becoming it, or is ending, has no arguments: nobody
 * can tell which it is.
 */
function isDialing({ name, argv }: ProcessInfo, iface: string | undefined): boolean {
  return name !== "pppd" && argv.length > 0 && !isDisconnecting(argv) && !isHook(argv, iface);
}

/** A hook has the interface as first argument. One of ip-down may outlive it: then nobody else says its name. */
function isHook(argv: readonly string[], iface: string | undefined): boolean {
  const first = argv.slice(1, 4);
  return iface === undefined ? first.some((word) => /^ppp\d+$/.test(word)) : first.includes(iface);
}

/** pppd takes an entry away and writes it anew, longer, for each variable: what is not there may be so the next time. */
const mostReadings = 3;

function readVariables(pid: number, world: LookedAtWorld): PppdVariables | undefined {
  for (const path of pppdDatabasePaths) {
    for (let i = 0; i < mostReadings; i++) {
      const read = world.files.read(path);
      if (read.kind !== "file") break;
      const found = readPppdVariables(read.bytes, pid);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/** By the link's pid file, pppd's variables, or the interfaces' own pid files. */
function findInterface(
  pid: number,
  linkname: string,
  variables: PppdVariables | undefined,
  names: readonly string[],
  world: LookedAtWorld,
): string | undefined {
  const read = (name: string) => parsePppdPidFile(world.files.readText(`${pidFileDirectory}/${name}`) ?? "");
  const byLink = read(linkPidFileName(linkname));
  if (byLink?.pid === pid && byLink.iface !== undefined) return byLink.iface;
  return variables?.get("IFNAME") ?? names.find((name) => read(`${name}.pid`)?.pid === pid);
}

/** By its descriptors, which root may see; by the lock, where pppd takes one. */
function lineInUse(pid: number, device: string, known: PeerKnowledge, world: LookedAtWorld): boolean | undefined {
  const open = world.processes.hasOpen(pid, world.files.realpath(device));
  if (open !== undefined || !known.locks) return open;
  const lock = world.files.readText(`/var/lock/LCK..${device.replace(/^\/dev\//, "").replaceAll("/", "_")}`);
  return lock !== undefined && Number(lock) === pid;
}

function describeNetwork(
  iface: string,
  addresses: readonly string[],
  variables: PppdVariables | undefined,
  record: LinkRecord | undefined,
  world: LookedAtWorld,
): PppdView["network"] {
  const local = addresses[0];
  const own = record?.settled === true ? undefined : record;
  const remote = variables?.get("IPREMOTE") ?? (own?.iface === iface ? own.remote : undefined);
  const said = [variables?.get("DNS1"), variables?.get("DNS2")].filter((server) => server !== undefined);
  const dns = said.length > 0 ? said : own?.dns;
  const bytes = world.interfaceBytes(iface);
  return {
    iface,
    ...(local === undefined ? {} : { local }),
    ...(remote === undefined ? {} : { remote }),
    ...(dns === undefined ? {} : { dns }),
    ...(bytes === undefined ? {} : { bytesSent: bytes.sent, bytesReceived: bytes.received }),
  };
}
