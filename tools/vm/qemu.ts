import { type ChildProcess, spawn } from "node:child_process";
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { KERNEL_ARGUMENTS } from "./guest-kernel.ts";
import { prepareKernelImage } from "./kernel-image.ts";

export type BootRequest = {
  /** The agent's bundle: what the guest runs, seen by the same path there. */
  readonly agent: string;
  /** The checkout, which the guest needs even where it lies in a folder that the guest has of its own, as /tmp. */
  readonly checkout: string;
  /** A folder of the host that is copied over the guest's root. */
  readonly added?: string;
  /**
   * What the guest's clock follows. "host" (the default): the host's clock, so that a program takes the time that emulating it
   * takes. "instructions": while the guest works each instruction is one nanosecond, as on a slow machine, and what the
   * emulator needs for it does not count; while the guest waits the clock is the host's. One processor, and more time outside.
   */
  readonly clock?: "host" | "instructions";
  /** Called with each line of progress. */
  readonly say: (line: string) => void;
};

/** A running emulated machine. */
export type Vm = {
  /** The unix socket on which the guest's agent answers (tools/vm/guest-client.ts). */
  readonly agentSocket: string;
  /** The host's side of the folder that the guest sees at GUEST_SHARE, writable. */
  readonly share: string;
  /** What the guest's kernel and init printed. */
  readonly consoleLog: string;
  /** What the emulator itself complained of. */
  readonly emulatorLog: string;
  /** Resolves when the machine is gone, however it went. */
  readonly ended: Promise<void>;
  /** Kills the machine, waits until it is gone, and removes its files. */
  readonly stop: () => Promise<void>;
};

/**
 * Boots the emulated kernel with this machine's own root file system, read-only under a tmpfs, so that node
 * and the checkout are there at once and nothing that is written lasts. Returns at once: the agent's
 * socket accepts, and the first request is answered when the guest is up.
 *
 * The machine is killed by the kernel when this process dies (PR_SET_PDEATHSIG, by setpriv(1)), so a test run
 * that is killed leaves no emulator behind.
 */
export function bootVm(request: BootRequest): Vm {
  const image = prepareKernelImage(request.say);
  const folder = makeRunFolder();
  const share = join(folder, "share");
  const consoleLog = join(folder, "console.log");
  const agentSocket = join(folder, "agent.sock");
  mkdirSync(share);
  writeFileSync(join(share, "node"), process.execPath);
  writeFileSync(join(share, "agent"), request.agent);
  writeFileSync(join(share, "modules"), image.modules);
  if (request.added !== undefined) writeFileSync(join(share, "added"), request.added);
  const kept = [request.checkout, image.modules, dirname(process.execPath)].filter((path) =>
    /^\/(tmp|run)\//.test(path),
  );
  writeFileSync(join(share, "keep"), kept.map((path) => `${path}\n`).join(""));

  const emulatorLog = join(folder, "qemu.log");
  const output = openSync(emulatorLog, "a");
  const machine = spawn(
    "setpriv",
    [
      "--pdeathsig",
      "KILL",
      "qemu-system-x86_64",
      ...buildQemuArguments({ image, folder, share, consoleLog, agentSocket, clock: request.clock ?? "host" }),
    ],
    { stdio: ["ignore", output, output] },
  );
  closeSync(output);
  const ended = waitForEnd(machine);
  return {
    agentSocket,
    share,
    consoleLog,
    emulatorLog,
    ended,
    stop: async () => {
      machine.kill("SIGKILL");
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

type Machine = {
  readonly image: { readonly kernel: string; readonly initramfs: string };
  readonly folder: string;
  readonly share: string;
  readonly consoleLog: string;
  readonly agentSocket: string;
  readonly clock: "host" | "instructions";
};

/** shift=0: 2^0 ns an instruction. Instructions are counted one processor at a time. */
const PROCESSORS = {
  host: ["-accel", "tcg,thread=multi", "-smp", "2"],
  instructions: ["-accel", "tcg,thread=single", "-icount", "shift=0,sleep=on", "-smp", "1"],
};

function buildQemuArguments({ image, folder, share, consoleLog, agentSocket, clock }: Machine): string[] {
  const uart = join(folder, "uart.sock");
  const nine = (tag: string, path: string, more: string) => [
    ...["-fsdev", `local,id=${tag},path=${escapeComma(path)},security_model=none,multidevs=remap${more}`],
    ...["-device", `virtio-9p-pci,fsdev=${tag},mount_tag=${tag}`],
  ];
  return [
    ...["-nodefaults", "-no-user-config", "-no-reboot", "-display", "none"],
    // KVM is not used: where /dev/kvm exists in a container or a nested machine it may hang.
    // Without what only costs time when it is emulated: wide vector instructions, and supervisor protection.
    ...[...PROCESSORS[clock], "-cpu", "max,-avx,-avx2,-smap,-smep", "-m", "2048"],
    ...["-kernel", image.kernel, "-initrd", image.initramfs, "-append", KERNEL_ARGUMENTS.join(" ")],
    ...nine("host", "/", ",readonly=on"),
    ...nine("share", share, ""),
    // ttyS0 is the console; ttyS1 and ttyS2 are two UARTs joined by a null-modem cable.
    ...["-chardev", `file,id=console,path=${escapeComma(consoleLog)}`, "-serial", "chardev:console"],
    ...["-chardev", `socket,id=uart1,path=${escapeComma(uart)},server=on,wait=off`, "-serial", "chardev:uart1"],
    ...["-chardev", `socket,id=uart2,path=${escapeComma(uart)}`, "-serial", "chardev:uart2"],
    ...["-chardev", `socket,id=agent,path=${escapeComma(agentSocket)},server=on,wait=off`],
    ...["-device", "virtio-serial-pci", "-device", "virtserialport,chardev=agent,name=pppctl.agent"],
  ];
}

/** qemu's own option syntax: a comma inside a value is written twice. */
function escapeComma(path: string): string {
  return path.replaceAll(",", ",,");
}

/** One folder per machine, named by the process that owns it; those of processes that are gone are removed. */
function makeRunFolder(): string {
  const prefix = "pppctl-vm-";
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(prefix))) {
    const owner = name.slice(prefix.length).replace(/-.*/, "");
    if (!existsSync(join("/proc", owner))) rmSync(join(tmpdir(), name), { recursive: true, force: true });
  }
  return mkdtempSync(join(tmpdir(), `${prefix}${process.pid}-`));
}

function waitForEnd(machine: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    machine.once("exit", () => resolve());
    machine.once("error", () => resolve());
  });
}

/** The last lines of a log, for an error message. */
export function readTail(path: string, lines: number): string {
  return existsSync(path) ? readFileSync(path, "utf8").trimEnd().split("\n").slice(-lines).join("\n") : "";
}
