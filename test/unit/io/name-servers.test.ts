import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findNameServersWay, systemNameServers } from "../../../src/io/name-servers.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pppctl-resolv-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("a file is written whole, with the mode and the bytes that it had; a link to it stays one", () => {
  const real = join(folder, "real");
  writeFileSync(real, "nameserver 192.0.2.1\n", { mode: 0o640 });
  symlinkSync("real", join(folder, "resolv.conf"));
  const bytes = "nameserver 10.0.0.1\n# \xe9\n";
  expect(systemNameServers.writeFile(real, bytes)).toBeUndefined();
  expect(systemNameServers.readFile(real)).toBe(bytes);
  expect(readFileSync(join(folder, "resolv.conf"), "latin1")).toBe(bytes);
  expect(statSync(real).mode & 0o777).toBe(0o640);
  expect(lstatSync(join(folder, "resolv.conf")).isSymbolicLink()).toBe(true);
  expect(readlinkSync(join(folder, "resolv.conf"))).toBe("real");
});

test("a file that was not there goes again; a folder that is not there is said", () => {
  const path = join(folder, "resolv.conf");
  expect(systemNameServers.readFile(path)).toBeUndefined();
  expect(systemNameServers.writeFile(path, "nameserver 10.0.0.1\n")).toBeUndefined();
  expect(systemNameServers.writeFile(path, undefined)).toBeUndefined();
  expect(lstatSync(path, { throwIfNoEntry: false })).toBeUndefined();
  expect(systemNameServers.writeFile(join(folder, "no/resolv.conf"), "")).toMatch(/ENOENT/);
});

test.each([
  { what: "to nothing yet", to: "../run/later/resolv.conf", real: "run/later/resolv.conf" },
  { what: "to another link to nothing", to: "other", real: "run/later/resolv.conf" },
  { what: "to itself", to: "resolv.conf", real: "etc/resolv.conf" },
])("a link $what stays one: the file is made where it leads", ({ to, real }) => {
  for (const name of ["etc", "run/later"]) mkdirSync(join(folder, name), { recursive: true });
  const resolvConf = join(folder, "etc/resolv.conf");
  symlinkSync(to, resolvConf);
  if (to === "other") symlinkSync(join(folder, "run/later/resolv.conf"), join(folder, "etc/other"));
  expect(findNameServersWay({ resolvConf, resolvconf: [] })).toEqual({ kind: "file", path: join(folder, real) });
});

test("systemd-resolved's resolvconf, which is resolvectl, does not write the file; any other does", () => {
  const resolvConf = join(folder, "resolv.conf");
  writeFileSync(resolvConf, "nameserver 192.0.2.1\n");
  const way = (program: string) => {
    writeFileSync(join(folder, program), "#!/bin/sh\n", { mode: 0o755 });
    const resolvconf = join(folder, `resolvconf-${program}`);
    symlinkSync(program, resolvconf);
    return findNameServersWay({ resolvConf, resolvconf: [join(folder, "none"), resolvconf] }).kind;
  };
  expect([way("resolvectl"), way("openresolv")]).toEqual(["file", "resolvconf"]);
});

test("what was half written is cleared away", () => {
  const path = join(folder, "resolv.conf");
  writeFileSync(`${path}.pppctl`, "names");
  systemNameServers.clearAway(path);
  systemNameServers.clearAway(join(folder, "no/resolv.conf"));
  expect(lstatSync(`${path}.pppctl`, { throwIfNoEntry: false })).toBeUndefined();
});
