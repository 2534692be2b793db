import { describe, expect, test } from "vitest";
import { connectAgain } from "../../src/app/connect-again.ts";
import type { ConnectEvent } from "../../src/app/connect-events.ts";
import type { ConnectResult } from "../../src/app/connect-result.ts";
import { type PeerStatus, showStatus } from "../../src/app/show-status.ts";
import { PppctlError } from "../../src/core/errors.ts";
import { parsePeerName } from "../../src/core/peer-name.ts";
import type { Cause } from "../../src/link/causes.ts";
import type { HistoryEntry } from "../../src/link/history-entry.ts";
import { type FakePppd, FakeWorld } from "./fake-world.ts";
import type { ModemStep } from "./scripted-line.ts";

const connectLine = 'connect "chat -f /etc/chatscripts/isp"';
const day = 86_400_000;
const noon = day / 2;

/** A world whose script dials `\T`, for a peer with these settings. */
function worldWith(...settings: readonly string[]): FakeWorld {
  const fake = new FakeWorld({ peer: [connectLine, ...settings.map((setting) => `set "${setting}"`)] });
  fake.files.set("/etc/chatscripts/isp", "ABORT BUSY\n'' AT\nOK ATD\\T\nCONNECT '\\c'\n");
  return fake;
}

function comeUp(pppd: FakePppd): void {
  pppd.log("Using interface ppp0");
  pppd.log("Connect: ppp0 <--> /dev/ttyS1");
  pppd.log("local  IP address 10.0.0.2");
  pppd.log("remote IP address 10.0.0.1");
  pppd.exit(0, 600);
}

function refusePassword(pppd: FakePppd): void {
  pppd.log("Using interface ppp0");
  pppd.log("Connect: ppp0 <--> /dev/ttyS1");
  pppd.log("PAP authentication failed");
  pppd.exit(19);
}

const dialed = (number: string, answer: string): readonly ModemStep[] => [
  { wait: "AT\r" },
  { send: "OK\r\n" },
  { wait: `ATD${number}\r` },
  { sleep: 2 },
  { send: `\r\n${answer}\r\n` },
];

async function call(
  fake: FakeWorld,
  modem: readonly ModemStep[],
  during: (event: ConnectEvent, abort: () => void) => void = () => undefined,
): Promise<{
  readonly result: ConnectResult | PppctlError;
  readonly pauses: readonly number[];
  readonly seconds: number;
}> {
  const signals = new AbortController();
  const stopped = new AbortController();
  const pauses: number[] = [];
  const started = fake.clock.now();
  const running = connectAgain(
    {
      peer: parsePeerName("isp"),
      extraWords: [],
      wait: true,
      quick: false,
      signal: signals.signal,
      onEvent: (event) => {
        if (event.type === "redialing") pauses.push(event.waitMs / 1000);
        during(event, () => signals.abort("SIGTERM"));
      },
    },
    fake.world,
  )
    .catch((error: unknown) => {
      if (error instanceof PppctlError) return error;
      throw error;
    })
    .finally(() => stopped.abort());
  const playing = fake.line.play(modem, fake.clock, () => signals.abort("SIGTERM"), stopped.signal);
  const result = await fake.clock.runUntil(running);
  await fake.clock.runUntil(playing);
  expect({ pending: fake.line.pending, sleepers: fake.clock.sleepers }).toEqual({ pending: 0, sleepers: 0 });
  return { result, pauses, seconds: (fake.clock.now() - started) / 1000 };
}

/** A call of the history that ended `ago` milliseconds ago. */
function pastEntry(fake: FakeWorld, cause: Cause, ago: number, more: Partial<HistoryEntry> = {}): void {
  const endedAt = fake.clock.wallTime() - ago;
  const id = `past${fake.history.length}`;
  fake.history.push({
    version: 1,
    id,
    peer: "isp",
    origin: "direct",
    attempt: 1,
    startedAt: endedAt - 1000,
    endedAt,
    cause,
    sentence: cause,
    ...more,
  });
}

