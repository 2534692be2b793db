import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { pppdVersion } from "../../../src/io/pppd-program.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "pppd-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

/** A pppd that notes each time it is asked. */
function install(version: string): string {
  const program = join(directory, "pppd");
  writeFileSync(program, `#!/bin/sh\necho asked >>${directory}/asked\necho "pppd version ${version}" >&2\nexit 1\n`);
  chmodSync(program, 0o755);
  return program;
}
const asked = (): number => readFileSync(join(directory, "asked"), "utf8").split("\n").length - 1;

test("the installed pppd is asked once, and again when it is another", async () => {
  const run = join(directory, "run");
  const program = install("2.4.9");
  expect(await pppdVersion(run, program)).toEqual([2, 4, 9]);
  expect(await pppdVersion(run, program)).toEqual([2, 4, 9]);
  expect(asked()).toBe(1);
  install("2.5.10");
  expect(await pppdVersion(run, program)).toEqual([2, 5, 10]);
  expect(await pppdVersion(run, program)).toEqual([2, 5, 10]);
  expect(asked()).toBe(2);
});

test("where nothing can be remembered it is asked each time", async () => {
  const program = install("2.5.2");
  writeFileSync(join(directory, "file"), "");
  const nowhere = join(directory, "file/run");
  expect(await pppdVersion(nowhere, program)).toEqual([2, 5, 2]);
  expect(await pppdVersion(nowhere, program)).toEqual([2, 5, 2]);
  expect(asked()).toBe(2);
});
