import { expect, it } from "vitest";
import { makeAnswerHider } from "../../src/app/hide-answers.ts";
import type { ChatProgress } from "../../src/app/run-chat.ts";

const position = { file: "/etc/chatscripts/isp", line: 1, column: 1 };
const log = (text: string): ChatProgress => ({ type: "log", level: "info", text });
const send = (text: string): ChatProgress => ({ type: "send", text, hidden: false, position });
const expectFor = (text: string): ChatProgress => ({ type: "expect", text, position });

/** The texts that are left of a dialogue. */
function hide(...events: readonly ChatProgress[]): readonly string[] {
  const hider = makeAnswerHider();
  return events.map((event) => {
    const shown = hider.event(event);
    if (shown.type === "received" || shown.type === "matched") return shown.line;
    return "text" in shown ? shown.text : shown.type;
  });
}

it("hides the answer to a prompt for a password, and what is echoed of it", () => {
  expect(
    hide(
      expectFor("ogin:"),
      log("send (joe^M)"),
      send("joe^M"),
      expectFor("assword:"),
      log("send (sesame^M)"),
      send("sesame^M"),
      log("sesame^M"),
      { type: "received", line: "sesame" },
      { type: "matched", text: "ok", line: "sesame ok" },
    ),
  ).toEqual([
    "ogin:",
    "send (joe^M)",
    "joe^M",
    "assword:",
    "send (??????)",
    "??????",
    "??????^M",
    "??????",
    "?????? ok",
  ]);
});

it("hides a PIN in a command, and in its echo", () => {
  const shown = hide(log("send (AT+CPIN=4711^M)"), send("AT+CPIN=4711^M"), log("AT+CPIN=4711^M^M"), {
    type: "received",
    line: "AT+CPIN=4711",
  });
  expect(shown.join("\n")).not.toContain("4711");
  expect(shown[0]).toBe("send (AT+CPIN=??????)");
});

it("leaves everything else alone", () => {
  const texts = ["send (ATDT*99#^M)", "expect (CONNECT)", "CONNECT 33600", " -- got it", "send ()"];
  expect(hide(...texts.map(log))).toEqual(texts);
});
