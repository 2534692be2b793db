import { describe, expect, test } from "vitest";
import { connect } from "../../src/app/connect.ts";
import type { ConnectEvent } from "../../src/app/connect-events.ts";
import { dialForPppd } from "../../src/app/dial-for-pppd.ts";
import { PppctlError } from "../../src/core/errors.ts";
import { parsePeerName } from "../../src/core/peer-name.ts";
import { type FakePppd, FakeWorld } from "./fake-world.ts";
import type { ModemStep } from "./scripted-line.ts";

const script = "ABORT BUSY\nTIMEOUT 5\n'' AT\nOK ATD8765432\nCONNECT '\\c'\n";
const peer = parsePeerName("isp");

function worldWith(line: "uart" | "pty", ...lines: readonly string[]): FakeWorld {
  const fake = new FakeWorld({ line, peer: ['connect "chat -f /etc/chatscripts/isp"', ...lines] });
  fake.files.set("/etc/chatscripts/isp", script);
  fake.onPppd = comeUp;
  return fake;
}

function comeUp(pppd: FakePppd): void {
  pppd.log("Using interface ppp0");
  pppd.log("Connect: ppp0 <--> /dev/ttyS1");
  pppd.log("local  IP address 10.0.0.2");
  pppd.log("remote IP address 10.0.0.1");
  pppd.exit(0, 600);
}

/** The script's call, by a modem that is awake. */
const goodModem: readonly ModemStep[] = [
  { wait: "AT\r" },
  { send: "OK\r\n" },
  { wait: "ATD8765432\r" },
  { send: "\r\nCONNECT 33600\r\n" },
];
const untilEscape: readonly ModemStep[] = [{ wait: "+++", t: 20 }, { sleep: 1 }, { send: "\r\nOK\r\n" }];
const hangUp: readonly ModemStep[] = [{ wait: "ATH\r", t: 20 }, { send: "\r\nOK\r\n" }];

interface Called {
  readonly result: unknown;
  readonly waking: readonly string[];
  readonly seconds: number;
}

async function run(
  fake: FakeWorld,
  modem: readonly ModemStep[],
  {
    by = "pon",
    during,
  }: { readonly by?: "pon" | "dial"; readonly during?: (text: string, abort: () => void) => void } = {},
): Promise<Called> {
  const signals = new AbortController();
  const stopped = new AbortController();
  const waking: string[] = [];
  const onEvent = (event: ConnectEvent): void => {
    if (event.type !== "waking") return;
    waking.push(event.text);
    during?.(event.text, () => signals.abort("SIGTERM"));
  };
  const { signal } = signals;
  const started = fake.clock.now();
  const running = (
    by === "pon"
      ? connect({ peer, extraWords: [], wait: true, quick: false, signal, onEvent }, fake.world)
      : dialForPppd({ peer, startedBy: [], signal, onEvent }, fake.world)
  )
    .catch((error: unknown) => {
      if (error instanceof PppctlError) return error;
      throw error;
    })
    .finally(() => stopped.abort());
  const playing = fake.line.play(modem, fake.clock, () => undefined, stopped.signal);
  const result = await fake.clock.runUntil<unknown>(running);
  await fake.clock.runUntil(playing);
  expect({ pending: fake.line.pending, sleepers: fake.clock.sleepers }).toEqual({ pending: 0, sleepers: 0 });
  return { result, waking, seconds: (fake.clock.now() - started) / 1000 };
}

