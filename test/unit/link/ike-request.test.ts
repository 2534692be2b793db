import { expect, test } from "vitest";
import { ikeMainMode } from "../../../src/link/ike-request.ts";

test("a main mode message whose lengths agree, as RFC 2408 lays it out", () => {
  const bytes = ikeMainMode(0x0102030405);
  const view = new DataView(bytes.buffer);
  expect([...bytes.slice(0, 8)]).toEqual([0, 0, 0, 1, 2, 3, 4, 5]);
  expect([...bytes.slice(8, 16)]).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
  expect([...bytes.slice(16, 20)]).toEqual([1, 0x10, 2, 0]);
  expect(view.getUint32(24)).toBe(bytes.length);
  // The SA payload, its proposal, and the transforms in it fill each other exactly.
  expect(view.getUint16(30)).toBe(bytes.length - 28);
  expect(view.getUint16(42)).toBe(bytes.length - 40);
  let at = 48;
  const follows: number[] = [];
  for (let count = view.getUint8(47); count > 0; count--) {
    follows.push(view.getUint8(at));
    at += view.getUint16(at + 2);
  }
  expect(at).toBe(bytes.length);
  expect(follows).toEqual([3, 3, 3, 0]);
});
