import { chmodSync, lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Where the records of living links are: a directory a peer. */
export const defaultRunDirectory = "/run/pppctl";

/**
 * The directory of a peer's record: any name that `call` takes becomes one path component, and no longer than it must
 * (a name of 255 bytes has room).
 */
export function recordDirectory(peer: string, runDirectory = defaultRunDirectory): string {
  // A newline in a path is a nuisance.
  const component = peer.replace(/^\.|[%/]|(?![\x80-\x9f])\p{Cc}/gu, (char) => {
    return `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`;
  });
  return join(runDirectory, component);
}

/** Write a small file whole or not at all; readable by everybody unless `mode` says otherwise. */
export function writeFileAtomically(path: string, text: string, mode = 0o644): void {
  const temporary = `${path}.${process.pid}.new`;
  try {
    writeFileSync(temporary, text, { mode });
    // Whatever the umask is: pppd runs its scripts with 077.
    chmodSync(temporary, mode);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** The text of a file, or undefined when it cannot be read. */
export function readTextFile(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

/** Peers that have a record, by name. */
export function listRecordedPeers(runDirectory = defaultRunDirectory): string[] {
  try {
    return readdirSync(runDirectory, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => decodeURIComponent(entry.name));
  } catch {
    return [];
  }
}

/** The directory and the one above. Returns whether there was one to make. */
function makeBoth(directory: string): boolean {
  try {
    return mkdirSync(directory, { recursive: true, mode: 0o755 }) !== undefined;
  } catch (error) {
    // node's word for it when the one above cannot be made; why not, mkdir(2) says.
    if ((error as NodeJS.ErrnoException).code === "ENOENT") mkdirSync(dirname(directory), { mode: 0o755 });
    throw error;
  }
}

/**
 * Make a peer's directory; throws as mkdir(2) does, and when the directory above is not
 * ours alone (below /tmp anybody can make one in our name).
 */
export function makeRecordDirectory(directory: string): void {
  if (makeBoth(directory)) {
    // pppd's umask again.
    chmodSync(dirname(directory), 0o755);
    chmodSync(directory, 0o755);
  }
  const above = lstatSync(dirname(directory));
  if (!above.isDirectory() || above.uid !== process.getuid?.() || (above.mode & 0o022) !== 0) {
    throw new Error(`${dirname(directory)} belongs to somebody else`);
  }
}
