import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findFilterMistake } from "../../../src/peer/check-filter.ts";

// Each was given to pppd 2.4.9 with libpcap 1.10.
describe("expressions for pass-filter and active-filter", () => {
  test.each([
    "",
    "ip",
    "not (tcp[13] & 4 != 0)",
    "host 1.2.3.4 or 1.2.3.5",
    "port http or https",
    "outbound and not icmp[0] != 8 and not tcp[13] & 4 != 0",
    "1 = 1",
    "len > 5 and 5 < len",
    "src or dst port 80",
    "src net 10 mask 255.0.0.0",
    "ip proto \\tcp",
    "port 80 and(tcp or udp)",
    "tcp[tcpflags]&(tcp-syn|tcp-ack)!=0",
    "ip6 net fe80::/10",
    "!(ip)||not not ip&&-1 < len",
    // Wrong, but only a resolver, or libpcap, can tell.
    "host foo",
    "vlan",
    "port 70000",
  ])("%j may be one", (text) => expect(findFilterMistake(text)).toBeUndefined());

  test.each([
    ["foo", "it begins with foo"],
    ["not foo", "it begins with foo"],
    ["(ip", "( is not closed"],
    ["ip)", ") closes nothing"],
    ["ip[0", "[ is not closed"],
    ["()", "nothing between ( and )"],
    ["ip and", "and needs something on both sides"],
    ["|| ip", "|| needs something on both sides"],
    ["ip or or tcp", "or needs something on both sides"],
    ["not", "not needs something behind it"],
    ["tcp port", "port needs something behind it"],
    ["host and ip", "host needs something behind it"],
    ["dst", "dst needs something behind it"],
    ["tcp port 80 443", "nothing between 80 and 443"],
    ["ip, tcp", ", has no meaning"],
    ["ip # x", "# has no meaning"],
  ])("%j is none", (text, why) => expect(findFilterMistake(text)).toContain(why));

  test("any text is judged", () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => findFilterMistake(text) !== ""));
  });

  // A pattern that goes back would take many minutes for it.
  test("a megabyte is judged, too", { timeout: 60_000 }, () => {
    expect(findFilterMistake("(a:/".repeat(250_000))).toBe("( is not closed");
  });
});
