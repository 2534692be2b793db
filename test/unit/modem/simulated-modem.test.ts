import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bytesFromLatin1, latin1FromBytes } from "../../../src/core/bytes.ts";
import { makeDefaultScenario, readScenario } from "../../../src/modem/read-scenario.ts";
import {
  type ModemEvent,
  nextModemDeadline,
  startSimulatedModem,
  stepSimulatedModem,
} from "../../../src/modem/simulated-modem.ts";
import type { Scenario } from "../../../src/modem/simulated-scenario.ts";
import { ModemDriver } from "./drive-modem.ts";

describe("command lines", () => {
  const OK = "\r\nOK\r\n";
  test.each([
    ["AT", OK],
    ["at", OK],
    ["ATZ", OK],
    ["AT&F", OK],
    ["AT &F E1 V1", OK],
    ["AT&F\\Q3\\V1&D3M1#CC1", OK],
    ["ATE1Q0V1X4&C1&D2S0=0", OK],
    ["ATL3M2W2B0%C1%E2\\N3&K3&M4-K1*P1$B57600", OK],
    ["ATS7=60S8=2", OK],
    ["ATH0", OK],
    ["ATI", "\r\npppctl simulated modem\r\n\r\nOK\r\n"],
    ["ATS12?", "\r\n050\r\n\r\nOK\r\n"],
    ["ATS0=2S0?", "\r\n002\r\n\r\nOK\r\n"],
    ["AT+CSQ", "\r\n+CSQ: 17,99\r\n\r\nOK\r\n"],
    ["AT+CPIN?", "\r\n+CPIN: READY\r\n\r\nOK\r\n"],
    ["AT+CREG?", "\r\n+CREG: 0,1\r\n\r\nOK\r\n"],
    ["AT+CREG?;+CGATT?", "\r\n+CREG: 0,1\r\n\r\n+CGATT: 1\r\n\r\nOK\r\n"],
    ['AT+CGDCONT=1,"IP","internet; web"', OK],
    ["AT+CFUN=1;E1", OK],
    ["AT^SYSCFG=2,2,3fffffff,1,2", OK],
    ["ATO", "\r\nNO CARRIER\r\n"],
    ["ATX9", "\r\nERROR\r\n"],
    ["AT&D4", "\r\nERROR\r\n"],
    ["ATS999=1", "\r\nERROR\r\n"],
    ["ATR", "\r\nERROR\r\n"],
    ["AT~", "\r\nERROR\r\n"],
    ["AT+NOSUCH=1", "\r\nERROR\r\n"],
    ["AT+++", "\r\nERROR\r\n"],
    [`AT${"E1".repeat(200)}`, "\r\nERROR\r\n"],
  ])("%s", (line, answer) => {
    expect(new ModemDriver().ask(line)).toBe(`${line}\r${answer}`);
  });

  test.each([
    ["hello", "hello\r"],
    ["+++ATH0", "+++ATH0\r\r\nOK\r\n"],
    ["aATE1", "aATE1\r\r\nOK\r\n"],
    ["ATX\bE1", "ATX\bE1\r\r\nOK\r\n"],
    ["ATE0", "ATE0\r\r\nOK\r\n"],
    ["ATQ1", "ATQ1\r"],
    ["ATV0", "ATV0\r0\r"],
    ["ATV0R", "ATV0R\r4\r"],
    ["ATV0S7?", "ATV0S7?\r050\r\n0\r"],
    ["ATQ1I", "ATQ1I\r\r\npppctl simulated modem\r\n"],
  ])("%j as typed", (line, all) => {
    expect(new ModemDriver().ask(line)).toBe(all);
  });

  test("E0 stops the echo, A/ repeats without a return, a line sent ahead is answered in turn", () => {
    const modem = new ModemDriver();
    modem.ask("ATE0");
    expect(modem.ask("ATS7=77S7?")).toBe("\r\n077\r\n\r\nOK\r\n");
    modem.said = "";
    expect(modem.type("A/").wait(100).said).toBe("\r\n077\r\n\r\nOK\r\n");
    expect(modem.ask("ATS7=50\r\nATS7?\r\nAT")).toBe("\r\nOK\r\n\r\n050\r\n\r\nOK\r\n\r\nOK\r\n");
  });

  test("&W stores what Z loads, &F is the factory's", () => {
    const modem = new ModemDriver({ factory: "E0S7=33" });
    expect(modem.ask("ATS7=44&WS7=55S7?")).toContain("055");
    expect(modem.ask("ATZ")).toBe("\r\nOK\r\n");
    expect(modem.ask("ATS7?")).toContain("044");
    expect(modem.ask("AT&FS7?")).toContain("033");
  });

  test("answers take their time, and a mute modem says nothing", () => {
    const slow = new ModemDriver({ answerDelayMs: 500, delays: { ATZ: 3000 } });
    expect(slow.ask("AT", 499)).toBe("AT\r");
    slow.wait(1);
    expect(slow.said).toBe("AT\r\r\nOK\r\n");
    expect(slow.ask("atz", 2999)).toBe("atz\r");
    slow.wait(1);
    expect(slow.said).toBe("atz\r\r\nOK\r\n");
    const mute = new ModemDriver({ mute: true });
    expect(mute.ask("AT", 10_000)).toBe("");
    expect(mute.logged).toEqual(["command"]);
  });

  test("the scenario's own answers", () => {
    const modem = new ModemDriver({ factory: "E0", answers: { "AT+CSQ": "+CSQ: 3,99", ATI9: ["Acme", "ERROR"] } });
    expect(modem.ask("AT+CSQ")).toBe("\r\n+CSQ: 3,99\r\n\r\nOK\r\n");
    expect(modem.ask("AT+CREG?;+CSQ")).toBe("\r\n+CREG: 0,1\r\n\r\n+CSQ: 3,99\r\n\r\nOK\r\n");
    expect(modem.ask("ati9")).toBe("\r\nAcme\r\n\r\nERROR\r\n");
  });

  test("a SIM waits for its PIN, which the log does not show", () => {
    const modem = new ModemDriver({ factory: "E0", pin: "4321" });
    expect(modem.ask("AT+CPIN?")).toBe("\r\n+CPIN: SIM PIN\r\n\r\nOK\r\n");
    expect(modem.ask("ATD*99***1#")).toBe("\r\nERROR\r\n");
    expect(modem.ask("AT+CMEE=2;+CPIN=1111")).toBe("\r\n+CME ERROR: incorrect password\r\n");
    expect(modem.ask('AT+CPIN="4321"')).toBe("\r\nOK\r\n");
    expect(modem.ask("AT+CPIN?")).toContain("READY");
    expect(JSON.stringify(modem.effects)).not.toMatch(/4321|1111/);
  });
});

