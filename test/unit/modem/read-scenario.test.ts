import { expect, test } from "vitest";
import { PppctlError } from "../../../src/core/errors.ts";
import { makeDefaultScenario, makeOneWayScenario, readScenario } from "../../../src/modem/read-scenario.ts";
import { chooseCallAction } from "../../../src/modem/simulated-scenario.ts";

test("all that a scenario can say", () => {
  const scenario = readScenario(
    {
      answerDelayMs: 0,
      delays: { atz: 2000 },
      mute: true,
      factory: "&D0",
      dcd: "always",
      commandLimit: 40,
      pin: "1234",
      answers: { "at+csq": "+CSQ: 1,99", "+CREG?": ["+CREG: 0,2"] },
      numbers: {
        "555-1234": { byCall: ["busy", { result: "no-answer", afterMs: 3000 }, {}] },
        "1": {
          rate: 9600,
          to: { command: ["pppd", "notty"] },
          garbage: "~",
          carrierLostAfterMs: 5,
          connectText: "CONNECT",
        },
        "2": { to: { socket: "::1:4000" }, loginPrompt: true },
      },
      default: "silence",
      incoming: [{}],
    },
    "isp.json",
  );
  expect(scenario).toMatchObject({
    answerDelayMs: 0,
    delays: { ATZ: 2000 },
    mute: true,
    dcd: "always",
    answers: { "+CSQ": ["+CSQ: 1,99"], "+CREG?": ["+CREG: 0,2"] },
    incoming: [{ afterMs: 1000, rings: 10, everyMs: 5000, call: { result: "connect", to: { type: "echo" } } }],
  });
  const results = [0, 1, 2, 3].map((call) => chooseCallAction(scenario, "5551234", call).result);
  expect(results).toEqual(["busy", "no-answer", "connect", "connect"]);
  expect(chooseCallAction(scenario, "1", 0)).toEqual({
    result: "connect",
    afterMs: 200,
    rate: 9600,
    connectText: "CONNECT",
    to: { type: "command", argv: ["pppd", "notty"] },
    garbage: "~",
    loginPrompt: undefined,
    carrierLostAfterMs: 5,
  });
  expect(chooseCallAction(scenario, "2", 7)).toMatchObject({
    to: { type: "socket", address: "::1:4000" },
    loginPrompt: { loginText: "login: ", passwordText: "Password: " },
  });
  expect(chooseCallAction(scenario, "3", 0)).toEqual({ result: "silence" });
});

test("without a file, and with one word for every number", () => {
  const scenario = makeDefaultScenario();
  expect(chooseCallAction(scenario, "8765432", 0)).toMatchObject({ result: "connect", rate: 115200 });
  expect(chooseCallAction(scenario, "5550001", 3)).toEqual({ result: "busy", afterMs: 200 });
  expect(chooseCallAction(scenario, "toString", 0)).toMatchObject({ result: "connect" });
  const busy = makeOneWayScenario("busy", scenario);
  expect(chooseCallAction(busy, "5550006", 0)).toEqual({ result: "busy", afterMs: 200 });
});

test.each([
  [[], "$: must be an object"],
  [{ numbres: {} }, "$.numbres: unknown here"],
  [{ numbers: { "1": "bussy" } }, "$.numbers.1: must be one of connect, busy"],
  [{ numbers: { "1": { result: "busy", rate: 9600 } } }, "$.numbers.1.rate: unknown here"],
  [{ numbers: { "1": { rate: "fast" } } }, "$.numbers.1.rate: must be a whole number"],
  [{ numbers: { "1": { to: {} } } }, "$.numbers.1.to: must be"],
  [{ numbers: { "1": { to: { command: [] } } } }, "$.numbers.1.to.command: must name a program"],
  [{ numbers: { "1": { to: { command: ["pppd", 1] } } } }, "$.numbers.1.to.command[1]: must be a text"],
  [{ numbers: { "1": { to: { socket: "nowhere" } } } }, "$.numbers.1.to.socket: must be host:port"],
  [{ numbers: { "1": { byCall: [] } } }, "$.numbers.1.byCall: must name at least one call"],
  [{ numbers: { "1": { byCall: ["busy", 3] } } }, "$.numbers.1.byCall[1]: must be an object"],
  [{ default: { afterMs: -1 } }, "$.default.afterMs: must be a number of milliseconds"],
  [{ default: { loginPrompt: { pasword: "" } } }, "$.default.loginPrompt.pasword: unknown here"],
  [{ incoming: [{ call: { result: "busy" } }] }, "$.incoming[0].call.result: must be one of connect"],
  [{ mute: "yes" }, "$.mute: must be true, false, dtr, +++, reset"],
  [{ dcd: "on" }, "$.dcd: must be one of follows, always"],
])("%j is refused", (json, what) => {
  const read = () => readScenario(json, "isp.json");
  expect(read).toThrow(PppctlError);
  expect(read).toThrow(`isp.json: ${what}`);
});
