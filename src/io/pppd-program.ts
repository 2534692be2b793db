import { closeSync, lstatSync, openSync, statSync } from "node:fs";
import { PppctlError } from "../core/errors.ts";
import { ExitCode } from "../core/exit-codes.ts";
import { type PppdVersion, parsePppdVersion } from "../pppd/pppd-version.ts";
import { defaultRunDirectory, makeRecordDirectory, readTextFile, writeFileAtomically } from "./record-store.ts";

/** Where Debian and everybody else have it; pppd is started by its full path, as Debian's pon does. */
const pppdPaths = ["/usr/sbin/pppd", "/sbin/pppd", "/usr/local/sbin/pppd"];

/**
 * pppd's path.
 * @throws PppctlError pppd.missing, exit status 127
 */
export function findPppd(): string {
  const found = pppdPaths.find((path) => statSync(path, { throwIfNoEntry: false })?.isFile());
  if (found !== undefined) return found;
  throw new PppctlError({
    code: "pppd.missing",
    message: "pppd is not installed (no /usr/sbin/pppd)",
    exitCode: ExitCode.commandNotFound,
    hint: "install it: `apt-get install ppp`",
  });
}

/**
 * The installed pppd's version, asked once and remembered until the program changes: root's commands remember in
 * /run/pppctl for everybody, others in a directory of their own. A pppd that does not tell is taken for 2.4.9.
 *
 * @param runDirectory the caller's own (`runDirectoryFor`)
 */
export async function pppdVersion(runDirectory: string, program = findPppd()): Promise<PppdVersion> {
  const stat = statSync(program);
  const key = `${program} ${stat.size} ${stat.mtimeMs}`;
  for (const directory of new Set([defaultRunDirectory, runDirectory])) {
    const [cachedKey, cached] = (readOwnText(`${directory}/pppd-version`) ?? "").split("\n");
    const known = cachedKey === key ? parsePppdVersion(cached ?? "") : undefined;
    if (known !== undefined) return known;
  }

  const { execa } = await import("execa");
  // 2.4.x prints it on standard error. It refuses to say more than that to anybody, so the exit status tells nothing.
  const { all } = await execa(program, ["--version"], { all: true, reject: false, stdin: "ignore" });
  const version = parsePppdVersion(all) ?? [2, 4, 9];
  try {
    makeRecordDirectory(`${runDirectory}/.`);
    writeFileAtomically(`${runDirectory}/pppd-version`, `${key}\npppd version ${version.join(".")}\n`);
  } catch {
    // /run is full, or the directory is not ours: asked again next time.
  }
  return version;
}

/** A file that root or we wrote: below /tmp anybody can leave one. */
function readOwnText(path: string): string | undefined {
  try {
    const stat = lstatSync(path);
    return stat.isFile() && (stat.uid === 0 || stat.uid === process.getuid?.()) ? readTextFile(path) : undefined;
  } catch {
    return undefined;
  }
}

/** Opening /dev/ppp loads the module; without PPP the node is missing or has no driver behind it. */
export function kernelHasPpp(device = "/dev/ppp"): boolean {
  try {
    closeSync(openSync(device, "r+"));
    return true;
  } catch (error) {
    return !["ENOENT", "ENXIO", "ENODEV"].includes((error as NodeJS.ErrnoException).code ?? "");
  }
}