describe("calls", () => {
  test.each([
    ["5550001", "BUSY", "7"],
    ["5550002", "NO CARRIER", "3"],
    ["555-0003", "NO DIALTONE", "6"],
    ["(555) 00 04", "NO ANSWER", "8"],
    ["T5550005", "VOICE", "8"],
  ])("ATD%s", (number, words, digits) => {
    const modem = new ModemDriver({ ...DEFAULT, factory: "E0" });
    expect(modem.ask(`ATD${number}`, 1000)).toBe(`\r\n${words}\r\n`);
    expect(modem.logged.slice(0, 3)).toEqual(["command", "off-hook", "dial"]);
    expect(modem.logged.some((name) => name.startsWith("on-hook"))).toBe(true);
    expect(modem.ask(`ATV0DT${number}`, 1000)).toBe(`${digits}\r`);
  });

  test.each([
    [0, "5550001", "NO CARRIER"],
    [2, "5550001", "NO CARRIER"],
    [3, "5550001", "BUSY"],
    [1, "5550003", "NO CARRIER"],
    [2, "5550003", "NO DIALTONE"],
    [3, "5550003", "NO CARRIER"],
  ])("X%i, ATD%s: %s", (x, number, words) => {
    expect(new ModemDriver({ ...DEFAULT, factory: `E0X${x}` }).ask(`ATD${number}`, 1000)).toBe(`\r\n${words}\r\n`);
  });

  test.each([
    ["", "\r\nCONNECT 115200\r\n"],
    ["X0", "\r\nCONNECT\r\n"],
    ["V0", "19\r"],
    ["V0X0", "1\r"],
    ["Q1", ""],
  ])("connect with %j", (settings, words) => {
    const modem = new ModemDriver({ factory: `E0${settings}` });
    expect(modem.ask("ATD*99***1#", 1000)).toBe("");
    expect(modem.effects).toContainEqual({ type: "open-far", far: { type: "echo" } });
    modem.event({ type: "far-opened" }).far("hi").type("data\r");
    expect(modem.said).toBe(`${words}hi`);
    expect(modem.toFar).toBe("data\r");
    expect(modem.effects).toContainEqual({ type: "dcd", on: true });
  });

  test("the first call is busy, the second connects; a comma waits S8 seconds", () => {
    const modem = new ModemDriver({
      factory: "E0",
      numbers: { "1": { byCall: ["busy", { connectText: "CONNECT 33600/ARQ" }] } },
    });
    expect(modem.ask("ATD1,,", 4000)).toBe("");
    modem.wait(300);
    expect(modem.said).toBe("\r\nBUSY\r\n");
    modem.said = "";
    modem.type("ATDL\r").wait(300).event({ type: "far-opened" });
    expect(modem.said).toBe("\r\nCONNECT 33600/ARQ\r\n");
  });

  test("a key ends the dialing, a line feed after the return does not", () => {
    const modem = new ModemDriver({ ...DEFAULT, factory: "E0" });
    expect(modem.ask("ATD5550006\r\n", 60_000)).toBe("");
    expect(modem.type(" ").said).toBe("\r\nNO CARRIER\r\n");
    expect(modem.logged.at(-2)).toBe("on-hook: a key while dialing");
    expect(modem.ask("AT")).toBe("\r\nOK\r\n");
  });

  test("S7 limits the wait, the far end that never opens too", () => {
    const slow = new ModemDriver({ factory: "E0S7=2", default: { afterMs: 5000 } });
    expect(slow.ask("ATD1", 2100)).toBe("\r\nNO CARRIER\r\n");
    const stuck = new ModemDriver({ factory: "E0S7=2" });
    expect(stuck.ask("ATD1", 2300)).toBe("\r\nNO CARRIER\r\n");
    expect(stuck.effects).toContainEqual({ type: "close-far" });
  });

  test("a far end that cannot be started is NO CARRIER", () => {
    const modem = new ModemDriver({ factory: "E0" });
    modem.type("ATD1\r").wait(300).event({ type: "far-failed", reason: "spawn nosuch ENOENT" });
    expect(modem.said).toBe("\r\nNO CARRIER\r\n");
    expect(modem.logged).toContain("far-failed");
  });

  test("carrier lost: by the far end, by the scenario, without a word with Q1", () => {
    const modem = new ModemDriver().call();
    modem.event({ type: "far-closed" });
    expect(modem.said).toBe("\r\nNO CARRIER\r\n");
    expect(modem.logged).toEqual(["carrier-lost: the far end closed", "on-hook: carrier lost", "dcd", "result"]);
    const timed = new ModemDriver({ factory: "Q1", default: { carrierLostAfterMs: 1000 } }).call();
    expect(timed.wait(999).logged).toEqual([]);
    expect(timed.wait(1).said).toBe("");
    expect(timed.logged).toContain("on-hook: carrier lost");
    expect(timed.effects).toContainEqual({ type: "close-far" });
  });

  test("ATD…; comes back to command mode with the line taken", () => {
    const modem = new ModemDriver({ factory: "E0", numbers: { "12": "busy" } });
    expect(modem.ask("ATD1;")).toBe("\r\nOK\r\n");
    expect(modem.ask("ATD2", 1000)).toBe("\r\nBUSY\r\n");
  });

  test("a login dialogue comes first, then the far end with what was typed ahead", () => {
    const modem = new ModemDriver({
      factory: "E0",
      default: {
        garbage: "~\x00",
        loginPrompt: { banner: "Welcome\r\n", user: "yosef", password: "secret", afterText: "Go\r\n" },
      },
    });
    expect(modem.ask("ATD1", 1000)).toBe("\r\nCONNECT 115200\r\n~\x00Welcome\r\nlogin: ");
    expect(modem.ask("nobody")).toBe("nobody\r\nPassword: ");
    expect(modem.ask("x")).toBe("\r\nLogin incorrect\r\nlogin: ");
    expect(modem.ask("yosef\r\nsecret\r~~~")).toBe("yosef\r\nPassword: \r\nGo\r\n");
    expect(modem.toFar).toBe("");
    modem.event({ type: "far-opened" });
    expect(modem.toFar).toBe("~~~\r");
    expect(JSON.stringify(modem.logged)).not.toContain("secret");
  });

  test("three wrong logins end the call", () => {
    const modem = new ModemDriver({ factory: "E0", default: { loginPrompt: { password: "right" } } });
    modem.ask("ATD1", 1000);
    expect(modem.ask("a\rb\ra\rb\ra\rb")).toContain("\r\nNO CARRIER\r\n");
    expect(modem.ask("AT")).toBe("\r\nOK\r\n");
  });
});