describe("pon dials again", () => {
  test("busy, busy, connected: with the pauses of the policy, and what was dialed", async () => {
    const fake = worldWith("PON_PHONE=8765432", "PON_REDIAL=2", "PON_PAUSE_JITTER=0");
    fake.onPppd = comeUp;
    const busy = dialed("8765432", "BUSY");
    const { result, pauses } = await call(fake, [...busy, ...busy, ...dialed("8765432", "CONNECT 33600")]);
    expect(result).toMatchObject({ state: "up", peer: "isp" });
    expect(pauses).toEqual([5, 5]);
  });

  test("a pause is seen in the status, with its end; afterwards nothing is left of it", async () => {
    const fake = worldWith("PON_PHONE=1", "PON_REDIAL=1", "PON_PAUSE_JITTER=0");
    fake.addProcess(100, ["node", "pon"], { startTime: 1 });
    const seen: Promise<readonly PeerStatus[]>[] = [];
    const look = (): void => void seen.push(showStatus([parsePeerName("isp")], fake.world));
    const busy = dialed("1", "BUSY");
    await call(fake, [...busy, ...busy], (event) => {
      if (event.type === "dialing" && seen.length === 0) look();
      if (event.type === "redialing") void fake.clock.sleep(2000).then(look);
    });
    look();
    const [first, pause, last] = (await Promise.all(seen)).flat();
    expect([first?.state, pause?.state, last?.state]).toEqual(["dialing", "waiting", "down"]);
    expect(pause).toMatchObject({ attempt: 2, nextAt: (pause?.lastFailure?.at ?? 0) + 5000 });
    expect(pause).not.toHaveProperty("pid");
    expect(fake.records.get("isp")?.has("wait.json")).toBe(false);
  });

  test("not without PON_REDIAL, and not more often than it says", async () => {
    const busy = dialed("1", "BUSY");
    expect(await call(worldWith("PON_PHONE=1"), busy)).toMatchObject({ result: { code: "dial.busy" }, pauses: [] });
    const twice = worldWith("PON_PHONE=1", "PON_REDIAL=1", "PON_PAUSE_JITTER=0");
    expect(await call(twice, [...busy, ...busy])).toMatchObject({ result: { code: "dial.busy" }, pauses: [5] });
    expect(twice.left).toMatchObject({ lock: undefined, closed: true, dialing: false });
  });

  test("the second number when the first is busy, at once", async () => {
    const fake = worldWith("PON_PHONE=1|2:3", "PON_REDIAL=9");
    fake.onPppd = comeUp;
    const { result, pauses } = await call(fake, [...dialed("1", "BUSY"), ...dialed("2", "CONNECT")]);
    expect(result).toMatchObject({ state: "up" });
    expect(pauses).toEqual([0]);
    // The next call is the next round's.
    fake.processes.clear();
    fake.files.delete("/run/ppp-isp.pid");
    pastEntry(fake, "line-lost", 0, { connectedAt: 0, upAt: 0, number: "2" });
    await call(fake, dialed("3", "CONNECT"));
  });

  test("numbers that the script has no place for are a mistake, said before the line is opened", async () => {
    const fake = worldWith("PON_PHONE=1");
    fake.files.set("/etc/chatscripts/isp", "'' ATD8765432 CONNECT");
    expect((await call(fake, [])).result).toMatchObject({ code: "chat.no-place-for-number", exitCode: 2 });
    expect(fake.journal).toEqual([]);
  });

  test("SIGTERM during a pause ends it, with status 5", async () => {
    const fake = worldWith("PON_PHONE=1", "PON_REDIAL=9");
    const { result } = await call(fake, dialed("1", "BUSY"), (event, abort) => {
      if (event.type === "redialing") queueMicrotask(abort);
    });
    expect(result).toMatchObject({ exitCode: 5, code: "link.stopped" });
  });
});

