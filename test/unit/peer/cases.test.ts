import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { bytesFromLatin1 } from "../../../src/core/bytes.ts";
import type { FileRead } from "../../../src/peer/peer-reading.ts";
import { readPeer } from "../../../src/peer/read-peer.ts";
import { findDifferences, type PppdResult } from "./compare-with-pppd.ts";

/** Option files and what Debian's pppd 2.4.9 made of them: exit status, messages, effective options with their sources. */
interface Case extends PppdResult {
  readonly name: string;
  readonly note?: string;
  readonly file: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly argv: readonly string[];
}

const cases: readonly Case[] = JSON.parse(readFileSync(new URL("../../data/peer/cases.json", import.meta.url), "utf8"));
const path = "/etc/ppp/x/f";
const devices = /^\/+dev\/+(\.\.\/dev\/)?(ttyS[0-7]|ttyUSB[0-7]|term\/a|modem)$/;
const otherFiles = new Set(["/dev/null", "/dev/tty", "/dev/zero", "/dev/pts", "/dev/"]);
const plugins = new Set(
  [
    "rp-pppoe",
    "pppoe",
    "pppoatm",
    "pppol2tp",
    "radius",
    "radattr",
    "minconn",
    "passwordfd",
    "passprompt",
    "winbind",
  ].map((name) => `${name}.so`),
);

function readCase(item: Case) {
  const files = new Map(Object.entries({ "/etc/ppp/options": "", ...item.files, [path]: item.file }));
  const read = (file: string): FileRead => {
    const text = file === "/dev/null" ? "" : files.get(file.replace("/./", "/"));
    if (text !== undefined) return { kind: "file", bytes: bytesFromLatin1(text) };
    const isDirectory = [...files.keys()].some((name) => name.startsWith(`${file}/`));
    return { kind: isDirectory ? "directory" : "missing" };
  };
  return readPeer({
    name: { file: path },
    extraWords: [...item.argv, "dryrun", "nodetach", "logfd", "2"],
    read,
    deviceKind: (device) => (devices.test(device) ? "char-device" : otherFiles.has(device) ? "other" : "missing"),
    interfaceExists: (name) => name === "eth0",
    pluginExists: (word) => plugins.has(word) || word === "/usr/lib/pppd/2.4.9/minconn.so",
    stdinIsTty: false,
  });
}

test("the cases are there", () => expect(cases.length).toBeGreaterThan(200));

test.each(cases.map((item, i) => [`${i} ${item.name}`, item] as const))("%s", (_, item) => {
  expect(findDifferences(readCase(item), item)).toEqual([]);
});
