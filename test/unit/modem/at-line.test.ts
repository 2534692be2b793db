import fc from "fast-check";
import { expect, test } from "vitest";
import { parseAtLine, parseDialText } from "../../../src/modem/at-line.ts";

const basic = (name: string, value = 0) => ({ type: "basic", name, value });

test.each([
  ["", []],
  ["E0 v1", [basic("E"), basic("V", 1)]],
  [
    "&F\\Q3\\V1&D3M1#CC1",
    [basic("&F"), basic("\\Q", 3), basic("\\V", 1), basic("&D", 3), basic("M", 1), basic("#CC", 1)],
  ],
  ["S7=60S0?", [register(7, 60, false), register(0, undefined, true)]],
  ["S7", [register(7, undefined, false)]],
  ["DT 555;", [{ type: "dial", text: "T 555;" }]],
  ["&K3D*99#", [basic("&K", 3), { type: "dial", text: "*99#" }]],
  [
    '+cgdcont=1,"IP","a;b";+CSQ;E1',
    [
      { type: "extended", name: "+CGDCONT", form: "set", value: '1,"IP","a;b"' },
      { type: "extended", name: "+CSQ", form: "run", value: "" },
      basic("E", 1),
    ],
  ],
  ["+CPIN?", [{ type: "extended", name: "+CPIN", form: "read", value: "" }]],
  ["+CREG=?", [{ type: "extended", name: "+CREG", form: "test", value: "" }]],
  ["E1++V1", [basic("E", 1), { type: "unknown", text: "++V1" }]],
])("%j", (line, commands) => {
  expect(parseAtLine(line)).toEqual(commands);
});

function register(number: number, set: number | undefined, read: boolean) {
  return { type: "register", register: number, set, read };
}

test.each([
  ["T 8-765 (432)", "8765432", 0, false, false],
  ["P9,,W555@1!;", "95551", 2, true, false],
  ["*99***1#", "*99***1#", 0, false, false],
  ["+49 30 1", "+49301", 0, false, false],
  ["L", "", 0, false, true],
  ["", "", 0, false, false],
])("D%s", (text, number, pauses, backToCommand, again) => {
  expect(parseDialText(text)).toEqual({ number, pauses, backToCommand, again });
});

test("any line is cut to its end, and only the last command can be unknown", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 60 }), (line) => {
      const commands = parseAtLine(line);
      expect(commands.slice(0, -1).filter(({ type }) => type === "unknown" || type === "dial")).toEqual([]);
    }),
  );
});