describe("what stops it", () => {
  test("a refused password: one try, and the peer is blocked until a call by hand comes up", async () => {
    const fake = worldWith("PON_PHONE=1", "PON_REDIAL=9");
    fake.onPppd = refusePassword;
    const first = await call(fake, dialed("1", "CONNECT"));
    expect(first).toMatchObject({ result: { code: "auth.refused", exitCode: 19 }, pauses: [] });
    expect(fake.blocks.get("isp")).toMatchObject({ cause: "auth-refused" });
    fake.journal.length = 0;
    expect((await call(fake, [])).result).toMatchObject({ code: "policy.blocked", exitCode: 75 });
    expect(fake.journal).toEqual([]);
    // Without PON_REDIAL it is a human who dials.
    fake.files.set("/etc/ppp/peers/isp", `/dev/ttyS1 115200\n${connectLine}\nset PON_PHONE=1`);
    fake.onPppd = comeUp;
    expect((await call(fake, dialed("1", "CONNECT"))).result).toMatchObject({ state: "up" });
    expect(fake.blocks.size).toBe(0);
  });

  test("an hour at which dialing is not allowed, and a used-up limit: nothing is touched", async () => {
    for (const setting of ["PON_HOURS=13:00-18:00", "PON_DAY_CALLS=1", "PON_DAY_TIME=1h"]) {
      const fake = worldWith(setting);
      await fake.clock.advance(noon);
      pastEntry(fake, "ended", 0, { connectedAt: fake.clock.wallTime() - 4_000_000 });
      const { result } = await call(fake, []);
      expect(result).toMatchObject({
        code: "policy.refused",
        exitCode: 75,
        message: expect.stringMatching(/ from 2026-01-0/),
      });
      expect(fake.journal).toEqual([]);
    }
  });

  test("what is left of a limit is pppd's own limit, unless the peer has a smaller one", async () => {
    for (const [own, expected] of [
      [undefined, "590"],
      ["maxconnect 9999", "590"],
      ["maxconnect 60", undefined],
    ] as const) {
      const fake = worldWith("PON_DAY_TIME=1h", "PON_UNIT=300", "PON_PHONE=1");
      await fake.clock.advance(noon);
      if (own !== undefined) fake.files.set("/etc/ppp/options", `${own}\n`);
      pastEntry(fake, "ended", 1000, { connectedAt: fake.clock.wallTime() - 2_900_000 });
      fake.onPppd = comeUp;
      await call(fake, dialed("1", "CONNECT"));
      const args = fake.pppdStart?.args ?? [];
      const at = args.indexOf("maxconnect");
      expect(at < 0 ? undefined : args[at + 1]).toBe(expected);
    }
  });

  test("a pppd that calls again is told what any of its calls may have, and is watched", async () => {
    const fake = new FakeWorld({ peer: [connectLine, "persist", "set PON_DAY_TIME=1h", "set PON_MONTH_BYTES=1M"] });
    await fake.clock.advance(noon);
    pastEntry(fake, "ended", 1000, { connectedAt: fake.clock.wallTime() - 2_900_000, bytesSent: 600_000 });
    fake.onPppd = comeUp;
    expect((await call(fake, [])).result).toMatchObject({ state: "up" });
    expect(fake.pppdStart?.args.join(" ")).toContain(`maxconnect 3590 maxoctets ${2 ** 20}`);
    expect(fake.journal).toContain("watch isp");
  });

  test.each([
    ["PON_DAY_TIME=1h", undefined],
    ["PON_DAY_BYTES=100M", String(100 * 2 ** 20)],
    ["PON_DAY_BYTES=9G", String(2 ** 31 - 1)],
  ])("bytes are limited where the user limits them, as far as pppd can count: %s", async (setting, expected) => {
    const fake = worldWith(setting, "PON_PHONE=1");
    fake.onPppd = comeUp;
    await call(fake, dialed("1", "CONNECT"));
    const args = fake.pppdStart?.args ?? [];
    const at = args.indexOf("maxoctets");
    expect(at < 0 ? undefined : args[at + 1]).toBe(expected);
  });

  test("calls of the day before do not count, nor those of another peer", async () => {
    const fake = worldWith("PON_DAY_CALLS=1", "PON_PHONE=1");
    await fake.clock.advance(noon);
    pastEntry(fake, "ended", day);
    pastEntry(fake, "ended", 0, { peer: "other" });
    fake.onPppd = comeUp;
    expect((await call(fake, dialed("1", "CONNECT"))).result).toMatchObject({ state: "up" });
  });
});

