import {
  accessSync,
  chmodSync,
  chownSync,
  constants,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import type { NameServers } from "../app/host-deps.ts";
import { runProgram } from "./run-program.ts";

const systemPaths = { resolvConf: "/etc/resolv.conf", resolvconf: ["/sbin/resolvconf", "/usr/sbin/resolvconf"] };

/** resolvectl(1), resolvconf(8), or /etc/resolv.conf itself, as Debian's 0000usepeerdns chooses. */
export function findNameServersWay({ resolvConf, resolvconf } = systemPaths): ReturnType<NameServers["way"]> {
  const path = realOf(resolvConf);
  // Whatever runs: names are asked of the file, and only this file leads to systemd-resolved.
  if (path.startsWith("/run/systemd/resolve/")) return { kind: "resolved" };
  return resolvconf.some(writesTheFile) ? { kind: "resolvconf" } : { kind: "file", path };
}

/** As `findNameServersWay` finds it. */
export const systemNameServers: NameServers = {
  way: () => findNameServersWay(),
  setLink: async (way, iface, servers) => {
    if (way === "resolvconf") {
      const lines = servers.map((server) => `nameserver ${server}\n`).join("");
      return run("resolvconf", ["-a", `${iface}.ppp`], lines);
    }
    // `~.`: names are asked of this link, not only those of a domain of its own.
    return (await run("resolvectl", ["dns", iface, ...servers])) ?? (await run("resolvectl", ["domain", iface, "~."]));
  },
  clearLink: async (way, iface) => {
    await (way === "resolvconf" ? run("resolvconf", ["-d", `${iface}.ppp`]) : run("resolvectl", ["revert", iface]));
  },
  readFile: (path) => {
    try {
      return readFileSync(path, "latin1");
    } catch {
      return undefined;
    }
  },
  writeFile: (path, text) => {
    try {
      if (text === undefined) rmSync(path, { force: true });
      else writeInPlace(path, text);
      return undefined;
    } catch (error) {
      return (error as Error).message;
    }
  },
  clearAway: (path) => {
    try {
      rmSync(freshOf(path), { force: true });
    } catch {
      // Nothing can be made or removed there, so nothing is.
    }
  },
};

/** Beside the file, for the moment of its making. */
function freshOf(path: string): string {
  return `${path}.pppctl`;
}

/**
 * In one step; where the file cannot be replaced (a container's is a mount of its own, in a folder that may be read-only), into the file
 * that there is.
 */
function writeInPlace(path: string, text: string): void {
  const fresh = freshOf(path);
  const old = statSync(path, { throwIfNoEntry: false });
  try {
    writeFileSync(fresh, text, "latin1");
    chmodSync(fresh, (old?.mode ?? 0o644) & 0o7777);
    if (old !== undefined) chownSync(fresh, old.uid, old.gid);
    renameSync(fresh, path);
  } catch (error) {
    rmSync(fresh, { force: true });
    if (old === undefined || !/^(EBUSY|EROFS)$/.test((error as NodeJS.ErrnoException).code ?? "")) throw error;
    writeFileSync(path, text, "latin1");
  }
}

/** As many links one after the other as the kernel follows. */
const mostLinks = 40;

/** Where a link leads, also when nothing is there yet. */
function realOf(path: string, links = 0): string {
  try {
    return realpathSync(path);
  } catch {
    const folder = realFolder(path);
    const here = join(folder, basename(path));
    try {
      return links < mostLinks ? realOf(resolve(folder, readlinkSync(here)), links + 1) : path;
    } catch {
      return here;
    }
  }
}

function realFolder(path: string): string {
  try {
    return realpathSync(dirname(path));
  } catch {
    return dirname(path);
  }
}

/** systemd-resolved has a program of this name, too, which tells resolved and leaves a plain file alone. */
function writesTheFile(resolvconf: string): boolean {
  try {
    accessSync(resolvconf, constants.X_OK);
    return basename(realpathSync(resolvconf)) !== "resolvectl";
  } catch {
    return false;
  }
}

async function run(program: string, words: readonly string[], input?: string): Promise<string | undefined> {
  const { status, complaint } = await runProgram(program, words, input);
  return status === 0 ? undefined : complaint;
}
