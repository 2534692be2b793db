import { afterAll, beforeAll, expect } from "vitest";
import { unpackPackages } from "../../tools/vm/unpack-packages.ts";
import type { Guest } from "../vm/guest.ts";

/** Call once in a file, before its servers start: pppd 2.5 of Debian's next release is the guest's pppd, at both ends. */
export function useNewerPppd(guest: Guest): void {
  const say = (line: string): void => console.error(`vm: ${line}`);
  const newer = unpackPackages(["ppp", "libc6"], say, "trixie");
  const patchelf = `${unpackPackages(["patchelf"], say)}/usr/bin/patchelf`;
  /** It wants a newer C library than the guest has, which stays in its folder. */
  const libraries = `${newer}/usr/lib/x86_64-linux-gnu`;

  beforeAll(async () => {
    const swap = [
      "cp -a /usr/sbin/pppd /tmp/pppd-of-this-release",
      `cp -a ${newer}/usr/sbin/pppd /usr/sbin/pppd`,
      `${patchelf} --set-interpreter ${libraries}/ld-linux-x86-64.so.2 --set-rpath ${libraries} /usr/sbin/pppd`,
      "chown root:dip /usr/sbin/pppd; chmod 4754 /usr/sbin/pppd",
      `cp -a ${newer}/usr/lib/pppd/. /usr/lib/pppd/`,
    ];
    expect(await guest.run(["sh", "-ec", swap.join("\n")])).toMatchObject({ status: 0 });
    const version = await guest.run(["/usr/sbin/pppd", "--version"]);
    expect(version.stdout + version.stderr).toMatch(/^pppd version 2\.5\.\d/);
  });
  afterAll(async () => {
    await guest.run(["sh", "-ec", "mv /tmp/pppd-of-this-release /usr/sbin/pppd; rm -rf /usr/lib/pppd/2.5.*"]);
  });
}
