import type { HookArguments } from "../hooks/hook-arguments.ts";
import type { HookVariables } from "../hooks/hook-environment.ts";
import type { HookEvent } from "../hooks/hook-event.ts";
import { noteDown, noteUp } from "./note-calls.ts";
import type { SettleWorld } from "./settle-calls.ts";

/** Keep the record of the call whose network is up, or is down again. Nothing for other events. */
export function noteHook(
  hook: {
    readonly event: HookEvent;
    readonly args: HookArguments;
    readonly env: HookVariables;
    readonly peer: string;
    /** PPPCTL_CALL of the pppd. */
    readonly call: string | undefined;
    readonly pppd: number;
  },
  world: SettleWorld,
  warn: (text: string) => void,
): void {
  const { event, args, env, peer, call } = hook;
  const process = world.processes.read(hook.pppd);
  // Run by hand, or that pppd has gone: nothing can be said of a call.
  if (process === undefined || peer === "") return;
  const pppd = { pid: process.pid, startTime: process.startTime };
  const by = { peer, linkname: env["LINKNAME"] ?? "", pppd, call };
  const [iface, device, , local, remote] = args;
  switch (event) {
    case "ip-up": {
      const dns = [env["DNS1"], env["DNS2"]].filter((server) => server !== undefined && server !== "") as string[];
      const known = {
        iface,
        local,
        remote,
        ...(device === "" ? {} : { device }),
        ...(dns.length === 0 ? {} : { dns }),
      };
      noteUp(by, known, world, { warn });
      return;
    }
    case "ip-down":
      noteDown(by, { bytes: countBytes(env), upMs: measuredMs(env) }, world, { warn });
      return;
    default:
      return;
  }
}

function countBytes(env: HookVariables): { readonly sent: number; readonly received: number } | undefined {
  const [sent, received] = [env["BYTES_SENT"], env["BYTES_RCVD"]].map((text) =>
    /^\d+$/.test(text ?? "") ? Number(text) : undefined,
  );
  return sent === undefined || received === undefined ? undefined : { sent, received };
}

function measuredMs(env: HookVariables): number | undefined {
  const seconds = env["CONNECT_TIME"] ?? "";
  return /^\d+$/.test(seconds) ? Number(seconds) * 1000 : undefined;
}
