import fc from "fast-check";
import { expect, test } from "vitest";
import { parsePeerName } from "../../../src/core/peer-name.ts";
import { coreOptions } from "../../../src/peer/option-table.ts";
import type { FileRead } from "../../../src/peer/peer-reading.ts";
import { findPeerSecrets } from "../../../src/peer/peer-secrets.ts";
import { planDial } from "../../../src/peer/plan-dial.ts";
import { readPeer } from "../../../src/peer/read-peer.ts";

const megabyte = 2 ** 20;
const repeat = (text: string): Uint8Array => new TextEncoder().encode(text.repeat(Math.ceil(megabyte / text.length)));
const random = fc.sample(fc.uint8Array({ minLength: 4096, maxLength: 4096 }), { seed: 1, numRuns: 256 });
const names = coreOptions.filter(({ args, notBuilt, since }) => args === 0 && notBuilt !== true && since === undefined);
const flags = names.map(({ name }) => name).filter((name) => !/^(-h|--help|--version|demand)$/.test(name));
const dropped = new Set([
  "noproxyarp",
  "-proxyarp",
  "nodefaultroute",
  "-defaultroute",
  "nodefaultroute6",
  "-defaultroute6",
]);

/** A megabyte of each, in a peer and in the secrets files. */
const files: Readonly<Record<string, Uint8Array>> = {
  "random bytes": Uint8Array.from(random.flatMap((bytes) => [...bytes])),
  zeros: new Uint8Array(megabyte),
  "one word": repeat("x"),
  "an open quote": repeat('user "'),
  backslashes: repeat("\\"),
  "escaped newlines": repeat("\\\n"),
  comments: repeat("# x\n#"),
  "flags of all sorts": repeat(`${flags.filter((name) => !dropped.has(name)).join(" ")} `),
  "addresses without end": repeat("10.0.0.1: "),
  "taken back without end": repeat("mru 1000 -all "),
  "variables without end": repeat("set A=1 unset A "),
  "calls without end": repeat("file /f\n"),
  "secrets without end": repeat("joe * x *\n"),
};

/** CPU seconds. What grows with the square of a file's size takes minutes; the second is for the machine at its busiest. */
const limit = (name: string): number => (name === "random bytes" ? 1 : 5);

test.each(Object.entries(files))("a megabyte of %s does not hang the reader", { timeout: 60_000 }, (name, bytes) => {
  const read = (path: string): FileRead => {
    if (path === "/f") return { kind: "file", bytes: new Uint8Array() };
    return path === "/etc/ppp/options" ? { kind: "missing" } : { kind: "file", bytes };
  };
  const before = process.cpuUsage();
  const reading = readPeer({ name: parsePeerName("isp"), read, deviceKind: () => "missing" });
  planDial(reading);
  findPeerSecrets(reading, { read, hostName: "box" });
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1e6).toBeLessThan(limit(name));
  expect(reading.files).toContain("/etc/ppp/peers/isp");
});
