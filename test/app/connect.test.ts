import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ConnectRequest, connect } from "../../src/app/connect.ts";
import type { ConnectEvent } from "../../src/app/connect-events.ts";
import type { ConnectResult } from "../../src/app/connect-result.ts";
import { holdCommand, listenCommand } from "../../src/app/disconnect-commands.ts";
import { PppctlError } from "../../src/core/errors.ts";
import { parsePeerName } from "../../src/core/peer-name.ts";
import { describeProbeFailure } from "../../src/pppd/parse-own-line.ts";
import { type FakePppd, FakeWorld } from "./fake-world.ts";
import type { ModemStep } from "./scripted-line.ts";

/** A modem that connects; what follows CONNECT is the peer's first frame. */
const goodModem: readonly ModemStep[] = [
  { wait: "AT\r" },
  { send: "AT\r\r\nOK\r\n" },
  { wait: "ATD8765432\r" },
  { sleep: 3 },
  { send: "\r\nCONNECT 33600\r\n~\x7f}#" },
];

/** A pppd whose network comes up, and that lives on as 600. */
function comeUp(pppd: FakePppd): void {
  pppd.log("Using interface ppp0");
  pppd.log("Connect: ppp0 <--> /dev/ttyS1");
  pppd.log("local  IP address 10.0.0.2");
  pppd.log("remote IP address 10.0.0.1");
  pppd.exit(0, 600);
}

interface Call {
  readonly result: ConnectResult | PppctlError;
  readonly events: readonly ConnectEvent[];
}

/** Make a call; errors of ours are results. `onEvent` may abort it. */
async function call(
  fake: FakeWorld,
  modem: readonly ModemStep[],
  more: Partial<ConnectRequest> & { readonly during?: (event: ConnectEvent, abort: () => void) => void } = {},
): Promise<Call> {
  const events: ConnectEvent[] = [];
  const signals = new AbortController();
  const stopped = new AbortController();
  const abort = (): void => signals.abort("SIGTERM");
  const { during, ...request } = more;
  const running = connect(
    {
      peer: parsePeerName("isp"),
      extraWords: [],
      wait: true,
      quick: false,
      signal: signals.signal,
      onEvent: (event) => {
        events.push(event);
        during?.(event, abort);
      },
      ...request,
    },
    fake.world,
  )
    .catch((error: unknown) => {
      if (error instanceof PppctlError) return error;
      throw error;
    })
    .finally(() => stopped.abort());
  const playing = fake.line.play(modem, fake.clock, abort, stopped.signal);
  const result = await fake.clock.runUntil(running);
  await fake.clock.runUntil(playing);
  expect({ pending: fake.line.pending, sleepers: fake.clock.sleepers }).toEqual({ pending: 0, sleepers: 0 });
  return { result, events };
}

/** A peer without a modem. */
function tunnel(...lines: readonly string[]): FakeWorld {
  const fake = new FakeWorld();
  fake.files.set("/etc/ppp/peers/isp", ['pty "/bin/isp"', ...lines.map(quoted)].join("\n"));
  return fake;
}

function quoted(line: string): string {
  return line.startsWith("set ") ? `set "${line.slice(4)}"` : line;
}

const nothingLeft = { lock: undefined, closed: true, dialing: false };