describe("calls from outside", () => {
  const incoming = [{ afterMs: 1000, rings: 3, everyMs: 5000, call: { rate: 9600 } }];

  test("RING until it stops; ATA answers", () => {
    const modem = new ModemDriver({ factory: "E0", incoming });
    expect(modem.wait(16_000).said).toBe("\r\nRING\r\n".repeat(3));
    expect(modem.wait(60_000).logged.at(-1)).toBe("missed-call");
    const other = new ModemDriver({ factory: "E0", incoming });
    other.wait(6500).said = "";
    other.type("ATA\r").wait(300).event({ type: "far-opened" });
    expect(other.said).toBe("\r\nCONNECT 9600\r\n");
  });

  test.each([["S0=2", 6500, "\r\nRING\r\n\r\nRING\r\n\r\nCONNECT 9600\r\n"]])("%s answers by itself", (s0, ms, all) => {
    const modem = new ModemDriver({ factory: `E0${s0}`, incoming });
    expect(modem.wait(ms).event({ type: "far-opened" }).said).toBe(all);
  });

  test("ATA before it rings waits for it, up to S7", () => {
    const modem = new ModemDriver({ factory: "E0", incoming });
    modem.type("ATA\r").wait(1300).event({ type: "far-opened" });
    expect(modem.said).toBe("\r\nCONNECT 9600\r\n");
    const nobody = new ModemDriver({ factory: "E0S7=5" });
    expect(nobody.ask("ATA", 5100)).toBe("\r\nNO CARRIER\r\n");
  });
});

