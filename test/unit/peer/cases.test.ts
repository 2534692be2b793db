import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { bytesFromLatin1 } from "../../../src/core/bytes.ts";
import type { FileRead } from "../../../src/peer/peer-reading.ts";
import { readPeer } from "../../../src/peer/read-peer.ts";
import { dumpReading } from "./dump.ts";

/** Option files and what Debian's pppd 2.4.9 made of them: exit status, messages, effective options with their sources. */
interface Case {
  readonly name: string;
  readonly note?: string;
  readonly file: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly argv: readonly string[];
  readonly status: number;
  readonly messages?: readonly string[];
  readonly options?: readonly (readonly [string, string])[];
}

const cases: readonly Case[] = JSON.parse(readFileSync(new URL("../../data/peer/cases.json", import.meta.url), "utf8"));
const path = "/etc/ppp/x/f";
const devices = /^\/dev\/+(\.\.\/dev\/)?(ttyS[0-7]|ttyUSB[0-7]|term\/a|modem)$/;
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
    const text = files.get(file.replace("/./", "/"));
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

/** The dump cuts lines over 256 bytes and breaks before a long value. */
const comparable = (rows: readonly (readonly [string, string])[]): readonly string[] =>
  [
    ...new Set(
      rows
        .filter(([text]) => text !== "")
        .map(([text, source]) => `${text.replace("set \n", "set ").slice(0, 200)}\t${source}`),
    ),
  ].sort();

test("the cases are there", () => expect(cases.length).toBeGreaterThan(200));

test.each(cases.map((item, i) => [`${i} ${item.name}`, item] as const))("%s", (_, item) => {
  const reading = readCase(item);
  const refusals = reading.findings.filter((finding) => finding.severity !== "warning");
  if (reading.findings.some(({ code }) => code === "peer.host-name") && item.status === 2) {
    // pppd could not resolve the name; a reader without a network can only say that it must be.
    expect(item.messages?.[0]).toMatch(/unknown host|invalid address parameter/);
    return;
  }
  if (item.status === 0) {
    expect(refusals).toEqual([]);
    if (item.options?.length) expect(comparable(dumpReading(reading))).toEqual(comparable(item.options));
  } else {
    expect(refusals[0]?.exitCode).toBe(item.status);
  }
  const theirs = (item.messages ?? []).filter((text) => !/^Plugin |^\/\S*\.so|cannot open shared object/.test(text));
  const names = reading.findings.some(({ code }) => code === "peer.host-name");
  if (!names)
    expect(reading.findings.filter((f) => f.severity !== "warning" || f.pppd).map((f) => f.pppd)).toEqual(theirs);
});
