import { accessSync, constants, readFileSync, realpathSync, statSync } from "node:fs";
import type { Files } from "../app/deps.ts";
import { readTextFile } from "./record-store.ts";

/** Option files are small; a device or a disk image named by mistake is not read into memory. */
const largestFile = 8 * 1024 * 1024;

/** /dev/null, a file without words: major 1, minor 3. */
const nullDevice = 0x103;

/** The machine's files. */
export const systemFiles: Files = {
  read: (path) => {
    try {
      const stat = statSync(path);
      if (stat.isDirectory()) return { kind: "directory" };
      if (stat.isCharacterDevice() && stat.rdev === nullDevice) return { kind: "file", bytes: new Uint8Array() };
      if (!stat.isFile()) return { kind: "not-a-file" };
      if (stat.size > largestFile) return { kind: "too-large", detail: `${stat.size} bytes` };
      return { kind: "file", bytes: readFileSync(path) };
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === "ENOENT" || code === "ENOTDIR") return { kind: "missing" };
      if (code === "EACCES" || code === "EPERM") return { kind: "denied" };
      return { kind: "not-a-file", detail: message };
    }
  },
  deviceKind: (path) => {
    try {
      return statSync(path).isCharacterDevice() ? "char-device" : "other";
    } catch {
      return "missing";
    }
  },
  readText: readTextFile,
  size: (path) => {
    try {
      return statSync(path).size;
    } catch {
      return 0;
    }
  },
  modifiedAt: (path) => {
    const stats = statSync(path, { throwIfNoEntry: false });
    // It has fractions.
    return stats && Math.floor(stats.mtimeMs);
  },
  isExecutable: (path) => {
    try {
      accessSync(path, constants.X_OK);
      return statSync(path).isFile();
    } catch {
      return false;
    }
  },
  realpath: (path) => {
    try {
      return realpathSync(path);
    } catch {
      return path;
    }
  },
};
