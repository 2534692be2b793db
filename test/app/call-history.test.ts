import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { noteDialing, noteDown, noteUp } from "../../src/app/note-calls.ts";
import { settleCall, settleEnded } from "../../src/app/settle-calls.ts";
import { formatDialRecord } from "../../src/link/dial-record.ts";
import { formatLinkRecord, type LinkRecord, parseLinkRecord } from "../../src/link/link-record.ts";
import { FakeWorld } from "./fake-world.ts";

const log = "/run/pppctl/isp/pppd.log";

/** A call of pon's that pppd 600 carries. */
const up: LinkRecord = {
  version: 1,
  peer: "isp",
  linkname: "isp",
  phase: "up",
  call: "c",
  origin: "direct",
  attempt: 1,
  startedAt: 1000,
  connectedAt: 2000,
  upAt: 3000,
  pppd: { pid: 600, startTime: 6000 },
  device: "/dev/ttyS1",
  logFile: log,
  logFrom: 5,
  iface: "ppp0",
  local: "10.0.0.2",
  remote: "10.0.0.1",
};

let fake: FakeWorld;
beforeEach(() => {
  fake = new FakeWorld();
});

function putRecord(record: LinkRecord): void {
  fake.records.set("isp", new Map([["record.json", formatLinkRecord(record)]]));
}

function readRecord(): LinkRecord | undefined {
  return parseLinkRecord(fake.records.get("isp")?.get("record.json") ?? "");
}

