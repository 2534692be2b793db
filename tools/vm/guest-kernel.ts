/** What the initramfs needs to reach the host's root file system and the agent's port. */
export const BOOT_MODULES = ["virtio_pci", "virtio_console", "9pnet_virtio", "9p", "overlay"] as const;

/** Loaded before anything else runs; the kernel loads whatever else it wants by itself (see KEPT_MODULES). */
export const LINK_MODULES = [
  "ppp_async",
  "ppp_synctty",
  "ppp_deflate",
  "bsd_comp",
  "ppp_mppe",
  "pppoe",
  "pptp",
  "ip_gre",
  "l2tp_ppp",
  "veth",
  "dummy",
  "nf_tables",
] as const;

/**
 * The parts of the kernel package's module tree (under `lib/modules/VERSION/kernel`) that are kept: the
 * whole tree is 400 MB. A folder stands for all that is in it.
 */
export const KEPT_MODULES = [
  "arch/x86/crypto",
  "crypto",
  "drivers/char",
  "drivers/net/ppp",
  "drivers/net/slip",
  "drivers/net/dummy.ko",
  "drivers/net/tun.ko",
  "drivers/net/veth.ko",
  "drivers/tty",
  "drivers/virtio",
  "fs/9p",
  "fs/fscache",
  "fs/netfs",
  "fs/overlayfs",
  "lib",
  "net",
] as const;

/** The kernel's command line. Hardening and self-tests only cost time here: nothing untrusted runs in the guest. */
export const KERNEL_ARGUMENTS = [
  "console=ttyS0",
  "quiet",
  "panic=-1",
  "mitigations=off",
  "nokaslr",
  "rodata=off",
  "cryptomgr.notests",
  "pci=nomsi",
  "audit=0",
  "apparmor=0",
  // A program at the same addresses each time: what the emulator has translated of it serves the next start too.
  "norandmaps",
  // The kernel's second choice, the HPET, is a trip to the emulator at each look at the clock.
  "tsc=reliable",
  "clocksource=tsc",
] as const;
