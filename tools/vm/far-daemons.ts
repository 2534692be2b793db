import { cpSync, existsSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { findVmCache } from "./kernel-image.ts";
import { unpackPackages } from "./unpack-packages.ts";

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
  const packages = unpackPackages(DAEMONS, say);
  const work = mkdtempSync(join(findVmCache(), "unpacking-"));
  try {
    for (const part of KEPT.filter((folder) => existsSync(join(packages, folder)))) {
      cpSync(join(packages, part), join(work, "fresh", part), { recursive: true });
    }
    if (!existsSync(target)) renameSync(join(work, "fresh"), target);
    return target;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
