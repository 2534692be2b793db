import {
  accessSync,
  constants,
  existsSync,
  lstatSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  type Stats,
  statSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import type { MachineFacts, PathComponent, PathFacts, PortFacts } from "../peer/machine-facts.ts";
import { findHolders, listProcesses } from "./process-table.ts";
import { readTextFile } from "./record-store.ts";
import { systemFiles } from "./system-files.ts";
import { defaultLockDirectory, findLockHolder } from "./uucp-lock.ts";

/** Where the kernel and udev show what is there; a test brings its own. */
export interface MachinePlaces {
  readonly dev: string;
  readonly sys: string;
  readonly proc: string;
  readonly run: string;
  readonly locks: string;
}

const systemPlaces: MachinePlaces = {
  dev: "/dev",
  sys: "/sys",
  proc: "/proc",
  run: "/run",
  locks: defaultLockDirectory,
};

/** More names than these are no help to choose from. */
const mostPorts = 6;

/** The machine as `pppctl check` sees it. Reads only, and opens no device. */
export function systemMachine(env: Readonly<Record<string, string | undefined>>, places = systemPlaces): MachineFacts {
  return {
    stat: (path) => attempt(() => factsOf(statSync(path))),
    read: systemFiles.read,
    mayExecute: (path) => mayAccess(path, constants.X_OK),
    mayReadAndWrite: (path) => mayAccess(path, constants.R_OK | constants.W_OK),
    searchPath: (env["PATH"] ?? "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin").split(":"),
    components: (path) => attempt(() => componentsOf(realpathSync(path))),
    port: (path) => describePort(path, places),
    modemPorts: () => listModemPorts(places),
    modemManagerRuns: () => runs("ModemManager"),
    defaultRoutes: () => readDefaultRoutes(readTextFile(join(places.proc, "net/route")) ?? ""),
    interfaceOfLink: (linkname) => {
      const name = readTextFile(join(places.run, `ppp-${linkname}.pid`))?.split("\n")[1];
      return name !== undefined && name !== "" && existsSync(join(places.sys, "class/net", name)) ? name : undefined;
    },
    // proc(5) cuts a name at 15 bytes.
    resolvedRuns: () => runs("systemd-resolve"),
  };
}

function attempt<T>(ask: () => T): T | undefined {
  try {
    return ask();
  } catch {
    return undefined;
  }
}

function mayAccess(path: string, how: number): boolean {
  return attempt(() => accessSync(path, how) === undefined) === true;
}

function runs(name: string): boolean {
  return listProcesses().some((info) => info.name === name);
}

function factsOf(stats: Stats): PathFacts {
  const kind = stats.isFile()
    ? "file"
    : stats.isDirectory()
      ? "directory"
      : stats.isCharacterDevice()
        ? "device"
        : "other";
  return { kind, uid: stats.uid, gid: stats.gid, mode: stats.mode & 0o7777 };
}

function componentsOf(path: string): readonly PathComponent[] {
  const above = path === "/" ? [] : componentsOf(dirname(path));
  return [...above, { path, ...factsOf(lstatSync(path)) }];
}

function describePort(path: string, { dev, sys, run, locks }: MachinePlaces): PortFacts {
  const real = attempt(() => realpathSync(path)) ?? path;
  const name = real.startsWith(`${dev}/`) ? real.slice(dev.length + 1) : basename(real);
  const tty = join(sys, "class/tty", name);
  // Of the tty itself, of the port, of the USB device that it is a part of.
  const hardware = attempt(() => realpathSync(join(tty, "device")));
  return {
    holders: findHolders(real),
    lockedBy: findLockHolder(path, locks, dev),
    noHardware: readTextFile(join(tty, "type"))?.trim() === "0",
    usb: hardware?.includes("/usb") === true,
    driver: attempt(() => basename(readlinkSync(join(tty, "device/driver")))),
    ignoredByModemManager: [attempt(() => realpathSync(tty)), ...ancestorsOf(hardware)].some((directory) =>
      /^E:ID_MM_(?:DEVICE|PORT)_IGNORE=(?!0)/m.test(readUdevData(directory, join(run, "udev/data")) ?? ""),
    ),
  };
}

function ancestorsOf(path: string | undefined): readonly string[] {
  return path === undefined || !path.includes("/devices/") ? [] : [path, ...ancestorsOf(dirname(path))];
}

/** udev's database of a device: by its number, or by subsystem and name. */
function readUdevData(directory: string | undefined, data: string): string | undefined {
  if (directory === undefined) return undefined;
  const number = readTextFile(join(directory, "dev"))?.trim();
  const subsystem = attempt(() => basename(readlinkSync(join(directory, "subsystem"))));
  return readTextFile(join(data, number === undefined ? `+${subsystem}:${basename(directory)}` : `c${number}`));
}

function listModemPorts({ dev, sys }: MachinePlaces): readonly string[] {
  const list = (directory: string): readonly string[] =>
    attempt(() => readdirSync(directory).map((name) => join(directory, name))) ?? [];
  const byId = [...list(join(dev, "serial/by-id"))].sort();
  const named = new Set(byId.map((path) => attempt(() => realpathSync(path)) ?? path));
  const nodes = list(dev).filter((path) => /\/(?:ttyUSB|ttyACM|rfcomm)[0-9]+$/.test(path) && !named.has(path));
  const links = ["gsmmodem", "modem"].map((name) => join(dev, name)).filter(existsSync);
  const serial = list(dev).filter((path) => {
    if (!/\/tty(?:S|AMA|O|mxc)[0-9]+$/.test(path)) return false;
    const type = readTextFile(join(sys, "class/tty", basename(path), "type"));
    return type !== undefined && type.trim() !== "0";
  });
  return [...links, ...byId, ...nodes.sort(), ...serial.sort()].slice(0, mostPorts);
}

/** /proc/net/route (proc(5)): interface, destination, gateway, flags (1: up), references, use, metric, mask. */
export function readDefaultRoutes(text: string): ReturnType<MachineFacts["defaultRoutes"]> {
  return text.split("\n").flatMap((line) => {
    const [name = "", destination, , flags = "0", , , metric = "0", mask] = line.split("\t");
    const isDefault = destination === "00000000" && mask === "00000000" && (Number.parseInt(flags, 16) & 1) === 1;
    return isDefault ? [{ interface: name, metric: Number(metric) }] : [];
  });
}