describe("a direct call", () => {
  test("in this order: lock, open, pppd prepared, dialed, lock names pppd, pppd let go, line closed", async () => {
    const fake = new FakeWorld();
    fake.line.dcd = false;
    let seen: { lock: number | undefined; closed: number; unread: string; more: string | undefined } | undefined;
    fake.onPppd = (pppd) => {
      const unread = Buffer.from(fake.line.unread).toString("latin1");
      seen = { lock: fake.lockHolder, closed: fake.line.closed, unread, more: pppd.more };
      comeUp(pppd);
    };
    const { result } = await call(fake, [...goodModem]);
    expect(result).toMatchObject({
      state: "up",
      iface: "ppp0",
      local: "10.0.0.2",
      remote: "10.0.0.1",
      connectRate: 33600,
    });
    expect(fake.journal).toEqual(["lock", "open", "prepare", "lock names 500", "start", "close"]);
    // The peer's first frame is pppd's, and a modem that shows no carrier makes it `local`.
    expect(seen).toEqual({ lock: 500, closed: 0, unread: "~\x7f}#", more: "local" });
    expect(fake.left).toEqual({ lock: 600, closed: true, pppd: "ended", dialing: false });
    expect(JSON.parse(fake.records.get("isp")?.get("record.json") ?? "")).toMatchObject({
      phase: "up",
      pppd: { pid: 600, startTime: 6000 },
      connectRate: 33600,
      number: "8765432",
    });
    expect(JSON.parse(fake.records.get("isp")?.get("dial.json") ?? "")).toMatchObject({ connectRate: 33600 });
    // The record is pppd's programs' now, and there is no entry before the call has ended.
    expect(JSON.parse(fake.records.get("isp")?.get("record.json") ?? "")).not.toHaveProperty("dialer");
    expect(fake.pppdStart?.env["PPPCTL_CALL"]).toMatch(/^[0-9a-z]+-100$/);
    expect(fake.history).toEqual([]);
  });

  test("pppd is not told to ignore the modem's lines when it shows carrier", async () => {
    const fake = new FakeWorld();
    let more: string | undefined = "not called";
    fake.onPppd = (pppd) => {
      more = pppd.more;
      comeUp(pppd);
    };
    await call(fake, goodModem, {
      during: (event) => {
        if (event.type === "received" && event.text.startsWith("CONNECT")) fake.line.dcd = true;
      },
    });
    expect(more).toBeUndefined();
  });

  test.each([
    ["BUSY", [...goodModem.slice(0, 3), { send: "\r\nBUSY\r\n" }], "BUSY"],
    ["silence", [], "no answer"],
    ["a line that goes away", [...goodModem.slice(0, 3), { hangup: true }], "lost"],
  ] as [string, readonly ModemStep[], string][])(
    "%s: status 8, pppd cancelled, DTR dropped, nothing left",
    async (_, modem, word) => {
      const fake = new FakeWorld();
      const { result } = await call(fake, modem);
      expect(result).toBeInstanceOf(PppctlError);
      expect(result).toMatchObject({ exitCode: 8, message: expect.stringContaining(word), hint: expect.any(String) });
      expect(fake.left).toEqual({ ...nothingLeft, pppd: "cancelled" });
      expect(fake.journal).not.toContain("start");
      expect(fake.journal).toContain("dtr low");
      expect(fake.records.get("isp")?.has("record.json")).toBe(false);
      expect(JSON.parse(fake.records.get("isp")?.get("dial.json") ?? "")).toHaveProperty("failure");
      // One entry, by pon itself, that says what pon says.
      expect(fake.history.map(({ sentence }) => `isp: ${sentence}`)).toEqual([(result as PppctlError).message]);
      expect(fake.history[0]).toMatchObject({ peer: "isp", origin: "direct", attempt: 1, device: "/dev/ttyS1" });
    },
  );

  test("a pppd that refuses its options: the dial is given up, and what pppd said is told", async () => {
    const fake = new FakeWorld();
    fake.endsEarly = { log: ["/usr/sbin/pppd: unrecognized option 'nosuch'"], status: 2 };
    const { result } = await call(fake, goodModem.slice(0, 2));
    expect(result).toMatchObject({ exitCode: 2, message: expect.stringContaining("nosuch") });
    expect(fake.left).toEqual({ ...nothingLeft, pppd: "ended" });
    expect(fake.journal).toContain("dtr low");
    expect(fake.journal).not.toContain("lock names 500");
  });

  test("stock poff ends the pppd that waits: the call is stopped", async () => {
    const fake = new FakeWorld();
    fake.endsEarly = { log: [], signal: "SIGTERM" };
    const { result } = await call(fake, []);
    expect(result).toMatchObject({ code: "link.stopped", exitCode: 5, message: expect.stringContaining("SIGTERM") });
    expect(fake.left).toEqual({ ...nothingLeft, pppd: "ended" });
  });

  test("a broken chat script: the line is not opened", async () => {
    const fake = new FakeWorld();
    fake.files.set("/etc/chatscripts/isp", "'' AT\nOK 'ATD1\n");
    const { result } = await call(fake, []);
    expect(result).toMatchObject({ code: "chat.quote", exitCode: 2, message: expect.stringContaining("isp:2:4:") });
    expect(fake.journal).toEqual([]);
    expect(fake.left.dialing).toBe(false);
  });

  test("a line that is locked is not opened, and its lock stays", async () => {
    const fake = new FakeWorld();
    fake.lockHolder = 4711;
    const { result } = await call(fake, []);
    expect(result).toMatchObject({ code: "port.locked", exitCode: 6 });
    expect(fake.history).toMatchObject([{ cause: "device-busy", exitStatus: 6 }]);
    expect(fake.journal).toEqual([]);
    expect(fake.lockHolder).toBe(4711);
  });

  test("`nolock`: no lock is taken", async () => {
    const fake = new FakeWorld({ peer: ['connect "chat -f /etc/chatscripts/isp"', "nolock"] });
    fake.onPppd = comeUp;
    await call(fake, goodModem);
    expect(fake.journal).not.toContain("lock");
    expect(fake.pppdStart?.args).not.toContain("lock");
  });

  test("a pppd that fails: its status, its log's reason, the modem on-hook", async () => {
    const fake = new FakeWorld();
    fake.onPppd = (pppd) => {
      pppd.log("Connect: ppp0 <--> /dev/ttyS1");
      pppd.log("LCP: timeout sending Config-Requests");
      pppd.exit(10);
    };
    const { result } = await call(fake, goodModem);
    expect(result).toMatchObject({ exitCode: 10 });
    expect(fake.history).toMatchObject([
      { cause: "lcp-timeout", exitStatus: 10, number: "8765432", connectRate: 33600, connectedAt: expect.any(Number) },
    ]);
    expect(fake.left).toEqual({ ...nothingLeft, pppd: "ended" });
    expect(fake.journal.slice(-3)).toEqual(["dtr low", "dtr high", "close"]);
  });

  test.each([
    ["a prompt", "\r\nlogin: login: ", "no-ppp", 'the other end speaks no PPP, it sent "login:"'],
    ["a menu", "\x1b[2J\r\nWelcome to Example Net\r\n\r\n> ", "no-ppp", /it sent "Welcome to Example Net"$/],
    ["PPP after all", "~\xff}#\xc0!}!}!} }4hello", "lcp-timeout", /does not answer PPP/],
    ["the modem's own words", "\r\nNO CARRIER\r\n", "lcp-timeout", /does not answer PPP/],
    ["noise", "\x00\xf8\x1f~\xc3ab\xfe", "lcp-timeout", /does not answer PPP/],
  ])("what speaks no PPP is quoted, when it is text: %s", async (_name, text, cause, sentence) => {
    const fake = new FakeWorld();
    fake.onPppd = (pppd) => {
      pppd.log("Connect: ppp0 <--> /dev/ttyS1");
      pppd.log("LCP: timeout sending Config-Requests");
      // What had come before it has emptied.
      fake.line.unread = new Uint8Array();
      void fake.clock.sleep(600).then(() => fake.line.receive(text));
      void fake.clock.sleep(1000).then(() => pppd.exit(10));
    };
    const { result } = await call(fake, goodModem);
    expect(result).toMatchObject({ exitCode: 10, message: expect.stringMatching(sentence) });
    expect(fake.history).toMatchObject([{ cause }]);
    // A prompt that was there before pppd is said again.
    expect(fake.line.sent.endsWith("ATD8765432\r\r")).toBe(true);
    expect(fake.said.some((line) => line.includes("no PPP came"))).toBe(cause === "no-ppp");
    expect(fake.pppdStart?.args).toContain(holdCommand);
    expect(fake.pppdStart?.env["PPPCTL_LOG"]).toBe("/run/pppctl/isp/pppd.log");
  });

  test("what speaks no PPP is heard where the peer has pppd write to a file of its own; not of a call that pppd dials", async () => {
    const own = ['connect "chat -f /etc/chatscripts/isp"', "logfile /var/log/isp"];
    const fake = new FakeWorld({ peer: own });
    fake.onPppd = comeUp;
    await call(fake, goodModem);
    expect(fake.pppdStart?.args).toContain(holdCommand);
    expect(fake.pppdStart?.env["PPPCTL_LOG"]).toBe("/var/log/isp");
    for (const option of ["persist", "logfd 2"]) {
      const other = new FakeWorld({ peer: [...own, option] });
      other.onPppd = (pppd) => pppd.exit(10);
      await call(other, option === "persist" ? [] : goodModem);
      expect(other.pppdStart?.args).not.toContain("disconnect");
    }
  });

  test.each([
    ["", goodModem, holdCommand],
    ["persist", [], listenCommand],
  ] as [string, readonly ModemStep[], string][])(
    "a peer's own `disconnect` follows ours: %s",
    async (option, modem, command) => {
      const own = ['connect "chat -f /etc/chatscripts/isp"', "disconnect \"echo '\xc3\xa9 $X'\""];
      const fake = new FakeWorld({ peer: [...own, option] });
      fake.onPppd = comeUp;
      await call(fake, modem);
      expect(fake.pppdStart?.args).toContain(command);
      expect(fake.pppdStart?.env["PPPCTL_DISCONNECT"]).toBe("echo 'é $X'");
    },
  );

  test("but for one that is not UTF-8, which stays", async () => {
    const fake = new FakeWorld({ peer: ['connect "chat -f /etc/chatscripts/isp"', 'disconnect "echo \xe9"'] });
    fake.onPppd = comeUp;
    await call(fake, goodModem);
    expect(fake.pppdStart?.args).not.toContain("disconnect");
  });

  test("of a call that pppd dials, its disconnect program hears that: judged when it has ended, or the next attempt begins", async () => {
    for (const hangsUp of [false, true]) {
      const fake = new FakeWorld({ peer: ['connect "chat -f /etc/chatscripts/isp"', "persist", "updetach"] });
      const causes: (readonly string[])[] = [];
      const note = (): void => void causes.push(fake.history.map(({ cause }) => cause));
      fake.onPppd = (pppd) => {
        void fake.clock.sleep(10).then(() => {
          pppd.log("Connect: ppp0 <--> /dev/ttyS1");
          pppd.log("LCP: timeout sending Config-Requests");
          pppd.log("Connection terminated.");
          note();
          if (!hangsUp) {
            fake.world.stores.of("isp").appendLog("pppctl", "no PPP came, but text: login:");
            pppd.log("Serial link disconnected.");
          }
          note();
          pppd.log("Serial connection established.");
          note();
          comeUp(pppd);
        });
      };
      const { result } = await call(fake, []);
      expect(result).toMatchObject({ state: "up" });
      expect(fake.pppdStart?.args).toContain(listenCommand);
      expect(fake.pppdStart?.env["PPPCTL_LOG"]).toBe("/run/pppctl/isp/pppd.log");
      expect(causes).toEqual(hangsUp ? [[], [], ["lcp-timeout"]] : [[], ["no-ppp"], ["no-ppp"]]);
      expect(fake.history).toHaveLength(1);
    }
  });

  test("what pppd is not let dial again is what pon says in the end, and no call", async () => {
    const fake = new FakeWorld({ peer: ['connect "chat -f /etc/chatscripts/isp"', "persist", "updetach"] });
    fake.onPppd = (pppd) => {
      void fake.clock.sleep(10).then(() => {
        pppd.log("Connect: ppp0 <--> /dev/ttyS1");
        pppd.log("LCP: timeout sending Config-Requests");
        pppd.log("Connection terminated.");
        pppd.log("Nov 20 22:00:00.123 pppctl: no PPP came, but text: login:");
        pppd.log("Serial link disconnected.");
        pppd.log("pppctl: isp is not dialed again: the other end speaks no PPP: another try would be of no use");
        pppd.log("Connect script failed");
        pppd.exit(8);
      });
    };
    const { result } = await call(fake, []);
    expect(result).toMatchObject({ exitCode: 8, message: 'isp: the other end speaks no PPP, it sent "login:"' });
    expect(fake.history).toMatchObject([{ cause: "no-ppp", attempt: 1 }]);
    expect(fake.history).toHaveLength(1);
  });

  test("a link that has ended when we look is no success", async () => {
    const fake = new FakeWorld();
    fake.onPppd = (pppd) => {
      comeUp(pppd);
      fake.processes.delete(600);
      fake.files.delete("/run/ppp-isp.pid");
      pppd.log("LCP terminated by peer");
      pppd.log("Connection terminated.");
      pppd.log("Exit.");
    };
    const { result } = await call(fake, goodModem);
    expect(result).toBeInstanceOf(PppctlError);
    expect((result as PppctlError).exitCode).not.toBe(0);
  });
});

