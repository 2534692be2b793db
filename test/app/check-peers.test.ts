import { describe, expect, test } from "vitest";
import { check, machineWith, nothing, peer } from "./check-fixture.ts";

test("a good peer: nothing, also with --strict", async () => {
  expect(await check(machineWith())).toMatchObject(nothing);
  expect(await check(machineWith(), "--strict", "isp")).toMatchObject(nothing);
  expect((await check(machineWith())).text).toBe("1 peer checked by the rules of pppd 2.4.9: nothing found\n");
});

describe("the language", () => {
  test.each([
    ["unknown option", "crtsct", "7:1 error peer.unknown-option", "did you mean crtscts"],
    ["too many values", "ipparam a b", "7:11 error peer.unknown-option", "ipparam takes one word"],
    ["no value", "lock mru", "7:6 error peer.missing-argument", "write the value after mru"],
    ["not a number", "mru x", "7:5 error peer.bad-number", "mru needs a number"],
    ["out of range", "stop-bits 3", "7:11 error peer.out-of-range", "between 1 and 2"],
    ["a device without its slash", "dev/ttyAMA0", "7:1 error peer.unknown-option", "did you mean /dev/ttyAMA0?"],
    ["a bad address", "10.0.0.1:300.1.1.1", "7:1 error peer.bad-address", "is not an address"],
    ["of no release", "pdebug", "7:1 error peer.unknown-option", "pppd 2.4.3 dropped pdebug"],
    ["of a newer pppd", "noresolvconf", "7:1 error peer.unknown-option", "is new in pppd 2.5.1; this is 2.4.9"],
  ])("%s: %s", async (_, line, finding, says) => {
    const { status, found, text } = await check(machineWith(line));
    expect({ status, found }).toEqual({ status: 2, found: [`${peer}:${finding}`] });
    expect(text).toContain(says);
  });

  test("every mistake of a file, one for each line", async () => {
    const { found } = await check(machineWith("crtsct", "connect chat -v -f x", "mru x", "lock", "lok"));
    expect(found.filter((text) => text.includes(" error "))).toEqual([
      `${peer}:7:1 error peer.unknown-option`,
      `${peer}:8:14 error peer.unknown-option`,
      `${peer}:9:5 error peer.bad-number`,
      `${peer}:11:1 error peer.unknown-option`,
    ]);
  });

  test("an option that swallows the next one", async () => {
    const machine = machineWith("ipparam", "lock");
    expect(await check(machine)).toMatchObject({ status: 0, found: [`${peer}:7:1 warning peer.swallowed-option`] });
    expect(await check(machine, "--strict")).toMatchObject({ status: 1 });
  });

  test("an option that pppd 2.5.3 has dropped", async () => {
    const machine = machineWith("replacedefaultroute");
    expect(await check(machine)).toMatchObject(nothing);
    machine.version = [2, 5, 3];
    expect(await check(machine)).toMatchObject({ status: 0, found: [`${peer}:7:1 warning peer.option-dropped`] });
  });

  test("a setting of ours", async () => {
    const found = [`${peer}:7:5 error peer.setting`];
    expect(await check(machineWith("set PON_CHAR_DELAY=x"))).toMatchObject({ status: 2, found });
    expect(await check(machineWith("set PON_CHAR_DELAY=10"))).toMatchObject(nothing);
  });

  test("the reset command: there, executable, and root's alone", async () => {
    const reset = "/usr/local/sbin/reset-modem";
    const machine = machineWith(`set 'PON_RESET=${reset} 1-1.4'`);
    expect(await check(machine)).toMatchObject({ status: 2, found: [`${peer}:7:5 error command.missing`] });
    machine.put(reset, "#!/bin/sh\n", 0o644);
    expect(await check(machine)).toMatchObject({ status: 2, found: [`${peer}:7:5 error command.not-executable`] });
    machine.put(reset, "#!/bin/sh\n", 0o777);
    expect(await check(machine)).toMatchObject({ status: 0, found: [`${peer}:7:5 warning command.not-trusted`] });
    machine.put(reset, "#!/bin/sh\n", 0o755);
    expect(await check(machine)).toMatchObject(nothing);
    const relative = machineWith("set PON_RESET=reset-modem");
    expect(await check(relative)).toMatchObject({ status: 2, found: [`${peer}:7:5 error peer.setting`] });
  });

  test("a peer that is not there, and one that may not be read", async () => {
    const machine = machineWith();
    const missing = ["/etc/ppp/peers/nobody:1:1 error peer.missing"];
    expect(await check(machine, "nobody")).toMatchObject({ status: 2, found: missing });
    machine.denied.add(peer);
    expect(await check(machine)).toMatchObject({ status: 2, found: [`${peer}:1:1 error peer.denied`] });
  });

  test("what call refuses is refused", async () => {
    for (const name of ["/etc/ppp/peers/isp", "../isp", ""]) {
      await expect(check(machineWith(), name)).rejects.toMatchObject({ code: "peer.name", exitCode: 2 });
    }
  });
});

describe("peers beside each other", () => {
  test.each([
    ["linkname home", "peer.same-linkname"],
    ["unit 3", "peer.same-unit"],
    ["ifname wan", "peer.same-ifname"],
  ])("%s twice", async (line, code) => {
    const machine = machineWith(line);
    machine.put("/etc/ppp/peers/other", `noauth ${line}\nnotty\n`);
    expect(await check(machine)).toMatchObject({
      status: 0,
      found: [
        `${peer}:7:${line.indexOf(" ") + 2} warning ${code}`,
        `/etc/ppp/peers/other:1:${line.indexOf(" ") + 9} warning ${code}`,
      ],
    });
    // The clash is seen where one of them is asked for.
    expect((await check(machine, "--strict", "isp")).status).toBe(1);
    machine.put("/etc/ppp/peers/other", "noauth linkname x unit 4 ifname y\nnotty\n");
    expect(await check(machine)).toMatchObject(nothing);
  });

  test("a linkname that pon gives to a peer without one", async () => {
    const machine = machineWith("linkname isp_home");
    machine.put("/etc/ppp/peers/isp/home", "noauth notty\n");
    expect(await check(machine)).toMatchObject({ found: [`${peer}:7:10 warning peer.same-linkname`] });
  });

  test("a file that both call is theirs, and no peer of its own", async () => {
    const machine = machineWith("call common");
    machine.put("/etc/ppp/peers/common", "unit 3\nlok\n");
    expect(await check(machine)).toMatchObject({
      status: 2,
      found: ["/etc/ppp/peers/common:2:1 error peer.unknown-option"],
    });
    machine.put("/etc/ppp/peers/common", "unit 3\n");
    expect(await check(machine)).toMatchObject(nothing);
    machine.put("/etc/ppp/peers/other", "notty noauth call common\n");
    expect(await check(machine)).toMatchObject({ found: ["/etc/ppp/peers/common:1:6 warning peer.same-unit"] });
  });

  test("a mistake in a shared file is said once, with the peers that have it", async () => {
    const machine = machineWith();
    machine.put("/etc/ppp/peers/other", "noauth notty\n");
    machine.files.set("/etc/ppp/options", "lok\n");
    expect(await check(machine)).toMatchObject({ found: ["/etc/ppp/options:1:1 error peer.unknown-option"] });
  });
});
