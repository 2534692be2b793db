import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { check, nothing } from "./check-fixture.ts";
import { FakeMachine } from "./fake-machine.ts";

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), "latin1");

/** Our examples, installed where their comments say. */
function machineWithExamples(): FakeMachine {
  const machine = new FakeMachine();
  machine.files.delete("/etc/ppp/peers/isp");
  machine.files.set("/etc/ppp/options", "asyncmap 0\nauth\ncrtscts\nlock\nhide-password\nmodem\nnoipx\n");
  machine.programs.add("/usr/bin/pptp");
  for (const name of readdirSync(new URL("../../peers", import.meta.url))) {
    machine.put(`/etc/ppp/peers/${name}`, read(`peers/${name}`), 0o644);
  }
  for (const name of readdirSync(new URL("../../chatscripts", import.meta.url))) {
    machine.put(`/etc/chatscripts/${name}`, read(`chatscripts/${name}`));
  }
  return machine;
}

test("our examples lack nothing but devices and secrets", async () => {
  const machine = machineWithExamples();
  const { status, found } = await check(machine);
  expect(status).toBe(2);
  const codes = found.map((text) => text.replace(/^\/etc\/ppp\/peers\/([^:]*):\d+:\d+ \w+ /, "$1 "));
  expect(codes).toEqual([
    "demo device.missing",
    "demo secrets.none",
    "gsm device.missing",
    "gsm secrets.none",
    "isp-login device.missing",
    "yosefcom device.missing",
    "yosefcom secrets.none",
    "yosefcom-pptp secrets.none",
  ]);
  for (const device of ["/dev/modem", "/dev/ttyUSB0", "/dev/pppctl-demo"]) machine.devices.add(device);
  machine.put("/etc/ppp/chap-secrets", "yosef * x\ninternet * x\ndemo * x\n", 0o600);
  expect(await check(machine, "--strict")).toMatchObject(nothing);
});

test("Debian's peer provider as the package ppp brings it", async () => {
  const machine = new FakeMachine();
  machine.files.delete("/etc/ppp/peers/isp");
  machine.files.set("/etc/ppp/options", "asyncmap 0\nauth\ncrtscts\nlock\nhide-password\nmodem\nnoipx\n");
  // Its comments take ten lines before the first option, and so on.
  machine.put(
    "/etc/ppp/peers/provider",
    [
      ...Array<string>(9).fill("#"),
      'user "myusername@realm"',
      ...Array<string>(4).fill("#"),
      'connect "/usr/sbin/chat -v -f /etc/chatscripts/pap -T ********"',
      "# Serial device to which the modem is connected.",
      "",
      "/dev/modem",
      "115200",
      "noipdefault usepeerdns defaultroute persist noauth",
    ].join("\n"),
  );
  machine.put(
    "/etc/chatscripts/pap",
    'ABORT BUSY\nABORT VOICE\nABORT "NO CARRIER"\nABORT "NO DIALTONE"\n"" ATZ\nOK ATDT\\T\nCONNECT ""\n',
    0o644,
  );
  machine.put("/etc/ppp/pap-secrets", '*\tbox\t""\t*\nguest\tbox\t"*"\t-\n', 0o600);
  machine.put("/etc/ppp/chap-secrets", "# client\tserver\n", 0o600);
  expect(await check(machine)).toMatchObject({
    status: 2,
    found: [
      "/etc/chatscripts/pap:6:4 info chat.no-dtr-hangup",
      "/etc/chatscripts/pap:7:9 warning chat.connect-return",
      "/etc/ppp/peers/provider:10:1 warning secrets.none",
      "/etc/ppp/peers/provider:10:6 error peer.placeholder",
      "/etc/ppp/peers/provider:15:9 error chat.placeholder",
      "/etc/ppp/peers/provider:18:1 error device.missing",
    ],
  });
});