describe("carrier before the dial", () => {
  test("DTR is dropped until it has gone, then the script runs", async () => {
    const fake = new FakeWorld();
    fake.line.dcd = true;
    fake.onPppd = comeUp;
    const { result, events } = await call(fake, goodModem);
    expect(result).toMatchObject({ state: "up" });
    expect(events.map(({ type }) => type).slice(0, 2)).toEqual(["opening", "hanging-up"]);
    expect(fake.journal.slice(0, 5)).toEqual(["lock", "open", "dtr low", "dtr high", "prepare"]);
  });

  test("a modem that shows it always: said, and dialed all the same", async () => {
    const fake = new FakeWorld();
    fake.line.dcd = true;
    fake.line.ignoresDtr = true;
    fake.onPppd = comeUp;
    const { result, events } = await call(fake, goodModem);
    expect(result).toMatchObject({ state: "up" });
    expect(events).toContainEqual({ type: "warning", text: expect.stringContaining("carrier all the time") });
  });

  test("`local`: not looked at", async () => {
    const fake = new FakeWorld({ peer: ['connect "chat -f /etc/chatscripts/isp"', "local"] });
    fake.line.dcd = true;
    fake.onPppd = comeUp;
    const { events } = await call(fake, goodModem);
    expect(events.map(({ type }) => type)).not.toContain("hanging-up");
  });
});

