import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { refreshPackageLists } from "../system-packages.ts";
import { findVmCache } from "./kernel-image.ts";

const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";

/**
 * Gives a folder with what Debian's packages hold, unpacked and not installed: nothing of them is started on the machine of whoever
 * runs the tests, and the guest sees the folder under the same path. Built once, then taken from the cache. Throws where there is no
 * apt, or it cannot have them.
 *
 * @param release a name of Debian's, such as `trixie`; undefined: the one that this machine has
 */
export function unpackPackages(names: readonly string[], say: (line: string) => void, release?: string): string {
  const target = join(findVmCache(), ["unpacked", ...(release === undefined ? [] : [release]), ...names].join("-"));
  if (existsSync(target)) return target;
  say(`Downloading ${names.join(", ")} (unpacked to ${target}, not installed)`);
  mkdirSync(findVmCache(), { recursive: true });
  const work = mkdtempSync(join(findVmCache(), "unpacking-"));
  try {
    const options = release === undefined ? [] : readLists(work, release);
    if (release === undefined && !names.every(isKnown)) refreshPackageLists(say);
    execFileSync("apt-get", ["-qq", ...options, "download", ...names], {
      cwd: work,
      stdio: ["ignore", "ignore", "pipe"],
    });
    for (const archive of readdirSync(work).filter((file) => file.endsWith(".deb"))) {
      execFileSync("dpkg", ["-x", join(work, archive), join(work, "all")]);
    }
    if (!existsSync(target)) renameSync(join(work, "all"), target);
    return target;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Another release's package lists, from where this machine has its own, in a folder of their own: the machine's apt does not see them. */
function readLists(work: string, release: string): readonly string[] {
  const places = spawnSync("apt-get", ["indextargets", "--format", "$(REPO_URI)", "Created-By: Packages"], {
    encoding: "utf8",
  });
  const place = places.stdout.split("\n").find((line) => /\/debian\/?$/.test(line));
  if (place === undefined) throw new Error("apt has no archive of Debian's; type:\n  sudo apt-get update");
  const signed = existsSync(keyring) ? `Signed-By: ${keyring}\n` : "";
  mkdirSync(join(work, "lists/partial"), { recursive: true });
  mkdirSync(join(work, "cache/archives/partial"), { recursive: true });
  const sources = join(work, "release.sources");
  writeFileSync(sources, `Types: deb\nURIs: ${place}\nSuites: ${release}\nComponents: main\n${signed}`);
  const settings = {
    "Dir::Etc::SourceList": sources,
    "Dir::Etc::SourceParts": "/dev/null",
    "Dir::State::Lists": join(work, "lists"),
    "Dir::Cache": join(work, "cache"),
  };
  const options = Object.entries(settings).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
  execFileSync("apt-get", ["-qq", ...options, "update"], { stdio: ["ignore", "ignore", "pipe"] });
  return options;
}

function isKnown(name: string): boolean {
  return (spawnSync("apt-cache", ["show", name], { encoding: "utf8" }).stdout ?? "") !== "";
}
