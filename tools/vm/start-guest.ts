import { existsSync } from "node:fs";
import { type Guest, openGuest } from "./guest.ts";
import { type BootRequest, bootVm, readTail, type Vm } from "./qemu.ts";

/** How long the guest may take to come up: ten times what an idle machine needs. */
const BOOT_LIMIT_MS = 120_000;
const SOCKET_POLL_MS = 5;

/**
 * Boots the emulated kernel and waits until its agent answers. The connection takes one program at a time:
 * close the guest before another connects to `vm.agentSocket`. Throws with the console's last lines.
 */
export async function startGuest(request: BootRequest): Promise<{ readonly vm: Vm; readonly guest: Guest }> {
  const vm = bootVm(request);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not up within ${BOOT_LIMIT_MS / 1000} s`)), BOOT_LIMIT_MS);
  });
  const gone = vm.ended.then(() => Promise.reject(new Error("the emulator ended")));
  try {
    const guest = await Promise.race([openWhenReady(vm), late, gone]);
    return { vm, guest };
  } catch (error) {
    const logs = [readTail(vm.emulatorLog, 10), readTail(vm.consoleLog, 30)].filter(Boolean).join("\n");
    await vm.stop();
    throw new Error(`the emulated kernel did not start: ${(error as Error).message}\n${logs}`);
  } finally {
    clearTimeout(timer);
    gone.catch(() => {}); // it ends some day: then that is what was asked for
  }
}

async function openWhenReady(vm: Vm): Promise<Guest> {
  let ended = false;
  void vm.ended.then(() => {
    ended = true;
  });
  const pause = () => new Promise((resolve) => setTimeout(resolve, SOCKET_POLL_MS));
  while (!existsSync(vm.agentSocket) && !ended) await pause();
  // The emulator makes the socket a moment before it listens on it.
  for (;;) {
    const guest = openGuest(vm.agentSocket);
    try {
      await guest.hello();
      return guest;
    } catch (error) {
      guest.close();
      if (ended || !/ECONNREFUSED/.test((error as Error).message)) throw error;
      await pause();
    }
  }
}