describe("an interruption", () => {
  test("at any event of the call: lock released, line closed, DTR low, pppd gone, status 5", async () => {
    const fake = new FakeWorld();
    fake.onPppd = comeUp;
    const { events } = await call(fake, goodModem);
    const last = events.length - 1;
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: last }), fc.constantFrom("uart", "pty"), async (at, line) => {
        const interrupted = new FakeWorld({ line });
        let daemon = false;
        interrupted.onPppd = (pppd) => {
          daemon = true;
          pppd.log("Using interface ppp0");
          pppd.log("Connect: ppp0 <--> /dev/ttyS1");
        };
        let count = 0;
        const { result } = await call(interrupted, goodModem, {
          during: (_, abort) => {
            if (count++ === at) abort();
          },
        });
        expect(result).toMatchObject({ code: "link.stopped", exitCode: 5 });
        expect(interrupted.left).toMatchObject(nothingLeft);
        expect(["none", "cancelled", "ended"]).toContain(interrupted.left.pppd);
        expect([...interrupted.processes.keys()]).toEqual([]);
        expect(interrupted.records.get("isp")?.has("record.json")).toBe(false);
        if (line === "uart" && interrupted.left.pppd !== "none" && !daemon) {
          expect(interrupted.journal).toContain("dtr low");
        }
      }),
      { numRuns: 60 },
    );
  });

  test("when pppd has gone to the background a moment before: it is ended, and seen to go", async () => {
    const fake = new FakeWorld();
    fake.onKill = (pid, signal) => {
      if (signal === "SIGKILL") fake.processes.delete(pid);
    };
    fake.onPppd = comeUp;
    const { result } = await call(fake, goodModem, {
      during: (event, abort) => {
        if (event.type === "connected") abort();
      },
    });
    expect(result).toMatchObject({ exitCode: 5 });
    expect([...fake.processes.keys()]).toEqual([]);
    expect(fake.journal.filter((entry) => entry.startsWith("kill 600"))).toEqual([
      "kill 600 SIGTERM",
      "kill 600 SIGKILL",
    ]);
  });
});

