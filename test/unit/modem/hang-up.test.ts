import { expect, test } from "vitest";
import { type HangUpAction, type HangUpOutcome, type HangUpReply, planHangUp } from "../../../src/modem/hang-up.ts";
import { findResultCode } from "../../../src/modem/result-codes.ts";
import { ModemDriver } from "./drive-modem.ts";

/** Carry the plan out on the simulated modem; `dcdWired` as on a cable that shows DCD. */
function hangUp(modem: ModemDriver, hasDtr: boolean, dcdWired: boolean): { outcome: HangUpOutcome; actions: string[] } {
  const plan = planHangUp({ hasDtr });
  const actions: string[] = [];
  const carryOut = (action: HangUpAction): HangUpReply => {
    actions.push(action.type === "ask" ? action.text.trim() : action.type);
    if (action.type === "drop-dtr") {
      modem.event({ type: "dtr", on: false }).wait(action.ms).event({ type: "dtr", on: true });
      return { carrier: dcdWired ? modem.state.dcd : undefined };
    }
    if (action.type === "silence") {
      modem.wait(action.ms);
      return {};
    }
    modem.said = "";
    modem.type(action.text).wait(action.withinMs);
    return { answer: findResultCode(modem.said) };
  };
  let step = plan.next({});
  while (step.done !== true) step = plan.next(carryOut(step.value));
  return { outcome: step.value, actions };
}

const online = (settings: string) => new ModemDriver({ factory: settings }).event({ type: "dtr", on: true }).call();

test.each([
  ["DTR is obeyed and DCD shows it", online("&D2"), true, true, "dtr", ["drop-dtr"]],
  ["DTR is obeyed, DCD is not wired", online("&D2"), true, false, "command", ["drop-dtr", "AT", "ATH"]],
  ["DTR is obeyed, DCD is always on", online("&D3&C0"), true, true, "command", ["drop-dtr", "AT", "ATH"]],
  ["DTR makes command mode", online("&D1"), true, true, "command", ["drop-dtr", "AT", "ATH"]],
  ["DTR is ignored", online("&D0"), true, true, "escape", ["drop-dtr", "AT", "silence", "+++", "ATH"]],
  ["no DTR, numeric codes", online("&D0V0"), false, false, "escape", ["AT", "silence", "+++", "ATH"]],
])("%s", (_name, modem, hasDtr, dcdWired, by, actions) => {
  expect(hangUp(modem, hasDtr, dcdWired)).toEqual({ outcome: { onHook: true, by }, actions });
  expect(modem.state.call).toEqual({ type: "idle" });
});

test("while it dials, the probe is the key that ends the call", () => {
  const modem = new ModemDriver({ numbers: { "1": "silence" } });
  modem.type("ATD1\r").wait(1000);
  expect(hangUp(modem, false, false)).toEqual({ outcome: { onHook: true, by: "command" }, actions: ["AT", "ATH"] });
  expect(modem.state.call).toEqual({ type: "idle" });
});

test("a modem that says nothing proves nothing", () => {
  expect(hangUp(new ModemDriver({ mute: true }), false, false).outcome).toEqual({ onHook: false, by: "nothing" });
});
