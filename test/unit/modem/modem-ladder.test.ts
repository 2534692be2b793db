import { expect, test } from "vitest";
import { type LadderOutcome, type LadderReply, type LadderStep, planLadder } from "../../../src/modem/modem-ladder.ts";
import { findResultCode } from "../../../src/modem/result-codes.ts";
import { ModemDriver } from "./drive-modem.ts";

interface Means {
  readonly hasDtr: boolean;
  readonly canReopen: boolean;
  readonly hasReset: boolean;
}

/** Go up the ladder to the simulated modem; on a line without DTR its close is what drops it. */
function climb(modem: ModemDriver, means: Means): { by: LadderOutcome; steps: string[]; ms: number } {
  const plan = planLadder(means);
  const steps: string[] = [];
  const dtrLow = (ms: number): LadderReply => {
    modem.event({ type: "dtr", on: false }).wait(ms).event({ type: "dtr", on: true });
    return {};
  };
  const carryOut = ({ action }: LadderStep): LadderReply => {
    steps.push(action.type === "ask" ? action.text.trim() : action.type);
    switch (action.type) {
      case "drain":
        return {};
      case "drop-dtr":
        return dtrLow(action.ms);
      case "reopen":
        return dtrLow(500);
      case "reset":
        modem.event({ type: "reset" });
        return {};
      case "silence":
        modem.wait(action.ms);
        return {};
      case "ask":
        modem.said = "";
        modem.type(action.text).wait(action.withinMs);
        return { answer: findResultCode(modem.said) };
      default:
        return action satisfies never;
    }
  };
  let step = plan.next({});
  while (step.done !== true) step = plan.next(carryOut(step.value));
  return { by: step.value, steps, ms: modem.now };
}

const started = (scenario: object): ModemDriver => new ModemDriver(scenario).event({ type: "dtr", on: true });
const inCall = (factory: string): ModemDriver => started({ factory }).call();

const uart: Means = { hasDtr: true, canReopen: true, hasReset: false };
const pty: Means = { ...uart, hasDtr: false };
const toEscape = ["drain", "AT", "silence", "+++"];
const toDtr = [...toEscape, "drop-dtr", "ATH"];
const all = [...toDtr, "reopen", "AT"];

test.each([
  ["one that answers", started({}), uart, "AT", ["drain", "AT"]],
  ["one in a call, that ignores DTR", inCall("&D0"), uart, "+++", [...toEscape, "ATH"]],
  ["one in a call, escape switched off", inCall("S2=200&D2"), uart, "DTR", toDtr],
  ["dead until +++", started({ mute: "+++" }), uart, "+++", [...toEscape, "ATH"]],
  ["dead until DTR drops", started({ mute: "dtr" }), uart, "DTR", toDtr],
  ["the same, on pppd's line", started({ mute: "dtr" }), { ...uart, canReopen: false }, "DTR", toDtr],
  ["the same, on a pty", started({ mute: "dtr" }), pty, "close and open", [...toEscape, "ATH", "reopen", "AT"]],
  ["dead until reset", started({ mute: "reset" }), { ...uart, hasReset: true }, "PON_RESET", [...all, "reset", "AT"]],
] as const)("%s", (_, modem, means, by, steps) => {
  expect(climb(modem, means)).toMatchObject({ by, steps: [...steps, "silence"] });
  expect(modem.state.call).toEqual({ type: "idle" });
  // The script begins with a modem that owes nothing.
  modem.said = "";
  modem.wait(5000);
  expect(modem.said).toBe("");
});

test("a modem that is dead: every rung once, within 10 s; with a reset command it has 20 s more to start", () => {
  expect(climb(started({ mute: true }), uart)).toMatchObject({
    by: undefined,
    steps: all,
    ms: expect.toSatisfy(below(10_000)),
  });
  const reset = climb(started({ mute: true }), { ...uart, hasReset: true });
  expect(reset).toMatchObject({ by: undefined, ms: expect.toSatisfy(below(30_000)) });
  expect(reset.steps.filter((step) => step === "AT")).toHaveLength(22);
});

const below = (limit: number) => (value: number) => value <= limit;
