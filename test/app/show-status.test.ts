import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { listenCommand } from "../../src/app/disconnect-commands.ts";
import { showStatus } from "../../src/app/show-status.ts";
import { parsePeerName } from "../../src/core/peer-name.ts";
import { formatDialRecord } from "../../src/link/dial-record.ts";
import type { HistoryEntry } from "../../src/link/history-entry.ts";
import { formatWaitRecord } from "../../src/link/wait-record.ts";
import { FakeWorld } from "./fake-world.ts";
import { putRecord } from "./put-record.ts";

const isp = parsePeerName("isp");

const known = {
  startedAt: 5,
  upAt: 9,
  pppd: { pid: 600, startTime: 6000 },
  iface: "ppp0",
  local: "10.0.0.2",
  remote: "10.0.0.1",
};

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
        "dial.json",
        formatDialRecord({ version: 1, at: 7, device: "/dev/ttyS1", number: "8765432", connectRate: 33600 }),
      ],
    ]),
  );
  putRecord(fake, known);
  return fake;
}

const whole = { peer: "isp", state: "up", pid: 600, iface: "ppp0", local: "10.0.0.2", remote: "10.0.0.1", upSince: 9 };

test("a link that is up, named or not", async () => {
  const expected = [{ ...whole, attempt: 1, device: "/dev/ttyS1", number: "8765432", connectRate: 33600 }];
  expect(await showStatus([isp], up().world)).toEqual(expected);
  expect(await showStatus([], up().world)).toEqual(expected);
});

test("a peer that there is not is not merely down; one that names a file that there is not is", async () => {
  const fake = new FakeWorld();
  const typo = parsePeerName("ips");
  expect(await showStatus([typo, isp], fake.world)).toEqual([
    { peer: "ips", state: "down", missing: true },
    { peer: "isp", state: "down" },
  ]);
  fake.files.set("/etc/ppp/peers/ips", "file /etc/ppp/gone\n");
  expect(await showStatus([typo], fake.world)).toEqual([{ peer: "ips", state: "down" }]);
});

test("a link on which IPv6 alone has come up is up, for as long as its interface has that address", async () => {
  const fake = up();
  const ipv6 = { local: "fe80::2", remote: "fe80::1" };
  putRecord(fake, { ...known, ...ipv6 });
  fake.addresses.set("ppp0", ["fe80::2"]);
  expect(await showStatus([isp], fake.world)).toMatchObject([{ ...whole, ...ipv6 }]);
  fake.addresses.set("ppp0", []);
  expect(await showStatus([isp], fake.world)).toMatchObject([{ state: "ending" }]);
  // Of a link that had an IPv4 address, the one that is left is none.
  const gone = up();
  gone.addresses.set("ppp0", ["fe80::2"]);
  expect(await showStatus([isp], gone.world)).toMatchObject([{ state: "ending" }]);
});

test("a look at the processes that misses a pppd which goes to the background is followed by another", async () => {
  const fake = up();
  fake.addProcess(100, ["node", "pon"], { startTime: 1 });
  fake.setDialer("isp", { pid: 100, parent: 1, name: "node", argv: ["node", "pon"], startTime: 1 });
  putRecord(fake, { ...known, phase: "network", dialer: { pid: 100, startTime: 1 } });
  let looks = 0;
  const list = fake.world.processes.list;
  const missing = (): ReturnType<typeof list> => (looks++ === 0 ? list().filter(({ pid }) => pid !== 600) : list());
  Object.assign(fake.world.processes, { list: missing });
  expect(await showStatus([isp], fake.world)).toMatchObject([{ state: "up", pid: 600 }]);
  expect(looks).toBe(2);
});