describe("a modem that does not answer", () => {
  test("in data mode: +++ and ATH, then the script once more; each step is in the call's log", async () => {
    const fake = worldWith("uart");
    const { result, waking } = await run(fake, [...untilEscape, ...hangUp, ...goodModem]);
    expect(result).toMatchObject({ state: "up" });
    expect(fake.line.sent).toBe("AT\rAT\r+++ATH\rAT\rATD8765432\r");
    expect(waking).toEqual([
      "it does not answer: waking it",
      "drain",
      "AT: no answer within 1 s",
      "+++: ok",
      "ATH: ok",
      "it answers after +++: the script once more",
    ]);
    expect(fake.said.filter((line) => line.startsWith("pppctl: modem: "))).toEqual(
      waking.map((text) => `pppctl: modem: ${text}`),
    );
  });

  test("DTR, then close and open; a dead one is silent, with the script's own time, and nothing is left", async () => {
    const fake = worldWith("uart");
    const { result, waking, seconds } = await run(fake, []);
    expect(result).toMatchObject({
      code: "dial.silent",
      exitCode: 8,
      message: expect.stringContaining("within 5.0 s"),
    });
    expect(fake.journal.filter((entry) => /dtr|open|close/.test(entry))).toEqual([
      ...["open", "dtr low", "dtr high", "close", "open", "close"],
    ]);
    expect(waking.at(-1)).toBe("it stays silent");
    expect(seconds).toBeLessThanOrEqual(5 + 10 + 1);
    expect(fake.left).toMatchObject({ lock: undefined, closed: true, dialing: false });
  });

  test("pppd's own line is not closed", async () => {
    const fake = worldWith("uart");
    expect(await run(fake, [], { by: "dial" })).toMatchObject({ result: { code: "dial.silent", exitCode: 3 } });
    expect(fake.journal).toEqual(["dtr low", "dtr high", "close"]);
    expect(fake.line.sent).toBe("AT\rAT\r+++ATH\r");
    const woken = worldWith("uart");
    expect(await run(woken, [...untilEscape, ...hangUp, ...goodModem], { by: "dial" })).toMatchObject({
      result: undefined,
    });
  });

  test("the reset command is the last means: its words, without a shell; the modem has its time to start", async () => {
    const fake = worldWith("pty", "set 'PON_RESET=/usr/local/sbin/reset $(x) 1-1.4'");
    const asks = Array.from({ length: 12 }, (): ModemStep => ({ wait: "AT\r", t: 90 }));
    const { result, waking } = await run(fake, [...asks, { send: "\r\nOK\r\n" }, ...goodModem]);
    expect(result).toMatchObject({ state: "up" });
    expect(fake.commands).toEqual([
      { argv: ["/usr/local/sbin/reset", "$(x)", "1-1.4"], variables: { DEVICE: "/dev/ttyS1", CALL_FILE: "isp" } },
    ]);
    expect(waking).toContain("PON_RESET has run");
    expect(waking.at(-1)).toBe("it answers after PON_RESET: the script once more");
  });

  test("a reset command that fails is said, and the device that it took away is waited for", async () => {
    const fake = worldWith("pty", "set PON_RESET=/sbin/reset");
    fake.commandFails = "/sbin/reset ended with status 1: no such hub";
    const open = fake.world.openLine;
    let opened = 0;
    Object.assign(fake.world, {
      openLine: (...line: Parameters<typeof open>) => {
        const away = opened++ > 1 && opened < 20;
        return away
          ? Promise.reject(new PppctlError({ code: "device.missing", message: "gone", exitCode: 7 }))
          : open(...line);
      },
    });
    const asks = Array.from({ length: 4 }, (): ModemStep => ({ wait: "AT\r", t: 90 }));
    const { result, waking } = await run(fake, [...asks, { send: "\r\nOK\r\n" }, ...goodModem]);
    expect(waking).toContain("PON_RESET: /sbin/reset ended with status 1: no such hub");
    expect(result).toMatchObject({ state: "up" });
  });

  test("a line that goes away meanwhile ends it", async () => {
    const fake = worldWith("uart");
    const { result, seconds } = await run(fake, [{ wait: "+++", t: 20 }, { hangup: true }], { by: "dial" });
    expect(result).toMatchObject({ code: "dial.silent" });
    expect(seconds).toBeLessThan(9);
  });

  test.each(["drain", "AT: no answer", "DTR", "close and open"])(
    "SIGTERM after %s: at once, nothing is left",
    async (at) => {
      const fake = worldWith("uart", "set PON_RESET=/sbin/reset");
      const { result } = await run(fake, [], {
        during: (text, abort) => {
          if (text.startsWith(at)) abort();
        },
      });
      expect(result).toMatchObject({ code: "link.stopped", exitCode: 5 });
      expect(fake.left).toMatchObject({ lock: undefined, closed: true, dialing: false });
      expect(fake.commands).toEqual([]);
    },
  );
});

test.each([
  ["an answer that the script did not expect", script, [{ wait: "AT\r" }, { send: "\r\nERROR\r\n" }]],
  ["an echo", script, [{ wait: "AT\r" }, { send: "AT\r" }]],
  ["something that is no answer, without a carrier", script, [{ wait: "AT\r" }, { send: "login: " }]],
  ["a number that was dialed", "TIMEOUT 5 '' ATD8765432 CONNECT '\\c'", []],
  ["a script that speaks to no modem", "TIMEOUT 5 CLIENT CLIENTSERVER", []],
  ["one that sends something else first", "TIMEOUT 5 '' CLIENT OK AT OK", []],
  ["a hidden command, such as one with a PIN", "TIMEOUT 5 '' '\\qAT+CPIN=1234' OK ATD8765432 CONNECT", []],
] as [string, string, readonly ModemStep[]][])("nothing is tried after %s", async (_, text, modem) => {
  const fake = worldWith("uart");
  fake.files.set("/etc/chatscripts/isp", text);
  const { result, waking } = await run(fake, modem);
  expect(result).toMatchObject({ exitCode: 8 });
  expect(waking).toEqual([]);
});

test("what comes from a call that is still up is no answer: the carrier shows it", async () => {
  const fake = worldWith("uart");
  fake.line.ignoresDtr = true;
  fake.line.dcd = true;
  const { waking } = await run(fake, [
    { wait: "AT\r", t: 30 },
    { send: "~}#login: " },
    ...untilEscape,
    ...hangUp,
    ...goodModem,
  ]);
  expect(waking.at(-1)).toBe("it answers after +++: the script once more");
});