describe("a drop of DTR", () => {
  const drop = (settings: string) => {
    const modem = new ModemDriver({ factory: settings }).event({ type: "dtr", on: true }).call();
    modem.event({ type: "dtr", on: false });
    return modem;
  };

  test("&D0: nothing", () => {
    const modem = drop("&D0");
    expect(modem.far("still").said).toBe("still");
    expect(modem.logged).toEqual(["dtr"]);
  });

  test("&D1: command mode, the call stays", () => {
    const modem = drop("E0&D1");
    expect(modem.said).toBe("\r\nOK\r\n");
    expect(modem.far("late").ask("ATO")).toBe("\r\nCONNECT 115200\r\nlate");
  });

  test("&D2: on-hook, settings stay", () => {
    const modem = drop("&D2E0S7=44");
    expect(modem.logged).toEqual(["dtr", "on-hook: DTR dropped", "dcd", "result"]);
    expect(modem.effects).toContainEqual({ type: "close-far" });
    expect(modem.ask("ATS7?")).toContain("044");
  });

  test("&D3: on-hook and the stored profile", () => {
    const modem = new ModemDriver({ factory: "&D3E0" }).event({ type: "dtr", on: true });
    modem.ask("ATS7=44");
    modem.call().event({ type: "dtr", on: false });
    expect(modem.logged).toContain("on-hook: DTR dropped");
    expect(modem.logged).toContain("reset");
    expect(modem.ask("ATS7?")).toContain("050");
  });

  test("while dialing", () => {
    const modem = new ModemDriver({ ...DEFAULT, factory: "E0" }).event({ type: "dtr", on: true });
    modem.ask("ATD5550006");
    modem.event({ type: "dtr", on: false });
    expect(modem.logged).toContain("on-hook: DTR dropped");
    expect(modem.said).toBe("");
  });
});