describe("records", () => {
  test("that cannot be written: said once, the call goes on", async () => {
    const fake = new FakeWorld();
    fake.storesFail = true;
    // Without a log the interface tells.
    fake.addresses.set("ppp0", ["10.0.0.2"]);
    fake.onPppd = (pppd) => pppd.exit(0, 600);
    const { result, events } = await call(fake, goodModem);
    expect(result).toMatchObject({ state: "up", exitStatus: 0, iface: "ppp0", local: "10.0.0.2" });
    expect(events.filter(({ type }) => type === "warning")).toEqual([
      { type: "warning", text: "no log of this call: no space left on device" },
    ]);
  });
});

describe("other ways", () => {
  test("-q: the hook runner is told by pppd's environment; pon waits until pppd has gone", async () => {
    const fake = new FakeWorld();
    fake.onPppd = (pppd) => {
      comeUp(pppd);
      void fake.clock.sleep(700).then(() => fake.processes.delete(600));
    };
    const { result } = await call(fake, goodModem, { quick: true });
    expect(fake.pppdStart?.env["PPPCTL_QUICK"]).toBe("1");
    expect(result).toMatchObject({ state: "ended", exitStatus: 0 });
    expect(fake.processes.size).toBe(0);
    expect(fake.journal.filter((entry) => entry.startsWith("kill"))).toEqual([]);
  });

  test("-q with an ip-up-script of the peer's: pon ends pppd itself", async () => {
    const fake = new FakeWorld({
      peer: ['connect "chat -f /etc/chatscripts/isp"', "ip-up-script /usr/local/sbin/mine"],
    });
    fake.onPppd = comeUp;
    const { result } = await call(fake, goodModem, { quick: true });
    expect(fake.pppdStart?.env["PPPCTL_QUICK"]).toBe("");
    expect(result).toMatchObject({ state: "ended", exitStatus: 0 });
    expect(fake.journal).toContain("kill 600 SIGTERM");
  });

  test.each([
    ["--no-wait", { peer: [], wait: false }, "dials in the background"],
    ["demand", { peer: ["demand", "noipv6", "10.0.0.1:10.0.0.2"], wait: true }, "when there is traffic"],
  ])("%s: pppd dials; the line is not touched", async (_, { peer, wait }, why) => {
    const fake = new FakeWorld({ peer: ['connect "chat -f /etc/chatscripts/isp"', ...peer] });
    fake.onPppd = (pppd) => pppd.exit(0, 600);
    const { result } = await call(fake, [], { wait });
    expect(result).toMatchObject({ state: "background", exitStatus: 0, why: expect.stringContaining(why) });
    expect(fake.journal).toEqual(["prepare", "start"]);
    expect(fake.pppdStart?.args).toContain('exec "$PPPCTL" dial');
    expect(fake.pppdStart?.args).not.toContain("updetach");
  });

  test("nodetach: pppd's end is the result, its output the user's", async () => {
    const fake = new FakeWorld();
    fake.onPppd = (pppd) => pppd.exit(12);
    const { result } = await call(fake, goodModem, { extraWords: ["nodetach"] });
    expect(result).toMatchObject({ state: "ended", exitStatus: 12 });
    expect(fake.pppdStart?.output).toBe("inherit");
  });

  test("nodetach: a link that its probe ended is that, also where who ended it told pon to go, too", async () => {
    const fake = new FakeWorld();
    const stop = new AbortController();
    fake.onPppd = (pppd) => {
      pppd.log("Connect: ppp0 <--> /dev/ttyS1");
      pppd.log(`pppctl: ${describeProbeFailure(pppd.pid, "ping 192.0.2.1")}`);
      stop.abort("SIGTERM");
      pppd.log("Terminating on signal 15");
      pppd.log("Connection terminated.");
      pppd.exit(5);
    };
    const { result } = await call(fake, goodModem, { extraWords: ["nodetach"], signal: stop.signal });
    const { cause, sentence } = fake.history[0] ?? {};
    expect(cause).toBe("probe-failed");
    expect(result).toMatchObject({ code: "link.probe", exitCode: 5, message: `isp: ${sentence}` });
  });

  const unit = ["set", "PON_UNIT=60", "set", "PON_UNIT_IDLE=20"];
  const limit = ["set", "PON_DAY_TIME=1h"];
  test.each<[string, readonly string[], Partial<ConnectRequest>, readonly string[]]>([
    ["a billing unit", unit, {}, ["watch isp set PON_UNIT=60 set PON_UNIT_IDLE=20"]],
    ["without PON_UNIT_IDLE", unit.slice(0, 2), {}, []],
    ["a limit that pppd keeps by itself", limit, {}, []],
    ["a limit of a pppd that calls again", ["persist", ...limit], {}, ["watch isp persist set PON_DAY_TIME=1h"]],
    ["who watches himself", unit, { isWatched: true }, []],
    ["pon -q", unit, { quick: true }, []],
  ])("a watcher is left beside pppd where somebody has to watch: %s", async (_, extraWords, request, watchers) => {
    const fake = new FakeWorld();
    fake.onPppd = (pppd) => {
      comeUp(pppd);
      if (request.quick === true) fake.processes.delete(600);
    };
    await call(fake, extraWords[0] === "persist" ? [] : goodModem, { extraWords, ...request });
    expect(fake.journal.filter((entry) => entry.startsWith("watch"))).toEqual(watchers);
  });

  test.each<[string, readonly string[], boolean]>([
    ["hours", ["persist", "set PON_HOURS=0:00-24:00"], true],
    ["a limit of calls", ["demand", "noipv6", "10.0.0.2:10.0.0.1", "set PON_MONTH_CALLS=100"], true],
    ["tries", ["persist", "set PON_TRIES=1"], true],
    ["none of them", ["persist", "set PON_PAUSE=7"], false],
    ["pppd calls once", ["set PON_HOURS=0:00-24:00", "set PON_ON=line-lost=stop"], false],
  ])("a tunnel's pppd that calls again asks nobody, so a watcher is left beside it: %s", async (_, lines, watched) => {
    const fake = tunnel(...lines);
    fake.onPppd = comeUp;
    await call(fake, []);
    expect(fake.journal.includes("watch isp")).toBe(watched);
  });

  test("a chat peer's pppd asks `pppctl dial`: no watcher for that", async () => {
    const fake = new FakeWorld({ peer: ['connect "chat -f /etc/chatscripts/isp"', "persist", "set PON_TRIES=1"] });
    fake.onPppd = comeUp;
    await call(fake, []);
    expect(fake.journal).not.toContain("watch isp");
  });

  /** A pppd whose attempts fail so, as long as it may make them; then it comes up. */
  const failing = (fake: FakeWorld, line: string, attempts = 3): void => {
    const play = (pppd: FakePppd): void => {
      for (let attempt = 1; attempt <= attempts; attempt++) {
        for (const text of ["Connect: ppp0 <--> /dev/pts/1", line, "Connection terminated."]) pppd.log(text);
        if (fake.pppdState !== "started") return;
      }
      comeUp(pppd);
    };
    fake.onPppd = (pppd) => void fake.clock.sleep(10).then(() => play(pppd));
  };

  test.each([
    ["", 1],
    ["set PON_TRIES=2", 2],
    ["set PON_ON=auth-refused=wait", 3],
  ])("while pon waits for a tunnel with persist it asks the policy: a refused password, %s", async (line, tries) => {
    const fake = tunnel("persist", "maxfail 0", line);
    failing(fake, "PAP authentication failed");
    const { result, events } = await call(fake, []);
    expect(fake.history.map(({ cause, attempt }) => [cause, attempt])).toEqual(
      Array.from({ length: tries }, (_, i) => ["auth-refused", i + 1]),
    );
    if (tries === 3) {
      expect(result).toMatchObject({ state: "up" });
      // Who reads the log later reads of this attempt alone.
      const before = ["Connect: ppp0 <--> /dev/pts/1", "PAP authentication failed", "Connection terminated."];
      const logFrom = 3 * `${before.join("\n")}\n`.length + "Using interface ppp0\n".length;
      expect(JSON.parse(fake.records.get("isp")?.get("record.json") ?? "")).toMatchObject({ attempt: 4, logFrom });
      return;
    }
    expect(result).toMatchObject({ code: "auth.refused", exitCode: 19 });
    expect(fake.blocks.get("isp")?.cause).toBe("auth-refused");
    expect(events).toContainEqual({ type: "warning", text: expect.stringMatching(/^isp is blocked since /) });
    expect(fake.said.at(-1)).toMatch(/^pppctl: isp is blocked since /);
    expect(fake.journal.filter((entry) => entry.startsWith("kill"))).toEqual(["kill 500 SIGTERM"]);
    expect(fake.left).toMatchObject({ pppd: "ended", dialing: false });
    expect(fake.records.get("isp")?.has("record.json")).toBe(false);
  });

  test("it does so for a limit of calls, and also when the history cannot be written", async () => {
    const limited = tunnel("persist", "set PON_DAY_CALLS=2");
    failing(limited, "LCP: timeout sending Config-Requests");
    const { result, events } = await call(limited, []);
    expect(result).toMatchObject({ code: "ppp.lcp-timeout", exitCode: 10 });
    expect(limited.history).toHaveLength(2);
    const warning =
      "isp is not dialed: the calls of this day are used up (PON_DAY_CALLS); again from 2026-01-02 00:00:00";
    expect(events).toContainEqual({ type: "warning", text: warning });

    const full = tunnel("persist");
    full.historyFails = true;
    failing(full, "PAP authentication failed");
    expect((await call(full, [])).result).toMatchObject({ code: "auth.refused" });
    expect(full.journal).toContain("kill 500 SIGTERM");
  });

  test("in the foreground, too", async () => {
    const fake = tunnel("persist", "nodetach");
    failing(fake, "PAP authentication failed");
    expect((await call(fake, [])).result).toMatchObject({ code: "auth.refused" });
    expect(fake.history).toHaveLength(1);
  });

  test("what pppd's own maxfail ends has pppd's exit status", async () => {
    const fake = tunnel("persist", "maxfail 1");
    fake.onPppd = (pppd) =>
      void fake.clock.sleep(10).then(() => {
        for (const text of ["Connect: ppp0 <--> /dev/pts/1", "PAP authentication failed"]) pppd.log(text);
        pppd.exit(16);
        pppd.log("Connection terminated.");
      });
    expect((await call(fake, [])).result).toMatchObject({ code: "auth.refused", exitCode: 16 });
  });

  test("a watcher of a pppd in the foreground comes with it; one that cannot be started is said", async () => {
    const fake = new FakeWorld();
    fake.watcherFails = "spawn ENOMEM";
    fake.onPppd = () => undefined;
    const { events } = await call(fake, goodModem, {
      extraWords: ["nodetach", ...unit],
      during: (event, abort) => {
        if (event.type === "warning") abort();
      },
    });
    expect(events).toContainEqual({
      type: "warning",
      text: "nobody watches its billing units and limits: spawn ENOMEM",
    });
  });

  test("a peer that is up already, and one that is being dialed", async () => {
    const up = new FakeWorld();
    up.addProcess(77, ["/usr/sbin/pppd", "call", "isp"]);
    expect((await call(up, [])).result).toMatchObject({ code: "link.exists", exitCode: 6 });
    expect(up.left.dialing).toBe(false);

    const dialed = new FakeWorld();
    dialed.setDialer("isp", { pid: 88, parent: 1, name: "node", argv: ["node"], startTime: 5 });
    const { result } = await call(dialed, []);
    expect(result).toMatchObject({ code: "link.dialing", exitCode: 6, message: expect.stringContaining("pid 88") });
    expect(dialed.journal).toEqual([]);
  });

  test("not root: pppd gets the peer as it stands", async () => {
    const fake = new FakeWorld({ root: false });
    fake.onPppd = comeUp;
    await call(fake, []);
    expect(fake.pppdStart?.args).not.toContain("connect");
    expect(fake.pppdStart?.args).not.toContain("linkname");
    expect(fake.journal).toEqual(["prepare", "start"]);
  });
});

