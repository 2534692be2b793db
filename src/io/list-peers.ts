import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { PppctlError } from "../core/errors.ts";
import { ExitCode } from "../core/exit-codes.ts";

/** What editors and packaging tools leave beside a peer; pppd would call it, and nobody does. */
const aside = /(?:^|\/)\.|~$|\.(?:dpkg-\w+|ucf-\w+|swp)$/;

/**
 * Names of all peers: the files below the peers directory, `isp/home` in a directory of it, sorted.
 *
 * @throws PppctlError `peer.directory`, exit status 2, where it may not be read
 */
export function listPeers(directory = "/etc/ppp/peers"): readonly string[] {
  return listFiles(directory, "")
    .filter((name) => !aside.test(name))
    .sort();
}

function listFiles(directory: string, prefix: string): readonly string[] {
  try {
    return readdirSync(join(directory, prefix)).flatMap((entry) => {
      const name = `${prefix}${entry}`;
      const stats = statSync(join(directory, name), { throwIfNoEntry: false });
      return stats?.isDirectory() ? listFiles(directory, `${name}/`) : stats?.isFile() ? [name] : [];
    });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return [];
    throw new PppctlError({
      code: "peer.directory",
      message: `${join(directory, prefix)} cannot be read (${code})`,
      exitCode: ExitCode.options,
      hint: "become a member of the group dip, or call as root; or name a peer",
      cause: error,
    });
  }
}
