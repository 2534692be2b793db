import { describe, expect, test } from "vitest";
import { check, machineWith, nothing, peer } from "./check-fixture.ts";

describe("2.5.3's rule of paths", () => {
  test.each([
    ["a peer that its group may write", peer, 0o660, undefined, `${peer}:1:1`],
    ["a peers directory that everybody may write", "/etc/ppp/peers", 0o777, undefined, `${peer}:1:1`],
    ["a secrets file of a user's", "/etc/ppp/pap-secrets", 0o600, 1000, "/etc/ppp/pap-secrets:1:1"],
    ["a hook in a user's home", "/home/u", 0o755, 1000, `${peer}:7:14`],
  ])("%s", async (_, path, mode, owner, place) => {
    const machine = machineWith("ip-up-script /home/u/up");
    machine.put("/home/u/up", "#!/bin/sh\n", 0o755);
    machine.modes.set(path, mode);
    if (owner !== undefined) machine.owners.set(path, owner);
    expect((await check(machine)).found).toEqual([]);
    machine.version = [2, 5, 3];
    expect(await check(machine)).toMatchObject({ status: 2, found: [`${place} error path.not-trusted`] });
  });

  test("root's own files pass", async () => {
    const machine = machineWith("call more");
    machine.put("/etc/ppp/peers/more", "lock\n");
    machine.version = [2, 5, 3];
    machine.modes.set("/etc/ppp/peers", 0o2750);
    expect(await check(machine)).toMatchObject(nothing);
    machine.modes.set("/etc/ppp/peers/more", 0o666);
    expect(await check(machine)).toMatchObject({ status: 2, found: [`${peer}:7:6 error path.not-trusted`] });
  });
});

describe("redialing, routes, name servers", () => {
  test.each([
    ["persist maxfail 0", ["7:17 warning peer.redials-for-ever"]],
    ["persist maxfail 0 holdoff 0", ["7:17 warning peer.redials-for-ever"]],
    ["persist maxfail 0 holdoff 60", []],
    ["persist maxfail 5", []],
    ["persist", []],
    ["maxfail 0", []],
  ])("%s", async (line, places) => {
    const machine = machineWith(line);
    expect(await check(machine)).toMatchObject({ status: 0, found: places.map((place) => `${peer}:${place}`) });
    expect((await check(machine, "--strict")).status).toBe(places.length);
  });

  test("a fall-back peer that there is not", async () => {
    const found = [`${peer}:7:5 error peer.no-such-fallback`];
    const text = expect.stringContaining("no peer third");
    expect(await check(machineWith("set 'PON_FALLBACK=isp third'"))).toMatchObject({ status: 2, found, text });
    expect(await check(machineWith("set PON_FALLBACK=isp"))).toMatchObject(nothing);
  });

  test("a default route that is there", async () => {
    const there = [{ interface: "eth0", metric: 0 }];
    const found = [`${peer}:5:1 warning peer.default-route-exists`];
    const machine = machineWith();
    machine.defaultRoutes = there;
    expect(await check(machine)).toMatchObject({ status: 0, found, text: expect.stringContaining("through eth0") });
    expect(await check(machine, "--strict")).toMatchObject({ status: 1 });
    for (const line of ["replacedefaultroute", "defaultroute-metric 100", "nodefaultroute"]) {
      const other = machineWith(line);
      other.defaultRoutes = there;
      expect({ line, ...(await check(other)) }).toMatchObject({ line, ...nothing });
    }
    // The link's own.
    machine.links.set("isp", "ppp0");
    machine.defaultRoutes = [{ interface: "ppp0", metric: 0 }];
    expect(await check(machine)).toMatchObject(nothing);
  });

  test("nobody to apply usepeerdns", async () => {
    const machine = machineWith();
    const found = [`${peer}:6:1 info peer.dns-not-applied`];
    machine.resolvedRuns = true;
    expect(await check(machine)).toMatchObject({ status: 0, found, text: expect.stringContaining("systemd-resolved") });
    machine.resolvedRuns = false;
    expect(await check(machine)).toMatchObject(nothing);
    machine.modes.set("/etc/ppp/ip-up.d/0000usepeerdns", 0o644);
    machine.put("/etc/ppp/ip-up.d/other", "#!/bin/sh\n", 0o755);
    expect((await check(machine)).found).toContain(found[0]);
    machine.put("/etc/ppp/ip-up.d/other", '#!/bin/sh\nresolvectl dns $PPP_IFACE "$DNS1"\n', 0o755);
    expect((await check(machine)).found).not.toContain(found[0]);
    machine.files.delete("/etc/ppp/ip-up.d/other");
    machine.resolvConf = "/etc/ppp/resolv.conf";
    expect((await check(machine)).found).not.toContain(found[0]);
  });
});
