import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { bundleMain } from "../pty/bundle-main.ts";
import { type Guest, inCheckout } from "./guest.ts";
import { dialScript, numbers, type PeerText, providerCommand, rates } from "./isp.ts";

/** Ends of calls that need a machine, or another end, that is not as usual: what to prepare for each. */

/** nobody, and Debian's group `dip`, which may run pppd. */
export const user = { uid: 65534, gid: 30 } as const;

/** A device that only root may open; pppd opens one that a user names as that user. */
export const deniedDevice = "/dev/ttyS1";

/** A provider that calls back. */
const callbackProgram = "/tmp/callback-peer.mjs";
export const callbackProvider = [process.execPath, callbackProgram] as const;

/** `debug`: pppd says it in its log then, and else by its exit status alone. */
export const callbackOptions = ["callback 5551234", "debug"] as const;

/** @returns takes it away again */
export async function installCallbackPeer(guest: Guest): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), "pppctl-callback-"));
  const bundle = await bundleMain('import "./test/vm/callback-peer.ts";', folder);
  await guest.writeFile(callbackProgram, readFileSync(bundle, "utf8"));
  rmSync(folder, { recursive: true });
  return () => guest.remove(callbackProgram);
}

/** A mobile modem that is told a wrong PIN, as 3GPP TS 27.007 has it answer after AT+CMEE=2, and a script that knows such answers. */
export const wrongPin = {
  answers: { "+CPIN=0000": ["+CME ERROR: incorrect password"] },
  peer: {
    script: `ABORT '+CME ERROR: incorrect password'
ABORT '+CME ERROR: SIM PIN required'
ABORT 'NO CARRIER'
TIMEOUT 20
'' ATZ
OK AT+CMEE=2
OK AT+CPIN=0000
OK ATD${numbers.up}
CONNECT '\\c'
`,
  } satisfies PeerText,
} as const;

/** Of a link that must be encrypted, and whose ends do not even authenticate. */
export const mppeOptions = ["require-mppe"] as const;

/** A modem that is pulled out while the link is up: a line that hangs up, as a pty can show it. */
export const pulledOut = "/dev/modem-pulled";

/** @returns waits until it has gone */
export async function plugInModem(guest: Guest): Promise<() => Promise<void>> {
  const call = { rate: rates.modem, to: { command: providerCommand("noauth") } };
  await guest.writeFile("/tmp/pulled.json", JSON.stringify({ numbers: { [numbers.up]: call } }));
  const words = ["simulate", "--link", pulledOut, "--scenario", "/tmp/pulled.json"];
  const modem = await guest.spawn([inCheckout("bin/pppctl"), ...words]);
  await modem.waitForOutput(/^\/dev\//);
  return async () => void (await modem.wait());
}

export async function pullOutModem(guest: Guest): Promise<void> {
  await guest.run(["pkill", "-KILL", "-f", `simulate --link ${pulledOut}`]);
}

/**
 * pppd may start no process (the kernel's limit for a control group, as a service manager sets it), so that its `pty` command does
 * not run. It is pppd itself behind a script that makes it a member.
 *
 * @returns puts it right again
 */
export async function leaveNoRoom(guest: Guest): Promise<() => Promise<void>> {
  const group = "/sys/fs/cgroup/pppd-alone";
  const [pppd, away] = ["/usr/sbin/pppd", "/usr/sbin/pppd.away"];
  const prepare = `echo +pids > /sys/fs/cgroup/cgroup.subtree_control && mkdir ${group} && echo 1 > ${group}/pids.max && mv ${pppd} ${away}`;
  expect(await guest.run(["sh", "-c", prepare])).toMatchObject({ status: 0 });
  await guest.writeFile(pppd, `#!/bin/bash\necho $$ > ${group}/cgroup.procs\nexec -a pppd ${away} "$@"\n`, 0o755);
  return async () => {
    expect(await guest.run(["sh", "-c", `mv ${away} ${pppd} && rmdir ${group}`])).toMatchObject({ status: 0 });
  };
}

/** The whole table of locks is on a read-only file system. @returns puts it right again */
export async function forbidLocks(guest: Guest): Promise<() => Promise<void>> {
  await guest.run(["mount", "-t", "tmpfs", "-o", "ro", "full", "/run/lock"]);
  return async () => void (await guest.run(["umount", "/run/lock"]));
}

export const abortString = {
  answers: { "+DELAY": ["DELAYED"] },
  peer: {
    script: `ABORT DELAYED\n${dialScript(numbers.up).replace("OK ATD", "OK AT+DELAY\nOK ATD")}`,
  } satisfies PeerText,
} as const;
