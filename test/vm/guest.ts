import { afterAll, inject } from "vitest";
import { type Guest, openGuest } from "../../tools/vm/guest.ts";

export type { Guest, GuestProcess } from "../../tools/vm/guest.ts";
export type { ProcessEntry, ProcessResult } from "../../tools/vm/guest-protocol.ts";

/** What global-setup.ts hands to the test files. */
declare module "vitest" {
  export interface ProvidedContext {
    vmAgentSocket: string;
    vmCheckout: string;
    vmShare: string;
  }
}

/** Call once at the top of a test file: the one emulated machine of this run, disconnected after the file's tests. */
export function useGuest(): Guest {
  const guest = openGuest(inject("vmAgentSocket"));
  afterAll(guest.close);
  return guest;
}

/** The absolute path, in the guest as on the host, of something in the checkout: `bin/pon`, `peers/demo`… */
export function inCheckout(path: string): string {
  return `${inject("vmCheckout")}/${path}`;
}
