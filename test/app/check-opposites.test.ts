import { describe, expect, test } from "vitest";
import { check, machineWith, nothing, peer, script } from "./check-fixture.ts";
import { FakeMachine } from "./fake-machine.ts";

/** What the other files of this folder have no bad and good pair of. */
describe("a mistake in an option, and its opposite", () => {
  test.each([
    ["peer.bad-value", "netmask 1.2.3.4.5", "7:9 error", "netmask 255.255.255.0"],
    ["peer.bad-value", "pass-filter '(ip'", "7:13 error", "pass-filter '(ip)'"],
    ["peer.loop", "call isp", "7:6 error", "call more"],
    ["peer.call-refused", "call ../more", "7:6 error", "call more"],
    ["peer.missing", "file /etc/ppp/none", "7:6 error", "file /etc/ppp/peers/more"],
    ["peer.disabled", "noproxyarp proxyarp", "7:12 error", "proxyarp"],
    ["peer.conflict", "notty", "1:1 error", "modem"],
    ["peer.plugin-order", "plugin radattr.so", "7:8 error", "plugin radius.so plugin radattr.so"],
    ["peer.unknown-setting", "set PON_REDAIL=5", "7:5 warning", "set REDAIL=5"],
    ["peer.calling-number", "allow-number 123", "7:1 error", "allow-number 123 remotenumber 123"],
    ["peer.prints-and-exits", "--version", "7:1 warning", "modem"],
    ["peer.open-quote", "ipparam 'a", "7:9 warning", "ipparam 'a'"],
    ["peer.word-too-long", `ipparam ${"a".repeat(1024)}`, "7:9 warning", `ipparam ${"a".repeat(1023)}`],
    ["peer.host-name", "isp.example:10.0.0.1", "7:1 warning", "10.0.0.2:10.0.0.1"],
    ["peer.login-file", "+ua /etc/ppp/none", "7:5 error", "user yosef"],
    ["peer.login-file-password", "+ua /etc/ppp/login", "7:5 warning", "user yosef"],
  ])("%s: %s", async (code, bad, place, good) => {
    const run = async (line: string) => {
      const machine = machineWith(line);
      machine.put("/etc/ppp/peers/more", "lock\n");
      machine.put("/etc/ppp/login", "yosef\nTOPSECRET\n");
      return check(machine, "isp");
    };
    const [file, severity] = place.split(" ");
    expect(await run(bad)).toMatchObject({
      status: severity === "error" ? 2 : 0,
      found: [`${peer}:${file} ${severity} ${code}`],
    });
    expect(await run(good)).toMatchObject(nothing);
  });

  test("peer.privilege, peer.root-only: of ~/.ppprc, and of a file that only root may read", async () => {
    const machine = new FakeMachine({ root: false });
    machine.put(peer, "/dev/ttyS1 noauth\n");
    machine.put("/home/u/.ppprc", "mtu 1400\n noauth\n");
    expect(await check(machine)).toMatchObject({ status: 2, found: ["/home/u/.ppprc:2:2 error peer.privilege"] });
    machine.put("/home/u/.ppprc", "mtu 1400\n");
    expect(await check(machine)).toMatchObject(nothing);
    machine.files.set("/etc/ppp/options", "");
    machine.denied.add("/etc/ppp/options");
    expect(await check(machine)).toMatchObject({ status: 0, found: ["/etc/ppp/options:1:1 info peer.root-only"] });
  });

  test("peer.no-device", async () => {
    const machine = new FakeMachine();
    machine.put(peer, "noauth\n");
    expect(await check(machine)).toMatchObject({ status: 0, found: [`${peer}:1:1 warning peer.no-device`] });
    machine.put(peer, "noauth notty\n");
    expect(await check(machine)).toMatchObject(nothing);
  });

  test("peer.binary: a binary file, and one with UTF-8", async () => {
    const machine = machineWith();
    machine.put(peer, "\x7fELF\x02\0\0");
    expect(await check(machine)).toMatchObject({ status: 2, found: [`${peer}:1:1 error peer.binary`] });
    machine.put(peer, "/dev/ttyS1 noauth ipparam n\xc3\xbcx\n");
    expect(await check(machine)).toMatchObject(nothing);
  });

  test("device.not-a-device", async () => {
    const machine = machineWith("/dev/backup.img");
    machine.put("/dev/backup.img", "");
    expect(await check(machine)).toMatchObject({ status: 2, found: [`${peer}:7:1 error device.not-a-device`] });
    machine.devices.add("/dev/backup.img");
    expect(await check(machine)).toMatchObject(nothing);
  });
});

describe("in a script, the secrets, a hook", () => {
  test.each([
    ["chat.out-of-step", "'' ATZ OK\nABORT BUSY AT&D2\nOK ATD1\nCONNECT '\\c'\n", "2:1 warning"],
    ["chat.no-connect", "'' AT&D2\nOK ATD1\n", "2:4 warning"],
  ])("%s", async (code, text, place) => {
    const machine = machineWith();
    machine.put(script, text);
    expect((await check(machine)).found).toContain(`${script}:${place} ${code}`);
    machine.put(script, "ABORT BUSY\n'' AT&D2\nOK ATD1\nCONNECT '\\c'\n");
    expect(await check(machine)).toMatchObject(nothing);
  });

  test("secrets.indirect-file: a secret in a file that is not there, and one that is", async () => {
    const machine = machineWith();
    machine.put("/etc/ppp/pap-secrets", "yosef * @/etc/ppp/mine\n", 0o600);
    expect((await check(machine)).found).toContain("/etc/ppp/pap-secrets:1:9 warning secrets.indirect-file");
    machine.put("/etc/ppp/mine", "TOPSECRET\n", 0o600);
    expect(await check(machine)).toMatchObject(nothing);
  });

  test("hooks.no-script: an empty file", async () => {
    const machine = machineWith();
    machine.put("/etc/ppp/ip-up.d/90route", "", 0o755);
    expect(await check(machine)).toMatchObject({
      found: ["/etc/ppp/ip-up.d/90route:1:1 warning hooks.no-script"],
    });
    machine.put("/etc/ppp/ip-up.d/90route", "#!/bin/sh\n", 0o755);
    expect(await check(machine)).toMatchObject(nothing);
  });
});
