import { expect, test } from "vitest";
import { findXl2tpdLac } from "../../../src/peer/xl2tpd-config.ts";

test.each([
  ["its own server", "[lac isp]\nlns = 192.0.2.1\n", { server: "192.0.2.1" }],
  ["a port", "[lac isp]\nlns=vpn.example:1702 ; theirs\n", { server: "vpn.example" }],
  [
    "several servers, of which xl2tpd calls the first",
    "[lac isp]\nlns = one.example\nlns = two.example\n",
    { server: "one.example" },
  ],
  ["the server of all lacs", "[lac isp]\nredial = yes\n[lac default]\nlns = all.example\n", { server: "all.example" }],
  [
    "one beside that of all lacs",
    "[lac default]\nlns = all.example\n[lac isp]\nlns = own.example\n",
    { server: "own.example" },
  ],
  ["another case", "[LAC Isp]\nLNS = 192.0.2.1\nRedial = Y\n", { name: "Isp", server: "192.0.2.1", redial: true }],
  [
    "two sections",
    "[lac isp]\nlns = a.example\n[lac b]\nlns = b\n[lac isp]\nautodial = true\n",
    { server: "a.example", autodial: true },
  ],
  ["words after its name's bracket", "[lac isp] # old\nlns = 192.0.2.1\r\n", { server: "192.0.2.1" }],
])("a lac with %s", (_, text, lac) => {
  expect(findXl2tpdLac(text, "isp")).toMatchObject(lac);
});

test("what is no lac: a server's section, the defaults, a comment", () => {
  for (const text of ["[lns isp]\nlns = a\n", ";[lac isp]\nlns = a\n", "lns = a\n", "[lac isp2]\nlns = a\n"])
    expect(findXl2tpdLac(text, "isp")).toBeUndefined();
  expect(findXl2tpdLac("[lac default]\nlns = a\n", "default")).toBeUndefined();
});
