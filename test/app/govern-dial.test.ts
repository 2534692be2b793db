import { describe, expect, test } from "vitest";
import { governDial } from "../../src/app/govern-dial.ts";
import { loadPlan } from "../../src/app/load-plan.ts";
import { type PeerStatus, showStatus } from "../../src/app/show-status.ts";
import { PppctlError } from "../../src/core/errors.ts";
import { parsePeerName } from "../../src/core/peer-name.ts";
import type { Cause } from "../../src/link/causes.ts";
import { FakeWorld } from "./fake-world.ts";

const peer = parsePeerName("isp");
const connectLine = 'connect "chat -f /etc/chatscripts/isp"';
const hour = 3_600_000;
const pppd = { pid: 500, parent: 1, name: "pppd", argv: ["pppd", "call", "isp"], startTime: 5000 };

interface Past {
  readonly cause: Cause;
  /** Seconds since it ended. */
  readonly ago: number;
  readonly number?: string;
}

/**
 * Noon; pppd runs for `age` seconds and wants to dial after these calls. What it dials, and after how many seconds; or the error's
 * code.
 */
async function govern(
  calls: readonly Past[],
  settings: readonly string[] = [],
  age = 3600,
  prepare: (fake: FakeWorld) => void = () => undefined,
): Promise<{ readonly number?: string | undefined; readonly code?: string; readonly seconds: number }> {
  const lines = ["PON_PAUSE_JITTER=0", ...settings].map((setting) => `set "${setting}"`);
  const fake = new FakeWorld({ peer: [connectLine, "persist", ...lines] });
  await fake.clock.advance(12 * hour);
  fake.processAge = age * 1000;
  const now = fake.clock.wallTime();
  for (const [i, { cause, ago, number }] of calls.entries()) {
    const endedAt = now - ago * 1000;
    const common = { version: 1, peer, origin: "on-call", attempt: i + 1, sentence: cause } as const;
    const dialed = number === undefined ? {} : { number };
    fake.history.push({ ...common, ...dialed, id: `${i}`, startedAt: endedAt - 1000, endedAt, cause });
  }
  prepare(fake);
  const begun = fake.clock.now();
  const loaded = await loadPlan({ peer, extraWords: [] }, fake.world);
  const { signal } = new AbortController();
  const noted = { peer, linkname: "isp", pppd, call: undefined };
  const running = governDial({ peer, loaded, pppd, noted, signal }, fake.world).then(
    (number) => ({ number }),
    (error: unknown) => {
      if (error instanceof PppctlError) return { code: error.code };
      throw error;
    },
  );
  const result = await fake.clock.runUntil(running);
  return { ...result, seconds: (fake.clock.now() - begun) / 1000 };
}

