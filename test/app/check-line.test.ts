import { describe, expect, test } from "vitest";
import { check, machineWith, nothing, peer } from "./check-fixture.ts";
import { FakeMachine } from "./fake-machine.ts";

describe("the device", () => {
  test("missing, with those that are there", async () => {
    const machine = machineWith("/dev/ttyUSB7");
    machine.modemPorts = ["/dev/serial/by-id/usb-HUAWEI-if00", "/dev/ttyACM0"];
    const { status, found, text } = await check(machine);
    expect({ status, found }).toEqual({ status: 2, found: [`${peer}:7:1 error device.missing`] });
    expect(text).toContain("name a port that is there: /dev/serial/by-id/usb-HUAWEI-if00, /dev/ttyACM0\n");
    machine.devices.add("/dev/ttyUSB7");
    expect(await check(machine)).toMatchObject(nothing);
  });

  test("not accessible to whom pppd opens it as", async () => {
    // Named in ~/.ppprc, where it has no root's authority.
    const machine = new FakeMachine({ root: false });
    machine.put(peer, "noauth user yosef\n");
    machine.put("/home/u/.ppprc", "\n /dev/ttyS1\n");
    machine.put("/etc/ppp/pap-secrets", "yosef * TOPSECRET\n", 0o600);
    machine.deviceIsOurs = false;
    expect(await check(machine)).toMatchObject({ status: 2, found: ["/home/u/.ppprc:2:2 error device.denied"] });
    machine.deviceIsOurs = true;
    expect(await check(machine)).toMatchObject(nothing);
    // The peer file's is opened as root.
    machine.deviceIsOurs = false;
    machine.put(peer, "/dev/ttyS1 noauth user yosef\n");
    machine.files.delete("/home/u/.ppprc");
    expect(await check(machine)).toMatchObject(nothing);
  });

  test("a name without hardware", async () => {
    const machine = machineWith();
    machine.port = { ...machine.port, noHardware: true };
    expect(await check(machine)).toMatchObject({ status: 2, found: [`${peer}:1:1 error device.no-port`] });
  });

  test("in use by another program, and by the peer's own call", async () => {
    const machine = machineWith();
    const minicom = { pid: 7, name: "minicom", argv: ["minicom", "-D", "/dev/ttyS1"] };
    const own = { pid: 8, name: "pppd", argv: ["/usr/sbin/pppd", "call", "isp"] };
    machine.port = { ...machine.port, holders: [own] };
    expect(await check(machine)).toMatchObject(nothing);
    machine.port = { ...machine.port, holders: [own, minicom] };
    const busy = { found: [`${peer}:1:1 warning device.in-use`], text: expect.stringContaining("by minicom (pid 7)") };
    expect(await check(machine)).toMatchObject({ status: 0, ...busy });
    expect(await check(machine, "--strict")).toMatchObject({ status: 1, ...busy });
    machine.port = { ...machine.port, holders: [], lockedBy: minicom };
    expect(await check(machine)).toMatchObject({ status: 0, ...busy });
  });

  test("about to be probed by ModemManager", async () => {
    const machine = machineWith();
    machine.modemManagerRuns = true;
    expect(await check(machine)).toMatchObject(nothing);
    machine.port = { ...machine.port, usb: true, driver: "option" };
    expect(await check(machine)).toMatchObject({ status: 0, found: [`${peer}:1:1 warning device.modem-manager`] });
    expect(await check(machine, "--strict")).toMatchObject({ status: 1 });
    for (const driver of ["ftdi_sio", "mos7840", undefined]) {
      machine.port = { ...machine.port, driver };
      expect(await check(machine)).toMatchObject(nothing);
    }
    machine.port = { ...machine.port, driver: "option", ignoredByModemManager: true };
    expect(await check(machine)).toMatchObject(nothing);
    machine.port = { ...machine.port, ignoredByModemManager: false };
    machine.modemManagerRuns = false;
    expect(await check(machine)).toMatchObject(nothing);
  });
});

describe("commands", () => {
  test.each([
    ["connect /etc/ppp/dial", "7:9 error command.missing"],
    ["connect 'exec nosuch a b'", "7:9 error command.missing"],
    ["connect '/etc/ppp/dial | tee /tmp/log'", "7:9 error command.missing"],
    ["welcome /etc/ppp", "7:9 error command.missing"],
    ["disconnect /etc/ppp/data", "7:12 error command.not-executable"],
    ["init /etc/ppp/crlf", "7:6 error command.interpreter"],
    ["init /etc/ppp/odd", "7:6 error command.interpreter"],
  ])("%s", async (line, finding) => {
    const machine = machineWith(line);
    machine.put("/etc/ppp/data", "x");
    machine.put("/etc/ppp/crlf", "#!/bin/sh\r\necho\r\n", 0o755);
    machine.put("/etc/ppp/odd", "#!/opt/sh\n", 0o755);
    const { status, found } = await check(machine);
    expect(status).toBe(2);
    expect(found).toContain(`${peer}:${finding}`);
  });

  test("what is left to the shell is said, and no more", async () => {
    for (const command of [
      "wvdial",
      "/usr/bin/wvdial | cat",
      "if true; then wvdial; fi",
      ": nothing",
      "/etc/ppp/good",
    ]) {
      const machine = machineWith(`connect '${command}'`);
      machine.put("/etc/ppp/good", "#!/bin/sh\n", 0o755);
      const { status, found } = await check(machine, "--strict");
      expect({ command, status, found }).toEqual({
        command,
        status: 0,
        found: [`${peer}:7:9 info command.left-to-shell`],
      });
    }
  });

  test("pty", async () => {
    const machine = machineWith();
    machine.put(peer, 'pty "pptp vpn.example --nolaunchpppd" user yosef noauth\n');
    expect(await check(machine)).toMatchObject({ status: 2, found: [`${peer}:1:5 error command.missing`] });
    machine.programs.add("/usr/sbin/pptp");
    expect(await check(machine)).toMatchObject(nothing);
  });

  test("chat itself: pon as root needs none", async () => {
    const machine = machineWith();
    machine.programs.delete("/usr/sbin/chat");
    expect(await check(machine)).toMatchObject({ status: 0, found: [`${peer}:2:9 info command.missing`] });
  });
});