describe("the other provider", () => {
  function twoProviders(...settings: readonly string[]): FakeWorld {
    const fake = worldWith("PON_PHONE=1", "PON_FALLBACK=second", "PON_PAUSE_JITTER=0", ...settings);
    fake.files.set(
      "/etc/ppp/peers/second",
      `/dev/ttyS1 115200\n${connectLine}\nset PON_PHONE=2\nset PON_PAUSE_JITTER=0`,
    );
    return fake;
  }

  test("the first refuses the password: one try, the second is up", async () => {
    const fake = twoProviders("PON_REDIAL=9");
    const answers = [refusePassword, comeUp];
    fake.onPppd = (pppd) => answers.shift()?.(pppd);
    const { result, pauses } = await call(fake, [...dialed("1", "CONNECT"), ...dialed("2", "CONNECT")]);
    expect(result).toMatchObject({ state: "up", peer: "second" });
    expect(pauses).toEqual([0]);
    expect([...fake.blocks.keys()]).toEqual(["isp"]);
  });

  test("each has its turn while the other waits", async () => {
    const fake = twoProviders("PON_REDIAL=3");
    fake.onPppd = comeUp;
    const { pauses } = await call(fake, [
      ...dialed("1", "BUSY"),
      ...dialed("2", "BUSY"),
      ...dialed("1", "BUSY"),
      ...dialed("2", "CONNECT"),
    ]);
    // Each try takes two of the other's five seconds.
    expect(pauses.map(Math.round)).toEqual([0, 3, 0]);
  });

  test.each([
    ["a mistake in its file", "nonsense", 2],
    ["no such file", undefined, 1],
  ])("%s is said before the first is dialed, and is how this call of the first ended", async (_, text, exitStatus) => {
    const fake = twoProviders("PON_REDIAL=9");
    if (text === undefined) fake.files.delete("/etc/ppp/peers/second");
    else fake.files.set("/etc/ppp/peers/second", text);
    const { message, exitCode } = (await call(fake, [])).result as PppctlError;
    expect({ message, exitCode }).toEqual({
      message: expect.stringContaining("/etc/ppp/peers/second"),
      exitCode: exitStatus,
    });
    expect(fake.journal).toEqual([]);
    const failure = { cause: "option-error", sentence: message };
    expect(fake.history).toMatchObject([{ peer: "isp", attempt: 1, ...failure, exitStatus }]);
    const [status] = await showStatus([parsePeerName("isp")], fake.world);
    expect(status).toMatchObject({ state: "down", lastFailure: failure });
  });

  test.each([
    ["its own", "isp", "PON_REDIAL=1"],
    ["the other provider's", "second", "PON_REDIAL=9"],
  ])(
    "a mistake that comes into %s file between two dials is an attempt, and the last one",
    async (_, peer, redials) => {
      const fake = twoProviders(redials);
      if (peer === "isp")
        fake.files.set(
          "/etc/ppp/peers/isp",
          fake.files.get("/etc/ppp/peers/isp")?.replace(/set "PON_FALLBACK.*/, "") ?? "",
        );
      const { result } = await call(fake, dialed("1", "BUSY"), (event) => {
        if (event.type === "redialing") fake.files.set(`/etc/ppp/peers/${peer}`, "nonsense");
      });
      const { message } = result as PppctlError;
      expect(result).toMatchObject({ file: `/etc/ppp/peers/${peer}`, exitCode: 2 });
      expect(fake.history).toMatchObject([
        { peer: "isp", cause: "busy", attempt: 1 },
        { peer, cause: "option-error", attempt: 2, sentence: message, exitStatus: 2 },
      ]);
      expect(fake.blocks.size).toBe(0);
    },
  );
});

describe("a device that is not there", () => {
  /** Its modem comes after so many milliseconds. */
  function unpluggedFor(ms: number, ...settings: readonly string[]): FakeWorld {
    const fake = worldWith("PON_PHONE=1", ...settings);
    const at = fake.clock.now() + ms;
    const kindOf = fake.world.files.deviceKind;
    const deviceKind: typeof kindOf = (path) => (fake.clock.now() < at ? "missing" : kindOf(path));
    Object.assign(fake.world.files, { deviceKind });
    fake.onPppd = comeUp;
    return fake;
  }

  test("it is waited for as long as PON_DEVICE_WAIT says", async () => {
    const plugged = unpluggedFor(20_000, "PON_DEVICE_WAIT=30");
    expect((await call(plugged, [{ sleep: 20 }, ...dialed("1", "CONNECT")])).result).toMatchObject({ state: "up" });
    const late = unpluggedFor(31_000, "PON_DEVICE_WAIT=30");
    expect(await call(late, [])).toMatchObject({ result: { code: "device.missing", exitCode: 7 }, seconds: 30 });
    const never = unpluggedFor(1000);
    expect(await call(never, [])).toMatchObject({ result: { code: "device.missing" }, seconds: 0 });
  });

  test("SIGTERM ends the wait", async () => {
    const fake = unpluggedFor(20_000, "PON_DEVICE_WAIT=30");
    const { result } = await call(fake, [], (event, abort) => {
      if (event.type === "starting") queueMicrotask(abort);
    });
    expect(result).toMatchObject({ code: "link.stopped", exitCode: 5 });
  });

  test("a modem that is back is dialed by the next try", async () => {
    const fake = unpluggedFor(4000, "PON_REDIAL=3", "PON_PAUSE_JITTER=0");
    const { result, pauses } = await call(fake, [{ sleep: 5 }, ...dialed("1", "CONNECT")]);
    expect({ result, pauses }).toMatchObject({ result: { state: "up" }, pauses: [5] });
  });
});
