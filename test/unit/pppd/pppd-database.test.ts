import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { readPppdVariables } from "../../../src/pppd/pppd-database.ts";

/** Of a real pppd 2.4.9, with two links that are up: one named `look`, and its other end. */
const bytes = readFileSync(new URL("../../data/pppd2.tdb", import.meta.url));

test("each pppd has its own variables", () => {
  expect(Object.fromEntries(readPppdVariables(bytes, 177) ?? [])).toEqual({
    ORIG_UID: "0",
    PPPLOGNAME: "root",
    PPPD_PID: "177",
    LINKNAME: "look",
    SPEED: "38400",
    IFNAME: "ppp9",
    UNIT: "9",
    IPLOCAL: "10.9.0.2",
    IPREMOTE: "10.9.0.1",
    LLLOCAL: "fe80::0575:fb2d:7915:13f2",
    LLREMOTE: "fe80::28db:cd7a:6004:b031",
  });
  expect(readPppdVariables(bytes, 179)?.get("IFNAME")).toBe("ppp41");
  expect(readPppdVariables(bytes, 178)).toBeUndefined();
});

test("a pppd in the background has the entry that its parent made", () => {
  const moved = Buffer.from(bytes.toString("latin1").replaceAll("pppd177ORIG", "pppd176ORIG"), "latin1");
  expect(readPppdVariables(moved, 177)?.get("IFNAME")).toBe("ppp9");
});

test("a file that is being changed, or is none, has nothing, and ends", () => {
  expect(readPppdVariables(new Uint8Array(), 177)).toBeUndefined();
  expect(readPppdVariables(Buffer.from("TDB file\n".padEnd(400)), 177)).toBeUndefined();
  fc.assert(
    fc.property(fc.nat(bytes.length), fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255))), (size, changes) => {
      const broken = Uint8Array.from(bytes);
      for (const [at, value] of changes) broken[at] = value;
      const read = readPppdVariables(broken.subarray(0, size), 177);
      expect(read === undefined || read.get("PPPD_PID") === "177").toBe(true);
    }),
  );
});
