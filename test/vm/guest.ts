import { afterAll, inject } from "vitest";
import { type Guest, openGuest } from "../../tools/vm/guest.ts";
import { startGuest } from "../../tools/vm/start-guest.ts";

export type { Guest, GuestProcess } from "../../tools/vm/guest.ts";
export type { ProcessEntry, ProcessResult } from "../../tools/vm/guest-protocol.ts";

/** What global-setup.ts hands to the test files. */
declare module "vitest" {
  export interface ProvidedContext {
    /** A guest for each worker. */
    vmAgentSockets: readonly string[];
    vmCheckout: string;
  }
}

/**
 * Call once at the top of a test file: an emulated machine that no other file uses meanwhile, disconnected after the file's tests.
 *
 * The tier costs what its programs compute on an emulated processor, so, for a cheap test: start few programs (node takes 0.3 s
 * there, a whole call 2 s), look at many things in one call, ask the agent (`guest.readFile`) and not a program (`cat`), give
 * a peer short timers (`lcp-restart 1`, `lcp-max-configure 2`, `holdoff 1`), and `noHooks` where hooks are not looked at. Files run
 * two at a time, each in a guest, the longest first: a new subject is a file of its own, of a minute at most. What only
 * waits, within one file, waits together: start it with `isp.spawn`, do something else, and ask for its end afterwards.
 */
export function useGuest(): Guest {
  const sockets = inject("vmAgentSockets");
  const worker = Number(process.env["VITEST_POOL_ID"] ?? 1);
  const guest = openGuest(sockets[(worker - 1) % sockets.length] as string);
  afterAll(guest.close);
  return guest;
}

/** A machine of this file's own whose clock counts instructions (tools/vm/qemu.ts): for what is about milliseconds. Awaited at the top of a file. */
export async function useCountingGuest(): Promise<Guest> {
  const agent = inCheckout("build/tools/guest-agent.js");
  const request = { agent, checkout: inject("vmCheckout"), clock: "instructions", say: () => undefined } as const;
  const { vm, guest } = await startGuest(request);
  afterAll(async () => {
    guest.close();
    await vm.stop();
  });
  return guest;
}

/** The absolute path, in the guest as on the host, of something in the checkout: `bin/pon`, `peers/demo`… */
export function inCheckout(path: string): string {
  return `${inject("vmCheckout")}/${path}`;
}
