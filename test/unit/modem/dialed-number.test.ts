import { expect, test } from "vitest";
import { readDialedNumber } from "../../../src/modem/dialed-number.ts";

test.each([
  ["ATD8765432\r", "8765432"],
  ["ATDT 9,8765432", "9,8765432"],
  ["atdp0-876-5432\r", "0-876-5432"],
  ["ATX3DT8765432", "8765432"],
  ["ATD*99***1#", "*99***1#"],
  ["AT&F\\Q3\\V1&D3M1#CC1\r", undefined],
  ["AT&D3", undefined],
  ["ATH0", undefined],
  ['AT+CGDCONT=1,"IP","D123"', undefined],
  ["login", undefined],
])("%j dials %j", (sent, number) => {
  expect(readDialedNumber(sent)).toBe(number);
});