describe("pppd wants to dial", () => {
  test.each([
    ["for the first time: at once", [], {}],
    ["for the first time after an old failure: somebody has started it", [{ cause: "busy", ago: 3700 }], {}],
    ["after a busy number", [{ cause: "busy", ago: 2 }], { seconds: 3 }],
    ["when its holdoff was longer than the pause", [{ cause: "busy", ago: 30 }], {}],
    ["after a line that was lost", [{ cause: "line-lost", ago: 0 }], {}],
    ["after a line that flaps", Array(4).fill({ cause: "line-lost", ago: 0 }), { seconds: 40 }],
    ["after a refused password: never", [{ cause: "auth-refused", ago: 30 }], { code: "policy.blocked" }],
    ["after what is of no use: not by this pppd", [{ cause: "init-failed", ago: 30 }], { code: "policy.stopped" }],
    ["after text in place of PPP: a pause", [{ cause: "no-ppp", ago: 0 }], { seconds: 5 }],
    ["after the link was idle (demand)", [{ cause: "idle", ago: 0 }], {}],
  ] as [string, readonly Past[], object][])("%s", async (_, calls, expected) => {
    expect(await govern(calls)).toMatchObject({ seconds: 0, ...expected });
  });

  test("it dials the numbers in turn", async () => {
    const numbers = ["PON_PHONE=1|2:3"];
    expect(await govern([], numbers)).toMatchObject({ number: "1", seconds: 0 });
    expect(await govern([{ cause: "busy", ago: 0, number: "1" }], numbers)).toMatchObject({ number: "2", seconds: 0 });
    expect(await govern([{ cause: "busy", ago: 0, number: "2" }], numbers)).toMatchObject({ number: "3", seconds: 5 });
  });

  test("outside the hours and over the limit it waits, also for the first call", async () => {
    expect(await govern([], ["PON_HOURS=13:00-18:00"])).toEqual({ number: undefined, seconds: 3600 });
    const calls: Past[] = [{ cause: "busy", ago: 7200 }];
    expect(await govern(calls, ["PON_DAY_CALLS=1"], 1)).toMatchObject({ seconds: 12 * 3600 });
  });

  test("a blocked peer is dialed once by whoever starts it, and not again by its pppd", async () => {
    const blocked = (fake: FakeWorld): void => {
      fake.blocks.set("isp", { version: 1, peer, since: 0, cause: "auth-refused", sentence: "refused" });
    };
    const calls: Past[] = [{ cause: "busy", ago: 20 }];
    expect(await govern(calls, [], 10, blocked)).toMatchObject({ number: undefined, seconds: 0 });
    expect(await govern(calls, [], 60, blocked)).toMatchObject({ code: "policy.blocked" });
  });

  test("the attempt before counts also when nobody has seen its end", async () => {
    const unseen = (fake: FakeWorld): void => {
      const startedAt = fake.clock.wallTime() - 20_000;
      const mark = { pid: pppd.pid, startTime: pppd.startTime };
      const record = { version: 1, peer, linkname: "isp", phase: "negotiating", attempt: 1, startedAt, redials: true };
      const log = "/run/pppctl/isp/pppd.log";
      fake.files.set(log, "Connect: ppp0 <--> /dev/ttyS1\nPAP authentication failed\nConnection terminated.\n");
      fake.records.set("isp", new Map([["record.json", JSON.stringify({ ...record, pppd: mark, logFile: log })]]));
    };
    expect(await govern([], [], 60, unseen)).toMatchObject({ code: "policy.blocked" });
  });

  test("while it waits the status says until when, and the attempt before is in the history", async () => {
    let looked: Promise<readonly PeerStatus[]> | undefined;
    let entered = 0;
    const waits = (fake: FakeWorld): void => {
      const startedAt = fake.clock.wallTime() - 20_000;
      const mark = { pid: pppd.pid, startTime: pppd.startTime };
      const record = { version: 1, peer, linkname: "isp", phase: "negotiating", attempt: 2, startedAt, redials: true };
      const log = "/run/pppctl/isp/pppd.log";
      fake.files.set(
        log,
        "Connect: ppp0 <--> /dev/ttyS1\nLCP: timeout sending Config-Requests\nConnection terminated.\n",
      );
      fake.records.set("isp", new Map([["record.json", JSON.stringify({ ...record, pppd: mark, logFile: log })]]));
      fake.modified.set(log, fake.clock.wallTime());
      fake.addProcess(500, ["/usr/sbin/pppd", "call", "isp"]);
      fake.addProcess(499, ["/bin/sh", "-c", "pppctl dial"], { parent: 500 });
      fake.addProcess(100, ["node", "pppctl", "dial"], { parent: 499, startTime: 1 });
      void fake.clock.sleep(1500).then(() => {
        looked = showStatus([peer], fake.world);
        entered = fake.history.length;
      });
    };
    expect(await govern([], [], 60, waits)).toMatchObject({ seconds: 5 });
    expect(entered).toBe(1);
    const [status] = (await looked) ?? [];
    expect(status).toMatchObject({ state: "waiting", attempt: 3, lastFailure: { cause: "lcp-timeout" } });
    expect(status?.nextAt).toBe((status?.waitsSince ?? 0) + 5000);
  });
});
