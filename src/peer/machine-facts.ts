import type { FileRead } from "./peer-reading.ts";

/** What stands at a path, symbolic links followed (stat(2)). */
export interface PathFacts {
  readonly kind: "file" | "directory" | "device" | "other";
  readonly uid: number;
  readonly gid: number;
  /** The permission bits of st_mode. */
  readonly mode: number;
}

/** One component of a path: itself and every directory above it. */
export interface PathComponent extends PathFacts {
  readonly path: string;
}

/** A living process. */
export interface PortHolder {
  readonly pid: number;
  readonly name: string;
  readonly argv: readonly string[];
}

/** A serial port that is there. */
export interface PortFacts {
  /** Who has it open; as far as the caller may see (only root sees the files of others). */
  readonly holders: readonly PortHolder[];
  /** The living process that a UUCP lock file names. */
  readonly lockedBy: PortHolder | undefined;
  /** A name of the kernel's serial driver without a port behind it. */
  readonly noHardware: boolean;
  /** It hangs on the USB. */
  readonly usb: boolean;
  /** The kernel's driver of the port (`option`, `cdc_acm`, `ftdi_sio`). */
  readonly driver: string | undefined;
  /** udev tells ModemManager to leave it (ID_MM_DEVICE_IGNORE, ID_MM_PORT_IGNORE). */
  readonly ignoredByModemManager: boolean;
}

export interface DefaultRoute {
  readonly interface: string;
  readonly metric: number;
}

/**
 * Facts about the machine, for the checks; each is asked when it is needed. The implementation reads and changes nothing,
 * and never opens a serial port, for that raises DTR.
 */
export interface MachineFacts {
  /** Undefined: nothing is there, or the caller may not look. */
  readonly stat: (path: string) => PathFacts | undefined;
  readonly read: (path: string) => FileRead;
  /** By the caller (access(2)). */
  readonly mayExecute: (path: string) => boolean;
  readonly mayReadAndWrite: (path: string) => boolean;
  /** Where a shell looks for programs. */
  readonly searchPath: readonly string[];
  /** The real path and all directories above it, from `/` on; undefined where it does not exist. */
  readonly components: (path: string) => readonly PathComponent[] | undefined;
  readonly port: (path: string) => PortFacts;
  /** Serial ports of modems that are there now, the names to prefer first. */
  readonly modemPorts: () => readonly string[];
  readonly modemManagerRuns: () => boolean;
  /** IPv4, those that are up. */
  readonly defaultRoutes: () => readonly DefaultRoute[];
  /** The interface of the link of this name, when it is up (/run/ppp-NAME.pid). */
  readonly interfaceOfLink: (linkname: string) => string | undefined;
  readonly resolvedRuns: () => boolean;
}