describe("a call whose end nobody saw", () => {
  test("pppd said why: the last change of its log is the end", () => {
    putRecord(up);
    fake.files.set(log, "old\n\nSent 7 bytes, received 9 bytes.\nModem hangup\nConnection terminated.\n");
    fake.modified.set(log, 8000);
    settleEnded("isp", fake.world);
    const {
      version,
      phase: _phase,
      call: _call,
      pppd: _pppd,
      logFile: _file,
      logFrom: _from,
      linkname: _name,
      ...known
    } = up;
    expect(fake.history).toEqual([
      {
        ...{ version, id: "c.1", ...known, endedAt: 8000, bytesSent: 7, bytesReceived: 9 },
        ...{ cause: "line-lost", sentence: "the line was lost (the modem hung up)" },
      },
    ]);
    expect(fake.records.get("isp")?.size).toBe(0);
  });

  test("the hook of a call says how that ended, also when the next attempt is in the log already", () => {
    putRecord({ ...up, redials: true });
    fake.addProcess(600, ["/usr/sbin/pppd", "call", "isp"]);
    const later = ["Connect: ppp0 <--> /dev/pts/1", "PAP authentication failed", "Connection terminated."];
    fake.files.set(log, `old\n\n${["Modem hangup", "Connection terminated.", ...later].join("\n")}\n`);
    const by = { peer: "isp", linkname: "isp", pppd: { pid: 600, startTime: 6000 }, call: "c" };
    noteDown(by, { bytes: { sent: 1, received: 2 } }, fake.world, { warn: () => undefined });
    expect(fake.history).toMatchObject([{ attempt: 1, cause: "line-lost", bytesSent: 1 }]);
  });

  test("a clock that was set while the network was up: the call lasted as long as pppd has measured", () => {
    putRecord({ ...up, redials: true });
    fake.addProcess(600, ["/usr/sbin/pppd", "call", "isp"]);
    fake.files.set(log, "old\n\nModem hangup\n");
    const by = { peer: "isp", linkname: "isp", pppd: { pid: 600, startTime: 6000 }, call: "c" };
    noteDown(by, { upMs: 600_000 }, fake.world, { warn: () => undefined });
    const upAt = fake.clock.wallTime() - 600_000;
    // It was dialed at 1000, connected at 2000 and up at 3000, by the clock as it was.
    expect(fake.history).toMatchObject([{ startedAt: upAt - 2000, connectedAt: upAt - 1000, upAt, id: "c.1" }]);
  });

  test("the same by the log, where there is no hook; a little difference is none", () => {
    for (const [minutes, wasSet] of [
      ["10.0", true],
      ["0.1", false],
    ] as const) {
      const upAt = wasSet ? 3000 : fake.clock.wallTime() - 30_000;
      putRecord({ ...up, upAt });
      fake.files.set(log, `old\n\nConnect time ${minutes} minutes.\nModem hangup\nConnection terminated.\n`);
      fake.modified.set(log, fake.clock.wallTime());
      settleEnded("isp", fake.world);
      expect(fake.history.pop()).toMatchObject({ upAt: wasSet ? fake.clock.wallTime() - 600_000 : upAt });
    }
  });

  test("pppd was killed: it ended some time between its last line and now", () => {
    putRecord(up);
    fake.files.set(log, "old\n\nlocal  IP address 10.0.0.2\n");
    fake.modified.set(log, 3100);
    settleEnded("isp", fake.world);
    const [entry] = fake.history;
    expect(entry).toMatchObject({ endedAt: 3100, noticedAt: fake.clock.wallTime(), cause: "pppd-crashed" });
    expect(entry).not.toHaveProperty("bytesSent");
  });

  test("pppd writes to another log: nobody knows how or when it ended, and nothing is made up", () => {
    putRecord(up);
    fake.files.set(log, "old\n\n2026-11-20T22:00:00.000Z box chat[1]: send (ATZ^M)\n");
    fake.modified.set(log, 2100);
    settleEnded("isp", fake.world);
    expect(fake.history).toMatchObject([{ endedAt: 3000, noticedAt: fake.clock.wallTime(), cause: "ended" }]);
  });

  test("a log of the peer's own that was emptied since is read from its beginning", () => {
    putRecord({ ...up, logFile: "/var/log/isp", logFrom: 9999 });
    fake.files.set("/var/log/isp", "Connect: ppp0 <--> /dev/ttyS1\nModem hangup\nConnection terminated.\n");
    settleEnded("isp", fake.world);
    expect(fake.history).toMatchObject([{ cause: "line-lost" }]);
    expect(fake.history[0]).not.toHaveProperty("noticedAt");
  });

  test.each([
    ["in pppd's own log", log],
    ["in a log of the peer's own", "/var/log/isp"],
  ])("a link that its probe ended is one whose probe failed: pppd's words %s", (_name, logFile) => {
    const says =
      "2026-11-20T22:00:00.000Z box pppctl[9]: the link of pppd 600 is up but passes nothing (ping 10.0.0.1)";
    const probed = `${says}: ending it\n`;
    const ended = "Connect: ppp0 <--> /dev/ttyS1\nTerminating on signal 15\nConnection terminated.\n";
    putRecord({ ...up, logFile, logFrom: 0 });
    if (logFile === log) fake.files.set(log, `${probed}${ended}`);
    else {
      fake.files.set(log, probed);
      fake.files.set(logFile, ended);
    }
    settleEnded("isp", fake.world);
    expect(fake.history).toMatchObject([{ cause: "probe-failed", endedAt: expect.any(Number) }]);
    expect(fake.history[0]?.sentence).toContain("ping 10.0.0.1");

    // Of another pppd it says nothing.
    if (logFile === log) return;
    putRecord({ ...up, attempt: 2, logFile, logFrom: 0, pppd: { pid: 601, startTime: 6010 } });
    settleEnded("isp", fake.world);
    expect(fake.history).toMatchObject([{}, { cause: "user-request" }]);
  });

  test("pon was killed while it dialed; what the dialer knew is in the entry", () => {
    const { pppd: _pppd, upAt: _up, connectedAt: _connected, logFile: _log, ...dialing } = up;
    putRecord({ ...dialing, phase: "dialing", dialer: { pid: 100, startTime: 77 } });
    settleEnded("isp", fake.world);
    expect(fake.history).toMatchObject([
      {
        cause: "pppd-crashed",
        sentence: "pon was killed while it dialed",
        endedAt: 1000,
        noticedAt: expect.any(Number),
      },
    ]);
    expect(fake.history[0]).not.toHaveProperty("upAt");
  });

  test("the attempts that pppd made without us are entries of their own", () => {
    putRecord({ ...up, origin: "as-is", redials: true, logFrom: 0 });
    const failed = "Using interface ppp0\nConnect: ppp0 <--> /dev/pts/1\nLCP: timeout sending Config-Requests\n";
    fake.files.set(
      log,
      `local  IP address 10.0.0.2\nModem hangup\nConnection terminated.\n${failed}Connection terminated.\n${failed}Exit.\n`,
    );
    fake.modified.set(log, 9000);
    settleEnded("isp", fake.world);
    expect(fake.history.map(({ id, cause, upAt }) => [id, cause, upAt])).toEqual([
      ["c.1", "line-lost", 3000],
      ["c.2", "lcp-timeout", undefined],
      ["c.3", "lcp-timeout", undefined],
    ]);
  });

  test("a full disk: nothing is lost, and the next to look enters it", () => {
    putRecord(up);
    fake.historyFails = true;
    expect(() => settleEnded("isp", fake.world)).toThrow("ENOSPC");
    fake.historyFails = false;
    settleEnded("isp", fake.world);
    settleEnded("isp", fake.world);
    expect(fake.history).toHaveLength(1);
  });
});

