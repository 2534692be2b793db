import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { basename, join } from "node:path";
import { refreshPackageLists } from "../system-packages.ts";
import { type CpioEntry, packCpioArchive } from "./cpio-archive.ts";
import { GUEST_INIT, INITRAMFS_INIT } from "./guest-init.ts";
import { BOOT_MODULES, KEPT_MODULES, LINK_MODULES } from "./guest-kernel.ts";
import { uncompressKernel } from "./uncompress-kernel.ts";

/** The files that boot the emulated kernel. */
export type KernelImage = {
  readonly version: string;
  readonly kernel: string;
  readonly initramfs: string;
  /** The folder that the guest sees as its /lib/modules. */
  readonly modules: string;
};

const BUSYBOX = "/bin/busybox";

/** The folder of everything that is kept between runs (XDG Base Directory Specification). */
export function findVmCache(): string {
  return join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "pppctl", "vm");
}

/**
 * Gives the kernel that Debian's `linux-image-amd64` stands for, unpacked but not installed, and an
 * initramfs for it. Both are built once and then taken from the cache; a change of what goes in
 * gives another name, so a stale one is never used.
 */
export function prepareKernelImage(say: (line: string) => void): KernelImage {
  const cache = findVmCache();
  mkdirSync(cache, { recursive: true });
  const layout = createHash("sha256")
    .update(["vmlinux", ...KEPT_MODULES].join("\n"))
    .digest("hex")
    .slice(0, 8);
  const folder = findUnpackedKernel(cache, layout) ?? unpackKernel(cache, layout, say);
  const modules = join(folder, "lib/modules");
  const version = onlyEntry(modules);
  return {
    version,
    kernel: join(folder, "vmlinux"),
    modules,
    initramfs: prepareInitramfs(folder, version),
  };
}

function findUnpackedKernel(cache: string, layout: string): string | undefined {
  const names = readdirSync(cache).filter((name) => name.startsWith("linux-") && name.endsWith(`.${layout}`));
  const newest = names.sort((a, b) => a.localeCompare(b, "en", { numeric: true })).at(-1);
  return newest === undefined ? undefined : join(cache, newest);
}

function unpackKernel(cache: string, layout: string, say: (line: string) => void): string {
  let name = findKernelPackage();
  if (name === undefined) {
    refreshPackageLists(say);
    name = findKernelPackage();
  }
  if (name === undefined) throw new Error("apt knows no package linux-image-amd64 (is this Debian, on amd64?)");
  say(`Downloading ${name} (unpacked to ${cache}, not installed): a kernel that has PPP, for the emulator`);
  const work = mkdtempSync(join(cache, "unpacking-"));
  try {
    execFileSync("apt-get", ["-qq", "download", name], { cwd: work, stdio: ["ignore", "ignore", "pipe"] });
    const archive = readdirSync(work).find((file) => file.endsWith(".deb"));
    if (archive === undefined) throw new Error(`apt-get download ${name} left no package`);
    execFileSync("dpkg", ["-x", join(work, archive), join(work, "package")]);
    const tree = existsSync(join(work, "package/lib/modules")) ? "package/lib/modules" : "package/usr/lib/modules";
    const version = onlyEntry(join(work, tree));
    const fresh = join(work, "fresh");
    keepModules(join(work, tree, version), join(fresh, "lib/modules", version));
    execFileSync("depmod", ["-b", fresh, version]);
    writeFileSync(
      join(fresh, "vmlinux"),
      uncompressKernel(readFileSync(join(work, `package/boot/vmlinuz-${version}`))),
    );
    const target = join(cache, `${basename(archive, ".deb").replace(/_.*/, "")}.${layout}`);
    if (!existsSync(target)) renameSync(fresh, target);
    return target;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function findKernelPackage(): string | undefined {
  const answer = spawnSync("apt-cache", ["depends", "linux-image-amd64"], { encoding: "utf8" });
  return /Depends: (linux-image-\S+)/.exec(answer.stdout ?? "")?.[1];
}

function keepModules(from: string, to: string): void {
  mkdirSync(join(to, "kernel"), { recursive: true });
  for (const kept of KEPT_MODULES) cpSync(join(from, "kernel", kept), join(to, "kernel", kept), { recursive: true });
  for (const index of ["modules.order", "modules.builtin", "modules.builtin.modinfo"]) {
    cpSync(join(from, index), join(to, index));
  }
}

function prepareInitramfs(folder: string, version: string): string {
  const archive = packCpioArchive(listInitramfs(folder, version));
  const path = join(folder, `initramfs-${createHash("sha256").update(archive).digest("hex").slice(0, 12)}.cpio`);
  if (existsSync(path)) return path;
  for (const old of readdirSync(folder)) if (old.startsWith("initramfs-")) rmSync(join(folder, old), { force: true });
  const fresh = `${path}.${process.pid}.new`;
  writeFileSync(fresh, archive);
  renameSync(fresh, path);
  return path;
}

function listInitramfs(folder: string, version: string): CpioEntry[] {
  const order = orderModules(folder, version, [...BOOT_MODULES, ...LINK_MODULES]);
  const directory = (path: string): CpioEntry => ({ path, mode: 0o755, type: "directory" });
  const file = (path: string, mode: number, data: Uint8Array): CpioEntry => ({ path, mode, type: "file", data });
  return [
    ...["bin", "dev", "proc", "sys", "modules"].map(directory),
    file("bin/busybox", 0o755, readFileSync(BUSYBOX)),
    file("init", 0o755, Buffer.from(INITRAMFS_INIT)),
    file("stage2", 0o644, Buffer.from(GUEST_INIT)),
    file("modules/order", 0o644, Buffer.from(`${order.map((path) => basename(path)).join("\n")}\n`)),
    ...order.map((path) => file(`modules/${basename(path)}`, 0o644, readFileSync(path))),
  ];
}

/** The modules' files in the order to load them; what they need comes first, and what is built in is left out. */
function orderModules(folder: string, version: string, names: readonly string[]): string[] {
  const words = ["--dirname", folder, "--set-version", version, "--show-depends", "--all", ...names];
  const text = execFileSync("/sbin/modprobe", words, { encoding: "utf8" });
  return [...new Set([...text.matchAll(/^insmod (\S+)/gm)].flatMap(([, path]) => path ?? []))];
}

function onlyEntry(folder: string): string {
  const [name, ...others] = readdirSync(folder);
  if (name === undefined || others.length > 0) throw new Error(`${folder}: expected exactly one entry`);
  return name;
}
