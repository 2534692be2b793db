import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { refreshPackageLists } from "../system-packages.ts";
import { findVmCache } from "./kernel-image.ts";

/**
 * Debian's packages of servers that tunnels lead to. They are unpacked, not installed: an installed one would be
 * started, by init or systemd, on the machine of whoever runs the tests.
 */
const DAEMONS = ["pptpd", "xl2tpd"] as const;

/** What of a package the guest needs. */
const KEPT = ["usr/bin", "usr/sbin", "usr/lib"] as const;

/** Gives a folder that is laid over the guest's root: pptpd and xl2tpd. Built once, then taken from the cache. */
export function prepareFarDaemons(say: (line: string) => void): string {
  const target = join(findVmCache(), `far-${DAEMONS.join("-")}`);
  if (existsSync(target)) return target;
  if (!DAEMONS.every(isKnown)) refreshPackageLists(say);
  say(`Downloading ${DAEMONS.join(", ")} (unpacked to ${target}, not installed): the far ends of tunnels`);
  mkdirSync(findVmCache(), { recursive: true });
  const work = mkdtempSync(join(findVmCache(), "unpacking-"));
  try {
    execFileSync("apt-get", ["-qq", "download", ...DAEMONS], { cwd: work, stdio: ["ignore", "ignore", "pipe"] });
    for (const archive of readdirSync(work).filter((file) => file.endsWith(".deb"))) {
      execFileSync("dpkg", ["-x", join(work, archive), join(work, "all")]);
    }
    for (const part of KEPT.filter((folder) => existsSync(join(work, "all", folder)))) {
      cpSync(join(work, "all", part), join(work, "fresh", part), { recursive: true });
    }
    if (!existsSync(target)) renameSync(join(work, "fresh"), target);
    return target;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function isKnown(name: string): boolean {
  return (spawnSync("apt-cache", ["show", name], { encoding: "utf8" }).stdout ?? "") !== "";
}
