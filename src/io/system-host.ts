import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { hostname, userInfo } from "node:os";
import type { PppdHost } from "../app/host-deps.ts";
import { readTextFile } from "./record-store.ts";

/** Where distributions put pppd's plugins, below a directory named after the version. */
const pluginDirectories = ["/usr/lib/pppd", "/usr/lib64/pppd", "/usr/local/lib/pppd"];

/** The machine and the caller. */
export function systemHost(): PppdHost {
  return {
    name: hostname(),
    home: homeOfCaller(),
    // PPPoE's plugin takes Ethernet interfaces only (ARPHRD_ETHER).
    interfaceExists: (name) =>
      !name.includes("/") && name !== "" && readTextFile(`/sys/class/net/${name}/type`)?.trim() === "1",
    membership: (group) => {
      const { status, stdout } = spawnSync("getent", ["--", "group", group], { encoding: "utf8" });
      if (status !== 0) return status === 2 ? "no-group" : "other";
      return (process.getgroups?.() ?? []).includes(Number(stdout.split(":")[2])) ? "member" : "other";
    },
    hasDefaultRoute: () =>
      // Interface, destination, gateway, flags (1: up), …, mask; hexadecimal (proc(5)).
      (readTextFile("/proc/net/route") ?? "").split("\n").some((line) => {
        const [, destination, , flags = "0", , , , mask] = line.split("\t");
        return destination === "00000000" && mask === "00000000" && (Number.parseInt(flags, 16) & 1) === 1;
      }),
    pluginExists: (word, version) => {
      if (word.includes("/")) return existsSync(word);
      // The directory that this pppd was built with; any other layout is beyond us.
      const directories = pluginDirectories.map((path) => `${path}/${version.join(".")}`).filter(existsSync);
      return directories.length === 0 || directories.some((path) => existsSync(`${path}/${word}`));
    },
  };
}

/** As pppd: by the user database, not by $HOME. */
function homeOfCaller(): string | undefined {
  try {
    return userInfo().homedir;
  } catch {
    return undefined; // a uid without an entry
  }
}
