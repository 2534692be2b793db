import {
  accessSync,
  chmodSync,
  chownSync,
  constants,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import type { NameServers } from "../app/deps.ts";
import { runProgram } from "./run-program.ts";

const resolvConf = "/etc/resolv.conf";

/** resolvectl(1), resolvconf(8), or /etc/resolv.conf itself, as Debian's 0000usepeerdns chooses. */
export const systemNameServers: NameServers = {
  way: () => {
    const path = realOf(resolvConf);
    // Whatever runs: names are asked of the file, and only this file leads to systemd-resolved.
    if (path.startsWith("/run/systemd/resolve/")) return { kind: "resolved" };
    return ["/sbin/resolvconf", "/usr/sbin/resolvconf"].some(isExecutable)
      ? { kind: "resolvconf" }
      : { kind: "file", path };
  },
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
};

/** In one step; in a container, where the file is a mount of its own and cannot be replaced, into the file that there is. */
function writeInPlace(path: string, text: string): void {
  const fresh = `${path}.pppctl`;
  const old = statSync(path, { throwIfNoEntry: false });
  try {
    writeFileSync(fresh, text, "latin1");
    chmodSync(fresh, (old?.mode ?? 0o644) & 0o7777);
    if (old !== undefined) chownSync(fresh, old.uid, old.gid);
    renameSync(fresh, path);
  } catch (error) {
    rmSync(fresh, { force: true });
    if ((error as NodeJS.ErrnoException).code !== "EBUSY") throw error;
    writeFileSync(path, text, "latin1");
  }
}

/** Where a link leads, also when nothing is there yet. */
function realOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    try {
      return join(realpathSync(dirname(path)), path.slice(dirname(path).length));
    } catch {
      return path;
    }
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function run(program: string, words: readonly string[], input?: string): Promise<string | undefined> {
  const { status, complaint } = await runProgram(program, words, input);
  return status === 0 ? undefined : complaint;
}