describe("the escape sequence", () => {
  /** Runs of text from the computer with silences before each, in ms; then 5 s of silence. */
  const cases: readonly (readonly [string, readonly (readonly [number, string])[], boolean])[] = [
    ["all at once", [[1000, "+++"]], true],
    [
      "one by one",
      [
        [1000, "+"],
        [300, "+"],
        [300, "+"],
      ],
      true,
    ],
    [
      "too soon after data",
      [
        [1000, "x"],
        [999, "+++"],
      ],
      false,
    ],
    ["data right behind", [[1000, "+++x"]], false],
    [
      "data within the guard time behind",
      [
        [1000, "+++"],
        [999, "x"],
      ],
      false,
    ],
    [
      "data after the guard time",
      [
        [1000, "+++"],
        [1000, "AT\r"],
      ],
      true,
    ],
    [
      "too slow between",
      [
        [1000, "+"],
        [1000, "+"],
        [1000, "+"],
      ],
      false,
    ],
    ["four of them", [[1000, "++++"]], false],
    ["in the midst", [[1000, "x+++"]], false],
    [
      "a new start after a slow one",
      [
        [1000, "+"],
        [1500, "++"],
        [200, "+"],
      ],
      true,
    ],
  ];
  test.each(cases)("%s", (_name, runs, escapes) => {
    const modem = new ModemDriver({ factory: "E0" }).call();
    for (const [ms, text] of runs) modem.wait(ms).type(text);
    modem.wait(5000);
    expect(modem.logged.includes("command-mode")).toBe(escapes);
    expect(modem.toFar.startsWith(runs[0]?.[1] ?? "?")).toBe(true);
  });

  test("then the call waits in command mode, ATO goes on, ATH ends it", () => {
    const modem = new ModemDriver({ factory: "E0" }).call();
    modem.wait(1000).type("+++").wait(1000);
    expect(modem.said).toBe("\r\nOK\r\n");
    expect(modem.effects).toContainEqual({ type: "hold-far", on: true });
    modem.far("held");
    expect(modem.ask("ATD1")).toBe("\r\nERROR\r\n");
    expect(modem.ask("ATO")).toBe("\r\nCONNECT 115200\r\nheld");
    modem.said = "";
    modem.wait(1000).type("+++").wait(1000);
    expect(modem.ask("ATH")).toBe("\r\nOK\r\n");
    expect(modem.logged).toContain("on-hook: ATH");
    expect(modem.effects).toContainEqual({ type: "close-far" });
  });

  test("S2 changes the character, over 127 there is none, S12=0 needs no silence", () => {
    expect(new ModemDriver({ factory: "S2=42" }).call().wait(1000).type("***").wait(1000).logged).toContain(
      "command-mode",
    );
    expect(new ModemDriver({ factory: "S2=200" }).call().wait(1000).type("\xc8\xc8\xc8+++").wait(2000).logged).toEqual(
      [],
    );
    const quick = new ModemDriver({ factory: "E0S12=0" }).call().type("x+++ATH\r").wait(100);
    expect(quick.toFar).toBe("x+++");
    expect(quick.said).toBe("\r\nOK\r\n\r\nOK\r\n");
  });
});