describe("a call that lives is nobody's to end", () => {
  test.each([
    ["its pppd runs", up, () => fake.addProcess(600, ["/usr/sbin/pppd", "call", "isp"])],
    ["its pon runs", { ...up, dialer: { pid: 88, startTime: 880 } }, () => fake.addProcess(88, ["node", "pon"])],
    [
      "its pppd went to the background and has another pid",
      up,
      () => {
        fake.addProcess(700, ["/usr/sbin/pppd", "call", "isp"]);
        fake.environments.set(700, { PPPCTL_CALL: "c" });
      },
    ],
  ] as [string, LinkRecord, () => void][])("%s", (_name, record, start) => {
    putRecord(record);
    start();
    settleEnded("isp", fake.world);
    expect(fake.history).toEqual([]);
    expect(readRecord()).toEqual(record);
  });

  test("but another call's pppd for the same peer does not keep it alive", () => {
    putRecord(up);
    fake.addProcess(700, ["/usr/sbin/pppd", "call", "isp"]);
    fake.environments.set(700, { PPPCTL_CALL: "d" });
    settleEnded("isp", fake.world);
    expect(fake.history).toHaveLength(1);
  });
});

describe("exactly one entry", () => {
  test("of somebody who died after he wrote it", () => {
    putRecord(up);
    settleEnded("isp", fake.world);
    putRecord(up);
    settleEnded("isp", fake.world);
    expect(fake.history).toHaveLength(1);
  });

  test("of a call that the hook had entered when pppd has gone", () => {
    putRecord({ ...up, settled: true });
    settleEnded("isp", fake.world);
    expect(fake.history).toEqual([]);
    expect(readRecord()).toBeUndefined();
  });

  test("a newer call's record is not taken for the older one's", () => {
    const newer = { ...up, call: "d" };
    putRecord(newer);
    settleCall(up, { endedAt: 5000, cause: "idle", sentence: "idle" }, fake.world);
    expect(readRecord()).toEqual(newer);
  });
});

