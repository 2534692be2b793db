import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { listPeers } from "../../../src/io/list-peers.ts";
import { type MachinePlaces, readDefaultRoutes, systemMachine } from "../../../src/io/machine-facts.ts";

let root: string;
let places: MachinePlaces;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "pppctl-machine-"));
  const at = (name: string): string => join(root, name);
  places = { dev: at("dev"), sys: at("sys"), proc: at("proc"), run: at("run"), locks: at("lock") };
});
afterEach(() => rmSync(root, { recursive: true }));

const put = (path: string, text = ""): void => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
};
const link = (path: string, target: string): void => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  symlinkSync(target, join(root, path));
};

/** A USB modem as sysfs shows it: the tty, its port, its interface, the USB device. */
function putUsbModem(): void {
  const usb = "sys/devices/pci0/usb1/1-1";
  put(`${usb}/dev`, "189:4\n");
  put(`${usb}/1-1:1.0/ttyUSB0/tty/ttyUSB0/dev`, "188:0\n");
  link(`${usb}/1-1:1.0/ttyUSB0/driver`, "../../../../../../bus/usb-serial/drivers/option1");
  link(`${usb}/1-1:1.0/ttyUSB0/tty/ttyUSB0/device`, "../..");
  link("sys/class/tty/ttyUSB0", "../../devices/pci0/usb1/1-1/1-1:1.0/ttyUSB0/tty/ttyUSB0");
  put("dev/ttyUSB0");
}

describe("a port", () => {
  const port = () => systemMachine({}, places).port(join(places.dev, "ttyUSB0"));

  test("on the USB, by its driver", () => {
    putUsbModem();
    expect(port()).toMatchObject({ usb: true, driver: "option1", noHardware: false, ignoredByModemManager: false });
  });

  test.each([
    ["c188:0", "E:ID_MM_PORT_IGNORE=1", true],
    ["c189:4", "S:x\nE:ID_MM_DEVICE_IGNORE=1\n", true],
    ["c189:4", "E:ID_MM_DEVICE_IGNORE=0\nE:ID_MM_CANDIDATE=1\n", false],
  ])("udev's %s with %j", (name, text, ignored) => {
    putUsbModem();
    put(`run/udev/data/${name}`, text);
    expect(port().ignoredByModemManager).toBe(ignored);
  });

  test("without hardware", () => {
    put("sys/class/tty/ttyS3/type", "0\n");
    put("sys/class/tty/ttyS0/type", "4\n");
    const { port: ask } = systemMachine({}, places);
    expect(ask(join(places.dev, "ttyS3")).noHardware).toBe(true);
    expect(ask(join(places.dev, "ttyS0")).noHardware).toBe(false);
  });

  test("locked by a living process, or a dead one", () => {
    putUsbModem();
    const lock = `lock/LCK..${join(places.dev, "ttyUSB0").split("dev/")[1]?.replaceAll("/", "_")}`;
    put(lock, `${String(process.pid).padStart(10)}\n`);
    expect(port().lockedBy?.pid).toBe(process.pid);
    put(lock, `${String(2 ** 22 + 1).padStart(10)}\n`);
    expect(port().lockedBy).toBeUndefined();
  });
});

test("the ports of modems, the best names first, without those of no hardware", () => {
  for (const name of ["ttyACM0", "ttyUSB0", "ttyUSB1", "ttyS0", "ttyS1", "tty1", "null"]) put(`dev/${name}`);
  link("dev/serial/by-id/usb-HUAWEI-if00-port0", "../../ttyUSB0");
  link("dev/gsmmodem", "ttyUSB0");
  put("sys/class/tty/ttyS0/type", "4\n");
  put("sys/class/tty/ttyS1/type", "0\n");
  expect(
    systemMachine({}, places)
      .modemPorts()
      .map((path) => path.slice(places.dev.length + 1)),
  ).toEqual(["gsmmodem", "serial/by-id/usb-HUAWEI-if00-port0", "ttyACM0", "ttyUSB1", "ttyS0"]);
  rmSync(join(root, "dev"), { recursive: true });
  expect(systemMachine({}, places).modemPorts()).toEqual([]);
});

test("default routes that are up", () => {
  const head = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n";
  const rows = [
    "eth0\t00000000\t0101A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0",
    "eth1\t00000000\t0101A8C0\t0002\t0\t0\t0\t00000000\t0\t0\t0",
    "eth0\t0001A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0",
  ];
  expect(readDefaultRoutes(`${head}${rows.join("\n")}\n`)).toEqual([{ interface: "eth0", metric: 100 }]);
  expect(readDefaultRoutes("")).toEqual([]);
});

test("paths: what stands there, and every directory above", () => {
  put("a/b", "x");
  link("c", "a/b");
  const { stat, components } = systemMachine({}, places);
  expect(stat(join(root, "c"))).toMatchObject({ kind: "file" });
  expect(stat(join(root, "a"))).toMatchObject({ kind: "directory" });
  expect(stat("/dev/null")).toMatchObject({ kind: "device", uid: 0 });
  expect(stat(join(root, "none"))).toBeUndefined();
  const paths = components(join(root, "c"))?.map(({ path }) => path);
  expect([paths?.[0], paths?.at(-2), paths?.at(-1)]).toEqual(["/", join(root, "a"), join(root, "a/b")]);
  expect(components(join(root, "none"))).toBeUndefined();
});

test("the interface of a link that is up", () => {
  put("run/ppp-isp.pid", "123\nppp0\n");
  const { interfaceOfLink } = systemMachine({}, places);
  expect(interfaceOfLink("isp")).toBeUndefined();
  put("sys/class/net/ppp0/x");
  expect(interfaceOfLink("isp")).toBe("ppp0");
  expect(interfaceOfLink("other")).toBeUndefined();
});

test("all peers, in directories too, without what editors and dpkg leave", () => {
  for (const name of ["isp", "isp~", "isp.dpkg-old", ".isp.swp", ".hidden/x", "d/home", "d/my isp", "zürich"]) {
    put(`peers/${name}`);
  }
  expect(listPeers(join(root, "peers"))).toEqual(["d/home", "d/my isp", "isp", "zürich"]);
  expect(listPeers(join(root, "none"))).toEqual([]);
});
