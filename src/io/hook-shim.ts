import { realpathSync, statSync } from "node:fs";
import { dirname } from "node:path";

/**
 * A hook program of ours, if pppd will run it: from 2.5.3 on every component of the
 * real path must be root's and not writable by group or others (pppd/utils.c), and
 * the same is asked for older ones, since root runs it. Undefined otherwise: then the
 * system's own /etc/ppp/ip-up stays in charge.
 */
export function hookShim(path: string): string | undefined {
  try {
    const real = realpathSync(path);
    for (let part = real; ; part = dirname(part)) {
      const stat = statSync(part);
      const stickyDirectory = stat.isDirectory() && (stat.mode & 0o1000) !== 0;
      if (stat.uid !== 0 || ((stat.mode & 0o022) !== 0 && !stickyDirectory)) return undefined;
      if (part === "/") return real;
    }
  } catch {
    return undefined;
  }
}