test("auth without a secret for the other end is refused before the phone rings", async () => {
  const fake = new FakeWorld({ peer: ["connect 'chat -f /etc/chatscripts/isp'", "auth"] });
  const refused = await call(fake, goodModem);
  expect(refused.result).toMatchObject({ code: "auth.peer", exitCode: 1, line: 3 });
  expect(fake.journal).toEqual([]);

  fake.files.set("/etc/ppp/pap-secrets", "isp box secret *\n");
  fake.onPppd = comeUp;
  expect((await call(fake, goodModem)).result).toMatchObject({ state: "up" });
});

describe("a call that its own files refuse", () => {
  const broken = (...lines: readonly string[]): FakeWorld => new FakeWorld({ peer: ["/dev/ttyS1 115200", ...lines] });

  test.each([
    ["a wrong option", ["mru xyz"], 2, "option-error"],
    ["a wrong setting of ours", ["set PON_REDIAL=often"], 2, "option-error"],
    ["a file that it includes and that is not there", ["call nobody"], 2, "option-error"],
    ["a number that calls and may not", ["remotenumber 1", "allow-number 2"], 21, "number-refused"],
  ] as [string, readonly string[], number, string][])("%s", async (_, lines, exitCode, cause) => {
    const fake = broken(...lines);
    const { result } = await call(fake, []);
    expect(result).toMatchObject({ exitCode, message: expect.stringMatching(/^\/etc\/ppp\/peers\/isp:\d+:\d+: /) });
    const { message } = result as PppctlError;
    expect(fake.history).toMatchObject([{ peer: "isp", cause, sentence: message, exitStatus: exitCode }]);
    expect(fake.journal).toEqual([]);
  });

  test("no call was meant: a peer that there is not, a wrong word of pon's own", async () => {
    const fake = broken();
    expect((await call(fake, [], { extraWords: ["bogus"] })).result).toMatchObject({ exitCode: 2 });
    expect((await call(fake, [], { peer: parsePeerName("nobody") })).result).toMatchObject({ exitCode: 1 });
    expect(fake.history).toEqual([]);
  });

  test("the record of a link that lives stays, and of one that has ended the history has that first", async () => {
    const fake = broken("mru xyz");
    const pppd = { pid: 600, startTime: 6000 };
    const record = { version: 1, peer: "isp", linkname: "isp", phase: "up", call: "c", attempt: 1, startedAt: 1, pppd };
    const text = JSON.stringify(record);
    fake.records.set("isp", new Map([["record.json", text]]));
    fake.processes.set(600, { ...pppd, parent: 1, name: "pppd", argv: ["pppd", "call", "isp"] });
    await call(fake, []);
    expect(fake.records.get("isp")?.get("record.json")).toBe(text);
    expect(fake.history).toEqual([]);
    fake.processes.delete(600);
    await call(fake, []);
    expect(fake.history.map(({ cause }) => cause)).toEqual(["pppd-crashed", "option-error"]);
  });
});