describe("nothing is believed that the system does not confirm", () => {
  test("the process has gone", async () => {
    const fake = up();
    fake.processes.clear();
    const lastFailure = { at: 9, cause: "pppd-crashed", sentence: expect.stringContaining("killed") };
    expect(await showStatus([isp], fake.world)).toEqual([{ peer: "isp", state: "down", lastFailure }]);
    expect(fake.history).toHaveLength(1);
  });

  test("its pid is another program's now", async () => {
    const fake = up();
    fake.addProcess(600, ["/usr/sbin/sshd"], { startTime: 7000 });
    expect(await showStatus([isp], fake.world)).toMatchObject([{ peer: "isp", state: "down" }]);
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

  test.each([[[]], [undefined]])("the interface has no address any more: %s", async (addresses) => {
    const fake = up();
    fake.addresses.clear();
    if (addresses !== undefined) fake.addresses.set("ppp0", addresses);
    const [status] = await showStatus([isp], fake.world);
    expect(status).toMatchObject({ state: "ending", pid: 600 });
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

describe("a link of somebody else's", () => {
  test("without linkname: its interface is found by its pid file, and since when it is there", async () => {
    const fake = new FakeWorld();
    fake.addProcess(700, ["/usr/sbin/pppd", "call", "isp"]);
    fake.addresses.set("eth0", ["192.168.1.1"]);
    fake.addresses.set("ppp3", ["fe80::1", "10.1.1.2"]);
    fake.interfaceBytes.set("ppp3", { sent: 5, received: 6 });
    fake.files.set("/run/ppp3.pid", "700\n");
    fake.modified.set("/run/ppp3.pid", 77);
    const bytes = { bytesSent: 5, bytesReceived: 6 };
    expect(await showStatus([isp], fake.world)).toEqual([
      {
        peer: "isp",
        state: "up",
        pid: 700,
        iface: "ppp3",
        local: "10.1.1.2",
        device: "/dev/ttyS1",
        upSince: 77,
        ...bytes,
      },
    ]);
  });

  test("pppd's own variables say the rest, without root", async () => {
    const fake = new FakeWorld();
    const bytes = readFileSync(new URL("../data/pppd2.tdb", import.meta.url), "latin1");
    fake.files.set(
      "/run/pppd2.tdb",
      bytes.replaceAll("LLLOCAL=fe80::0575:fb2d:7915:13f2", "DNS1=10.9.0.7".padEnd(33, " ")),
    );
    fake.addProcess(177, ["/usr/sbin/pppd", "call", "isp"]);
    fake.addresses.set("ppp9", ["10.9.0.2"]);
    const [status] = await showStatus([isp], fake.world);
    expect(status).toMatchObject({ state: "up", iface: "ppp9", local: "10.9.0.2", remote: "10.9.0.1" });
    fake.addresses.set("ppp9", []);
    expect(await showStatus([isp], fake.world)).toMatchObject([{ state: "connecting" }]);
  });

  test("its entry is read again when it is not there: pppd is just writing it anew", async () => {
    const fake = new FakeWorld();
    const bytes = readFileSync(new URL("../data/pppd2.tdb", import.meta.url), "latin1");
    fake.files.set("/run/pppd2.tdb", bytes.replaceAll("PPPD_PID=177", "PPPD_PID=178"));
    fake.addProcess(177, ["/usr/sbin/pppd", "call", "isp"]);
    fake.addresses.set("ppp9", ["10.9.0.2"]);
    const { files } = fake.world;
    const read: typeof files.read = (path) => {
      const found = files.read(path);
      if (path === "/run/pppd2.tdb") fake.files.set(path, bytes);
      return found;
    };
    const world = { ...fake.world, files: { ...files, read } };
    expect(await showStatus([isp], world)).toMatchObject([{ state: "up", local: "10.9.0.2" }]);
  });

  test("a child is dialing, a hook is not", async () => {
    const fake = new FakeWorld();
    fake.addProcess(700, ["/usr/sbin/pppd", "call", "isp"]);
    fake.addProcess(701, ["/bin/sh", "-c", "chat -f x"], { parent: 700 });
    expect(await showStatus([isp], fake.world)).toMatchObject([{ state: "dialing" }]);
    // It is ending, or becoming another program.
    const waiting = new FakeWorld({ peer: ['connect "chat -f /etc/chatscripts/isp"', "persist"] });
    waiting.addProcess(700, ["/usr/sbin/pppd", "call", "isp"]);
    waiting.addProcess(701, [], { parent: 700, name: "sh" });
    expect(await showStatus([isp], waiting.world)).toMatchObject([{ state: "waiting" }]);
    fake.addresses.set("ppp0", []);
    fake.files.set("/run/ppp0.pid", "700\n");
    fake.addProcess(701, ["/bin/sh", "/etc/ppp/ip-down", "ppp0", "/dev/ttyS1"], { parent: 700 });
    expect(await showStatus([isp], fake.world)).toMatchObject([{ state: "connecting" }]);
  });

  test("nor is a hook that is at work when its interface has gone", async () => {
    const fake = new FakeWorld({ peer: ['connect "chat -f /etc/chatscripts/isp"', "persist"] });
    fake.addProcess(700, ["/usr/sbin/pppd", "call", "isp"]);
    fake.addProcess(701, ["/bin/sh", "/etc/ppp/ip-down", "ppp12", "/dev/ttyS1", "115200"], { parent: 700 });
    expect(await showStatus([isp], fake.world)).toMatchObject([{ state: "waiting" }]);
  });
});

describe("a demand link", () => {
  const demand = ['connect "chat -f /etc/chatscripts/isp"', "demand", "lock", "10.0.0.2:10.0.0.1"];
  const idle = (): FakeWorld => {
    const fake = new FakeWorld({ peer: demand });
    fake.addProcess(700, ["/usr/sbin/pppd", "call", "isp"]);
    fake.files.set("/run/ppp0.pid", "700\n");
    fake.addresses.set("ppp0", ["10.0.0.2"]);
    return fake;
  };

  test("that nothing has woken is not up, though its interface has addresses", async () => {
    expect(await showStatus([isp], idle().world)).toMatchObject([{ state: "waiting" }]);
  });

  test("whose line is locked by pppd and whose modem is done with is connecting", async () => {
    const fake = idle();
    fake.files.set("/var/lock/LCK..ttyS1", "       700\n");
    expect(await showStatus([isp], fake.world)).toMatchObject([{ state: "connecting" }]);
    fake.files.set("/var/lock/LCK..ttyS1", "       999\n");
    expect(await showStatus([isp], fake.world)).toMatchObject([{ state: "waiting" }]);
  });

  test("that a packet has woken is about to be dialed while its record says that it waits", async () => {
    const fake = idle();
    const pppd = { pid: 700, startTime: 7000 };
    putRecord(fake, { phase: "waiting", attempt: 0, settled: true, pppd });
    fake.openFiles.set(700, []);
    expect(await showStatus([isp], fake.world)).toMatchObject([{ state: "waiting" }]);
    fake.openFiles.set(700, ["/dev/ttyS1"]);
    expect(await showStatus([isp], fake.world)).toMatchObject([{ state: "dialing" }]);
  });

  test("is up when the hook says so, and while pppd has the line", async () => {
    const fake = idle();
    const pppd = { pid: 700, startTime: 7000 };
    putRecord(fake, { attempt: 2, upAt: 9, pppd });
    fake.openFiles.set(700, ["/dev/ttyS1"]);
    expect(await showStatus([isp], fake.world)).toMatchObject([{ state: "up", upSince: 9, attempt: 2 }]);
    fake.openFiles.set(700, []);
    expect(await showStatus([isp], fake.world)).toMatchObject([{ state: "waiting" }]);
  });
});

test("a peer that is blocked, and one that waits to be dialed again", async () => {
  const fake = new FakeWorld();
  const why = { cause: "auth-refused", sentence: "no" } as const;
  fake.blocks.set("isp", { version: 1, peer: "isp", since: 3, ...why });
  expect(await showStatus([isp], fake.world)).toEqual([
    { peer: "isp", state: "blocked", blocked: { since: 3, ...why } },
  ]);
  // Also after a reboot, when there is no record of it.
  expect(await showStatus([], fake.world)).toMatchObject([{ peer: "isp", state: "blocked" }]);
  fake.blocks.clear();

  const waiting = new FakeWorld({ peer: ['connect "chat -f /etc/chatscripts/isp"', "persist", "holdoff 7"] });
  waiting.addProcess(700, ["/usr/sbin/pppd", "call", "isp"]);
  const pppd = { pid: 700, startTime: 7000 };
  putRecord(waiting, { phase: "waiting", attempt: 3, endedAt: 100, settled: true, pppd });
  expect(await showStatus([isp], waiting.world)).toMatchObject([
    { state: "waiting", waitsSince: 100, nextAt: 7100, attempt: 3 },
  ]);
});

describe("a pause of ours between two dials", () => {
  const waits = (who: "pon" | "dial", pid: number): string =>
    formatWaitRecord({ version: 1, by: { pid, startTime: pid * 10 }, who, since: 50, nextAt: 9000, attempt: 3 });
  const waiting = { peer: "isp", state: "waiting", waitsSince: 50, nextAt: 9000, attempt: 3 };

  test("of pon: waiting while it lives, and dialing when it does", async () => {
    const fake = new FakeWorld();
    fake.records.set("isp", new Map([["wait.json", waits("pon", 88)]]));
    expect(await showStatus([isp], fake.world)).toEqual([{ peer: "isp", state: "down" }]);
    fake.addProcess(88, ["node", "pon"]);
    expect(await showStatus([isp], fake.world)).toMatchObject([waiting]);
    fake.addProcess(88, ["node", "another"], { startTime: 7 });
    expect(await showStatus([isp], fake.world)).toMatchObject([{ state: "down" }]);
    fake.addProcess(88, ["node", "pon"]);
    fake.setDialer("isp", { pid: 88, parent: 1, name: "node", argv: ["node"], startTime: 880 });
    expect(await showStatus([isp], fake.world)).toMatchObject([{ state: "dialing" }]);
  });

  test("of `pppctl dial`, which pppd has started: not dialing yet; an up link is up", async () => {
    const fake = new FakeWorld({ peer: ['connect "chat -f /etc/chatscripts/isp"', "persist", "holdoff 7"] });
    fake.addProcess(700, ["/usr/sbin/pppd", "call", "isp"]);
    fake.addProcess(701, ["/bin/sh", "-c", "pppctl dial"], { parent: 700 });
    fake.addProcess(702, ["node", "pppctl", "dial"], { parent: 701 });
    fake.records.set("isp", new Map([["wait.json", waits("dial", 702)]]));
    expect(await showStatus([isp], fake.world)).toMatchObject([waiting]);
    fake.records.set("isp", new Map());
    expect(await showStatus([isp], fake.world)).toMatchObject([{ state: "dialing" }]);
  });
});

test("pppd's disconnect program of ours dials nothing", async () => {
  const fake = new FakeWorld({ peer: ['connect "chat -f /etc/chatscripts/isp"', "persist"] });
  fake.addProcess(700, ["/usr/sbin/pppd", "call", "isp"]);
  fake.addProcess(701, ["sh", "-c", listenCommand], { parent: 700 });
  expect(await showStatus([isp], fake.world)).toMatchObject([{ state: "waiting" }]);
});

test("the last failure, with the time; an end that was wanted is none", async () => {
  const fake = new FakeWorld();
  const call = { version: 1, origin: "direct", attempt: 1, startedAt: 1, sentence: "s" } as const;
  fake.history.push(
    { ...call, id: "1", peer: "isp", endedAt: 10, cause: "busy" },
    { ...call, id: "2", peer: "other", endedAt: 20, cause: "voice" },
    { ...call, id: "3", peer: "isp", endedAt: 30, cause: "idle" },
  );
  expect(await showStatus([isp], fake.world)).toMatchObject([
    { lastFailure: { at: 10, cause: "busy", sentence: "s" } },
  ]);
});

test("a failure of long ago, which the newest calls do not hold, is looked up once by who asks for it", async () => {
  const fake = new FakeWorld();
  const call = { version: 1, peer: "isp", origin: "direct", attempt: 1, startedAt: 1, sentence: "s" } as const;
  fake.history.push({ ...call, id: "1", endedAt: 10, cause: "busy" }, { ...call, id: "2", endedAt: 20, cause: "idle" });
  let lookUps = 0;
  const read = (): readonly HistoryEntry[] => {
    lookUps++;
    return fake.history;
  };
  Object.assign(fake.world.history, { readNewest: () => fake.history.slice(-1), read });
  expect(await showStatus([isp], fake.world)).toEqual([{ peer: "isp", state: "down" }]);
  const failures = new Map();
  const other = parsePeerName("other");
  for (let looks = 0; looks < 3; looks++) {
    const [first, second] = await showStatus([isp, other], fake.world, { failures });
    expect([first?.lastFailure, second?.lastFailure]).toEqual([{ at: 10, cause: "busy", sentence: "s" }, undefined]);
  }
  expect(lookUps).toBe(1);
  fake.history.push({ ...call, id: "3", endedAt: 30, cause: "voice" });
  expect((await showStatus([isp], fake.world, { failures }))[0]?.lastFailure?.at).toBe(30);
});

test("a dialer without pppd is dialing; no link and no record is nothing", async () => {
  const fake = new FakeWorld();
  expect(await showStatus([], fake.world)).toEqual([]);
  fake.setDialer("isp", { pid: 88, parent: 1, name: "node", argv: ["node"], startTime: 5 });
  expect(await showStatus([isp], fake.world)).toEqual([{ peer: "isp", state: "dialing", device: "/dev/ttyS1" }]);
});
