import type { PppctlError } from "../core/errors.ts";
import type { LinkState } from "../pppd/link-machine.ts";
import { linkPidFileName, parsePppdPidFile } from "../pppd/pid-file.ts";
import { type CallContext, interruptedError } from "./call-context.ts";
import { findLinksOf, headsOf, pidFileDirectory } from "./find-links.ts";
import { findXl2tpdLink } from "./xl2tpd-record.ts";

/** pppd after SIGTERM: two Terminate-Requests of 3 s, a disconnect script, a second of DTR low. */
export const stopLimitMs = 20_000;

/** End the pppd that is in the background, and see it go; the error to end with. */
export async function stopDaemon(call: CallContext): Promise<PppctlError> {
  const { clock, processes } = call.world;
  const pppds = () => findLinksOf(call.peer, [call.linkname], call.world).filter(({ kind }) => kind === "pppd");
  const started = clock.now();
  for (const { process } of pppds()) processes.kill(process.pid, "SIGTERM");
  for (let left = pppds(); left.length > 0 && clock.now() < started + 2 * stopLimitMs; left = pppds()) {
    if (clock.now() >= started + stopLimitMs) for (const { process } of left) processes.kill(process.pid, "SIGKILL");
    await clock.sleep(20);
  }
  return interruptedError(call);
}

/** The pppd that went to the background: by its linkname's pid file, or by its arguments where that could not be written. */
export function daemonPid(call: CallContext): number | undefined {
  const pid = readPidFile(call)?.pid;
  if (pid !== undefined) return pid;
  const links = findLinksOf(call.peer, [call.linkname], call.world);
  return headsOf(links).find(({ kind }) => kind === "pppd")?.process.pid;
}

function readPidFile(call: CallContext): ReturnType<typeof parsePppdPidFile> {
  const text = call.world.files.readText(`${pidFileDirectory}/${linkPidFileName(call.linkname)}`);
  if (text !== undefined) return parsePppdPidFile(text);
  const { process, iface } = findXl2tpdLink(call.store, call.world) ?? {};
  return process === undefined ? undefined : { pid: process.pid, iface };
}

/**
 * Without a log the kernel tells: the interface of the link has an address when the network is up.
 * Undefined when no pid file names the interface; pppd has written it before it goes to the background.
 */
export function lookAtInterface(call: CallContext, link: LinkState): LinkState | undefined {
  const iface = readPidFile(call)?.iface;
  if (iface === undefined) return undefined;
  const addresses = call.world.interfaceAddresses(iface);
  const local = addresses.find((address) => address.includes(":") === (link.network === "ipv6"));
  return local === undefined ? link : { ...link, phase: "up", iface, local };
}
