import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { accessSync, constants, existsSync } from "node:fs";
import { join } from "node:path";

/** Something of the system that is needed: a command on the path (sbin folders included) or a file. */
export type SystemNeed = ({ readonly command: string } | { readonly file: string }) & {
  /** Debian's package that brings it. */
  readonly package: string;
  /** Ends the sentence "… is needed to". */
  readonly why: string;
};

/** pppd and what sets up the two ends of a link. */
export const PPP_NEEDS: readonly SystemNeed[] = [
  { command: "pppd", package: "ppp", why: "carry a link: the PPP daemon" },
  { command: "ip", package: "iproute2", why: "give the provider's end a network namespace of its own" },
  { command: "ping", package: "iputils-ping", why: "send packets across the link" },
];

/** What boots the emulated kernel (tools/vm). */
export const VM_NEEDS: readonly SystemNeed[] = [
  { command: "qemu-system-x86_64", package: "qemu-system-x86", why: "emulate a machine whose kernel has PPP" },
  { file: "/bin/busybox", package: "busybox-static", why: "start that machine" },
  { command: "depmod", package: "kmod", why: "load the kernel's PPP modules there" },
  { command: "xz", package: "xz-utils", why: "unpack that kernel" },
  { command: "setpriv", package: "util-linux", why: "end the machine with the program that started it" },
];

/** What reads the manual pages, the completions and the unit in the tests. */
export const MANUAL_NEEDS: readonly SystemNeed[] = [
  {
    command: "mandoc",
    package: "mandoc",
    why: "read the manual pages as man(1) does, and say what is wrong with them",
  },
  { command: "systemd-analyze", package: "systemd", why: "read the unit as systemd does" },
  { command: "zsh", package: "zsh", why: "try the completion for zsh" },
  { command: "fish", package: "fish", why: "try the completion for fish" },
];

/**
 * The near ends of tunnels, for the vm tier. None of these packages brings a service that starts by itself; the servers
 * are unpacked for the guest alone (tools/vm/far-daemons.ts).
 */
export const TUNNEL_NEEDS: readonly SystemNeed[] = [
  { command: "pptp", package: "pptp-linux", why: "carry a link through PPTP" },
  { command: "pppoe-server", package: "pppoe", why: "carry a link over Ethernet, and answer it" },
  { command: "nft", package: "nftables", why: "drop a tunnel's packets as a firewall does" },
  { file: "/usr/lib/x86_64-linux-gnu/libwrap.so.0", package: "libwrap0", why: "run the PPTP server" },
];

const SEARCH_PATH = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

/**
 * Installs what is missing through apt-get, as root, after saying what and why. Without root or apt it
 * throws an Error whose message is the command to type. Does nothing when nothing is missing.
 */
export function ensureSystemPackages(needs: readonly SystemNeed[], say: (line: string) => void = console.log): void {
  const missing = needs.filter((need) => !isPresent(need));
  if (missing.length === 0) return;
  for (const need of missing) {
    say(`Missing: ${"command" in need ? need.command : need.file} (package ${need.package}), needed to ${need.why}`);
  }
  const packages = [...new Set(missing.map((need) => need.package))];
  const install = ["apt-get", "install", "-y", "--no-install-recommends", ...packages];
  if (process.getuid?.() !== 0)
    throw new Error(`not root, so nothing was installed; type:\n  sudo ${install.join(" ")}`);
  if (!isPresent({ command: "apt-get", package: "apt", why: "" })) {
    throw new Error(`this system has no apt-get; install what these packages of Debian hold: ${packages.join(", ")}`);
  }
  say(`Installing as root: ${install.join(" ")}`);
  if (runApt(install.slice(1)).status !== 0) {
    refreshPackageLists(say);
    const second = runApt(install.slice(1));
    if (second.status !== 0) throw new Error(`this failed:\n  ${install.join(" ")}\n${second.stdout}${second.stderr}`);
  }
  const still = needs.filter((need) => !isPresent(need)).map((need) => need.package);
  if (still.length > 0) throw new Error(`installed, but still not usable: ${still.join(", ")}`);
}

/** `apt-get update`: on a fresh machine apt knows no package at all before it. Throws without root. */
export function refreshPackageLists(say: (line: string) => void): void {
  if (process.getuid?.() !== 0) throw new Error("apt does not know the package; type:\n  sudo apt-get update");
  say("Reading the package lists: apt-get update");
  const update = runApt(["update"]);
  if (update.status !== 0) throw new Error(`this failed:\n  apt-get update\n${update.stderr}`);
}

function isPresent(need: SystemNeed): boolean {
  if ("file" in need) return existsSync(need.file);
  return SEARCH_PATH.some((folder) => isExecutable(join(folder, need.command)));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function runApt(words: readonly string[]): SpawnSyncReturns<string> {
  return spawnSync("apt-get", ["-q", "-o", "DPkg::Lock::Timeout=300", ...words], {
    encoding: "utf8",
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    stdio: ["ignore", "pipe", "pipe"],
    maxBuffer: 64 * 1024 * 1024,
  });
}
