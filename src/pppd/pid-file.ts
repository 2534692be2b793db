/** What a pid file of pppd's says. */
export interface PppdPidFile {
  readonly pid: number;
  /** The second line of a linkname's file; absent until pppd has a unit, and in an interface's file. */
  readonly iface: string | undefined;
}

/**
 * Read `/run/ppp-<linkname>.pid` (`pid\nifname\n`) or `/run/<ifname>.pid` (`pid\n`): pppd's
 * main.c create_linkpidfile, create_pidfile. Undefined for anything else, such as a file
 * caught while it is written. The pid may be that of a process that died: check its command line.
 */
export function parsePppdPidFile(text: string): PppdPidFile | undefined {
  const match = /^ *([1-9]\d{0,9})\n(?:([^\s/]+)\n)?$/.exec(text);
  return match ? { pid: Number(match[1]), iface: match[2] } : undefined;
}

/**
 * File names in `/run`, by main.c; 2.5 as upstream builds it writes below `/run/pppd`.
 * A linkname may hold a `/`; pppd does not change it, and then makes no file.
 */
export function linkPidFileName(linkname: string): string {
  return `ppp-${linkname}.pid`;
}