/** The default scenario's numbers as JSON, for tests that change something else. */
const DEFAULT = {
  numbers: {
    "5550001": "busy",
    "5550002": "no-carrier",
    "5550003": "no-dialtone",
    "5550004": "no-answer",
    "5550005": "voice",
    "5550006": "silence",
  },
};

describe("laws", () => {
  const word = fc.constantFrom(
    "AT",
    "ATD1\r",
    "ATD5550006\r",
    "+",
    "+++",
    "\r",
    "\n",
    "A/",
    "ATE0",
    "&D1",
    "Q",
    "S12=0",
    "S2=65",
    "ATH\r",
    "ATO\r",
    "x",
    ";",
    '"',
    "+CPIN",
    "=",
  );
  const text = fc.oneof(
    fc.array(word, { minLength: 1, maxLength: 8 }).map((words) => words.join("")),
    fc.string({ unit: "binary", minLength: 1, maxLength: 20 }),
  );
  const event = fc.oneof(
    text.map((typed) => ({ type: "computer-bytes", bytes: bytesFromLatin1(typed) }) as const),
    fc.constantFrom<{ type: "far-opened" | "far-closed" | "deadline" }[]>(
      { type: "far-opened" },
      { type: "far-closed" },
      { type: "deadline" },
    ),
    fc.boolean().map((on) => ({ type: "dtr", on }) as const),
    fc.constant({ type: "far-bytes", bytes: Uint8Array.of(1, 2) } as const),
    fc.constant({ type: "far-failed", reason: "x" } as const),
  );
  const script = fc.array(fc.tuple(fc.nat(1500), event), { maxLength: 30 });

  /** With a login, with calls from outside, without delays, with the PIN missing. */
  const scenario = fc.constantFrom(
    makeDefaultScenario(),
    readScenario({ ...DEFAULT, default: { loginPrompt: { user: "x", password: "x" } } }, "login"),
    readScenario({ factory: "S0=1&D1", incoming: [{ afterMs: 500, rings: 2, everyMs: 900 }, {}] }, "incoming"),
    readScenario({ answerDelayMs: 0, factory: "S12=0", default: { afterMs: 0, carrierLostAfterMs: 700 } }, "no delays"),
    readScenario({ pin: "1", commandLimit: 3 }, "pin"),
  );

  test("no events make it throw, and a wait always has a deadline ahead", () => {
    fc.assert(
      fc.property(scenario, script, (plan, events) => {
        let state = startSimulatedModem(plan, 0);
        let at = 0;
        for (const [ms, next] of events) {
          at += ms;
          ({ state } = stepSimulatedModem(state, { ...next, at }));
          const deadline = nextModemDeadline(state);
          if (state.pending !== undefined) expect(deadline).toBeDefined();
          if (deadline !== undefined) expect(deadline).toBeGreaterThan(at);
        }
      }),
      { numRuns: 500 },
    );
  });

  test("the pieces in which the computer's bytes arrive do not matter", () => {
    const run = (plan: Scenario, events: readonly ModemEvent[]) => {
      let state = startSimulatedModem(plan, 0);
      let said = "";
      let passed = "";
      const did: string[] = [];
      for (const next of events) {
        const step = stepSimulatedModem(state, next);
        state = step.state;
        for (const effect of step.effects) {
          if (effect.type === "to-computer") said += latin1FromBytes(effect.bytes);
          else if (effect.type === "to-far") passed += latin1FromBytes(effect.bytes);
          else did.push(JSON.stringify(effect));
        }
      }
      return { said, passed, did, state };
    };
    fc.assert(
      fc.property(scenario, script, (plan, events) => {
        let at = 0;
        const whole: ModemEvent[] = [];
        const split: ModemEvent[] = [];
        for (const [ms, next] of events) {
          at += ms;
          whole.push({ ...next, at });
          if (next.type !== "computer-bytes") split.push({ ...next, at });
          else for (const byte of next.bytes) split.push({ ...next, at, bytes: Uint8Array.of(byte) });
        }
        expect(run(plan, split)).toEqual(run(plan, whole));
      }),
      { numRuns: 500 },
    );
  });
});
