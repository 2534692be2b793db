import { describe, expect, test } from "vitest";
import { showStatus } from "../../src/app/show-status.ts";
import { parsePeerName } from "../../src/core/peer-name.ts";
import { formatDialRecord } from "../../src/link/dial-record.ts";
import { formatLinkRecord } from "../../src/link/link-record.ts";
import { FakeWorld } from "./fake-world.ts";

const isp = parsePeerName("isp");

/** `isp` as `pon` left it: pppd 600 on ppp0. */
function up(): FakeWorld {
  const fake = new FakeWorld();
  fake.addProcess(600, ["/usr/sbin/pppd", "call", "isp"]);
  fake.files.set("/run/ppp-isp.pid", "600\nppp0\n");
  fake.addresses.set("ppp0", ["10.0.0.2"]);
  fake.records.set(
    "isp",
    new Map([
      [
        "record.json",
        formatLinkRecord({
          version: 1,
          peer: "isp",
          linkname: "isp",
          phase: "up",
          attempt: 1,
          startedAt: 5,
          upAt: 9,
          local: "10.0.0.2",
          remote: "10.0.0.1",
          iface: "ppp0",
          pppd: { pid: 600, startTime: 6000 },
        }),
      ],
      [
        "dial.json",
        formatDialRecord({ version: 1, at: 7, device: "/dev/ttyS1", number: "8765432", connectRate: 33600 }),
      ],
    ]),
  );
  return fake;
}

const whole = { peer: "isp", state: "up", pid: 600, iface: "ppp0", local: "10.0.0.2", remote: "10.0.0.1", upSince: 9 };

test("a link that is up, named or not", async () => {
  const expected = [{ ...whole, device: "/dev/ttyS1", number: "8765432", connectRate: 33600 }];
  expect(await showStatus([isp], up().world)).toEqual(expected);
  expect(await showStatus([], up().world)).toEqual(expected);
});

describe("nothing is believed that the system does not confirm", () => {
  test("the process has gone", async () => {
    const fake = up();
    fake.processes.clear();
    expect(await showStatus([isp], fake.world)).toEqual([{ peer: "isp", state: "down" }]);
  });

  test("its pid is another program's now", async () => {
    const fake = up();
    fake.addProcess(600, ["/usr/sbin/sshd"]);
    expect(await showStatus([isp], fake.world)).toEqual([{ peer: "isp", state: "down" }]);
  });

  test("its pid is a later pppd's: the addresses of the record are not its", async () => {
    const fake = up();
    fake.addProcess(600, ["/usr/sbin/pppd", "call", "isp"], { startTime: 7000 });
    fake.addresses.set("ppp0", ["10.9.9.9"]);
    const [status] = await showStatus([isp], fake.world);
    expect(status).toMatchObject({ state: "up", local: "10.9.9.9" });
    expect(status).not.toHaveProperty("remote");
    expect(status).not.toHaveProperty("upSince");
  });

  test("the interface has no address", async () => {
    const fake = up();
    fake.addresses.clear();
    const [status] = await showStatus([isp], fake.world);
    expect(status).toMatchObject({ state: "connecting", pid: 600 });
    expect(status).not.toHaveProperty("local");
  });

  test("records that are no records", async () => {
    const fake = up();
    fake.records.set(
      "isp",
      new Map([
        ["record.json", "{"],
        ["dial.json", "[]"],
      ]),
    );
    expect(await showStatus([isp], fake.world)).toMatchObject([{ state: "up", local: "10.0.0.2" }]);
  });
});

test("a dialer without pppd is dialing; no link and no record is nothing", async () => {
  const fake = new FakeWorld();
  expect(await showStatus([], fake.world)).toEqual([]);
  fake.setDialer("isp", { pid: 88, parent: 1, name: "node", argv: ["node"], startTime: 5 });
  expect(await showStatus([isp], fake.world)).toEqual([{ peer: "isp", state: "dialing" }]);
});