describe("the end of pppd", () => {
  const ipv6Only = [
    "Using interface ppp0",
    "Connect: ppp0 <--> /dev/ttyS1",
    "local  LL address fe80::2",
    "remote LL address fe80::1",
    "Could not determine local IP address",
  ];

  test("IPv6 alone comes up: pon says that there is no IPv4 address, and waits for none", async () => {
    const fake = new FakeWorld();
    fake.onPppd = (pppd) => {
      for (const line of ipv6Only) pppd.log(line);
      pppd.exit(0, 600);
    };
    const { result, events } = await call(fake, goodModem);
    expect(result).toMatchObject({ state: "up", local: "fe80::2" });
    // By which the status knows that the interface has all that there will be.
    expect(JSON.parse(fake.records.get("isp")?.get("record.json") ?? "")).toMatchObject({
      phase: "up",
      local: "fe80::2",
      remote: "fe80::1",
    });
    expect(events).toContainEqual({
      type: "warning",
      text: "no IP address was agreed: Could not determine local IP address",
    });
  });

  test("in the foreground it is judged: what failed is an error with pppd's exit status", async () => {
    const fake = new FakeWorld();
    fake.onPppd = (pppd) => {
      for (const line of ["Connect: ppp0 <--> /dev/ttyS1", "Modem hangup", "Connection terminated."]) pppd.log(line);
      pppd.exit(16);
    };
    const { result } = await call(fake, goodModem, { extraWords: ["nodetach"] });
    expect(result).toMatchObject({
      code: "link.lost",
      exitCode: 16,
      message: expect.stringMatching(/^isp: the line was lost/),
    });
    expect(fake.said.at(-1)).toBe("pppctl: pppd has ended with exit status 16");
  });

  test("a daemon that went without a last word was killed", async () => {
    const fake = new FakeWorld();
    fake.onPppd = (pppd) => {
      pppd.log("Connect: ppp0 <--> /dev/ttyS1");
      pppd.exit(0);
    };
    expect((await call(fake, goodModem)).result).toMatchObject({ code: "pppd.killed", exitCode: 1 });
  });

  test("the call's log has the dialogue, also of a script whose chat has no -v", async () => {
    const fake = new FakeWorld();
    fake.onPppd = comeUp;
    await call(fake, goodModem);
    expect(fake.said).toContain("chat: send (ATD8765432^M)");
  });

  test("a failed dial tells the last exchange", async () => {
    const fake = new FakeWorld();
    const modem = [
      { wait: "AT\r" },
      { send: "OK\r\n" },
      { wait: "ATD8765432\r" },
      { send: "ATD8765432\r\nRINGING\r\nBUSY\r\n" },
    ];
    const { events } = await call(fake, modem);
    expect(events.find(({ type }) => type === "dial-failed")).toMatchObject({
      sent: "ATD8765432",
      received: ["RINGING", "BUSY"],
    });
  });
});