describe("what pppd runs keeps the record when no pon does", () => {
  const pppd = { pid: 600, startTime: 6000 };
  const by = { peer: "isp", linkname: "isp", pppd, call: "c" };
  const warnings: string[] = [];
  const notes = { warn: (text: string) => void warnings.push(text) };
  beforeEach(() => {
    warnings.length = 0;
    fake.addProcess(600, ["/usr/sbin/pppd", "call", "isp"]);
    fake.environments.set(600, { PPPCTL_CALL: "c" });
  });

  test("a demand link: waits, dials, is up, is down, waits; the next dial fails", () => {
    putRecord({ ...up, phase: "waiting", attempt: 0, settled: true, redials: true });
    const first = noteDialing(by, { redials: true }, fake.world, notes);
    expect(readRecord()).toMatchObject({ phase: "dialing", attempt: 1, origin: "direct" });
    expect(readRecord()).not.toHaveProperty("settled");
    first?.connected({ number: "8765432", connectRate: 33600 });
    expect(readRecord()).toMatchObject({ phase: "negotiating", connectRate: 33600 });
    noteUp(by, { iface: "ppp0", local: "10.0.0.2" }, fake.world, notes);
    expect(readRecord()).toMatchObject({ phase: "up", upAt: fake.clock.wallTime() });
    noteDown(by, { bytes: { sent: 1, received: 2 } }, fake.world, notes);
    expect(readRecord()).toMatchObject({ phase: "waiting", settled: true, attempt: 1 });
    noteDown(by, { bytes: { sent: 1, received: 2 } }, fake.world, notes);

    noteDialing(by, {}, fake.world, notes)?.failed({ cause: "busy", sentence: "BUSY" });
    expect(readRecord()).toMatchObject({ phase: "waiting", settled: true, attempt: 2, cause: "busy" });
    expect(fake.history.map(({ id, cause, bytesReceived }) => [id, cause, bytesReceived])).toEqual([
      ["c.1", "ended", 2],
      ["c.2", "busy", undefined],
    ]);
    expect(warnings).toEqual([]);
  });

  test("a negotiation that failed is entered when the next dial begins, by the log", () => {
    putRecord({ ...up, phase: "negotiating", redials: true, logFrom: 0 });
    fake.files.set(
      log,
      "Connect: ppp0 <--> /dev/ttyS1\nLCP: timeout sending Config-Requests\nConnection terminated.\n",
    );
    fake.modified.set(log, 4000);
    noteDialing(by, {}, fake.world, notes);
    expect(fake.history).toMatchObject([{ id: "c.1", cause: "lcp-timeout", endedAt: 4000 }]);
    expect(readRecord()).toMatchObject({ attempt: 2, logFrom: fake.files.get(log)?.length });
  });

  test("`pon --no-wait` has begun the attempt that is dialed", () => {
    const { pppd: _pppd, upAt: _up, connectedAt: _connected, ...begun } = up;
    putRecord({ ...begun, phase: "starting" });
    noteDialing(by, {}, fake.world, notes);
    expect(readRecord()).toMatchObject({ phase: "dialing", attempt: 1, startedAt: 1000 });
    expect(fake.history).toEqual([]);
  });

  test("a pppd of somebody else's", () => {
    const theirs = { ...by, call: undefined };
    noteUp(theirs, { iface: "ppp0" }, fake.world, notes);
    expect(readRecord()).toMatchObject({ phase: "up", origin: "foreign", attempt: 1, pppd });
    noteDown(theirs, {}, fake.world, notes);
    expect(fake.history).toMatchObject([{ origin: "foreign", cause: "ended" }]);
  });

  test("a pon that waits keeps it itself", () => {
    const record = { ...up, dialer: { pid: 88, startTime: 880 } };
    fake.addProcess(88, ["node", "pon"]);
    putRecord(record);
    expect(noteDialing(by, {}, fake.world, notes)).toBeUndefined();
    noteUp(by, {}, fake.world, notes);
    noteDown(by, {}, fake.world, notes);
    expect(readRecord()).toEqual(record);
    expect(fake.history).toEqual([]);
  });

  test("ip-down that comes when the next call is up already changes nothing of it", () => {
    putRecord({ ...up, attempt: 2, phase: "negotiating", upAt: undefined } as unknown as LinkRecord);
    noteDown(by, { bytes: { sent: 1, received: 2 } }, fake.world, notes);
    expect(fake.history).toEqual([]);
  });

  test("ip-down that outlives its pppd leaves no record behind, when poff has settled the call meanwhile", () => {
    putRecord(up);
    const { history } = fake.world;
    const append: typeof history.append = (entry) => {
      history.append(entry);
      fake.processes.delete(600);
      settleEnded("isp", fake.world);
    };
    noteDown(by, { bytes: { sent: 1, received: 2 } }, { ...fake.world, history: { ...history, append } }, notes);
    expect(fake.records.get("isp")?.size).toBe(0);
    expect(fake.history).toMatchObject([{ id: "c.1", bytesReceived: 2 }]);
  });

  test("ip-up that outlives its pppd: the call has ended, and is in the history", () => {
    const { upAt: _up, ...connected } = up;
    putRecord({ ...connected, phase: "negotiating", logFrom: 0 });
    fake.files.set(log, "Connect: ppp0 <--> /dev/ttyS1\n");
    fake.processes.delete(600);
    noteUp(by, { iface: "ppp0" }, fake.world, notes);
    expect(fake.records.get("isp")?.size).toBe(0);
    expect(fake.history).toMatchObject([{ id: "c.1", cause: "pppd-crashed" }]);
  });

  test("a dialer that outlives its pppd leaves no record behind", () => {
    putRecord({ ...up, phase: "waiting", attempt: 0, settled: true, redials: true });
    const call = noteDialing(by, { redials: true }, fake.world, notes);
    fake.processes.delete(600);
    call?.failed({ cause: "no-carrier", sentence: "NO CARRIER" });
    expect(fake.records.get("isp")?.size).toBe(0);
    expect(fake.history).toMatchObject([{ id: "c.1", cause: "no-carrier" }]);
  });

  test("a full disk is said, and nothing else happens", () => {
    putRecord(up);
    fake.storesFail = true;
    fake.historyFails = true;
    noteUp(by, {}, fake.world, notes);
    noteDown(by, {}, fake.world, notes);
    expect(warnings).toHaveLength(2);
    expect(warnings[0]).toMatch(/^no record of this call: /);
  });
});

test("the dialer's record of an earlier attempt is not this one's", () => {
  putRecord({ ...up, startedAt: 5000 });
  const dialed = { version: 1, at: 4000, device: "/dev/ttyS9", number: "1" } as const;
  fake.records.get("isp")?.set("dial.json", formatDialRecord(dialed));
  settleEnded("isp", fake.world);
  expect(fake.history[0]).not.toHaveProperty("number");
});

test("whatever is in a record, what has ended is entered once or is no record", () => {
  const phases = fc.constantFrom("starting", "dialing", "negotiating", "up", "waiting", "ended");
  fc.assert(
    fc.property(phases, fc.boolean(), fc.boolean(), fc.string(), (phase, settled, redials, text) => {
      const one = new FakeWorld();
      one.files.set(log, text);
      const record = formatLinkRecord({ ...up, phase: phase as LinkRecord["phase"], settled, redials, logFrom: 0 });
      one.records.set("isp", new Map([["record.json", record]]));
      settleEnded("isp", one.world);
      settleEnded("isp", one.world);
      expect(one.history).toHaveLength(settled ? 0 : 1);
    }),
  );
});
