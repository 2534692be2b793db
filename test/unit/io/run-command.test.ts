import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { runCommand } from "../../../src/io/run-command.ts";

const directory = mkdtempSync(join(tmpdir(), "pppctl-command-"));
afterAll(() => rmSync(directory, { recursive: true }));
const file = (name: string): string => join(directory, name);

const run = (argv: readonly string[], limitMs = 30_000, signal = new AbortController().signal) =>
  runCommand(argv, { variables: { DEVICE: "/dev/ttyUSB0" }, limitMs, signal });
const shell = (text: string): readonly string[] => ["/bin/sh", "-c", text];

test("no shell, a clean environment, and what it says goes nowhere", async () => {
  expect(await run(["/usr/bin/touch", file("$(id) a"), file("b;c")])).toBeUndefined();
  expect([existsSync(file("$(id) a")), existsSync(file("b;c"))]).toEqual([true, true]);
  expect(await run(shell(`/usr/bin/env > ${file("env")}; echo loud; echo loud >&2`))).toBeUndefined();
  const names = readFileSync(file("env"), "utf8").match(/^[A-Z_]+(?==)/gm);
  expect(names?.filter((name) => name !== "_" && name !== "PWD").sort()).toEqual(["DEVICE", "PATH"]);
});

test.each([
  [["/nowhere/reset"], "/nowhere/reset: No such file or directory"],
  [["/etc/passwd"], "/etc/passwd: Permission denied"],
  [shell("echo first >&2; echo no such hub >&2; exit 3"), "/bin/sh ended with status 3: no such hub"],
  [shell("kill -9 $$"), "/bin/sh ended with SIGKILL"],
] as const)("%j: %s", async (argv, why) => {
  expect(await run(argv)).toBe(why);
});

test("at its time limit it is killed, with what it has started; a signal of the caller's does the same", async () => {
  const started = `sleep 60 & echo $! > ${file("pid")}; wait`;
  expect(await run(shell(started), 300)).toBe("/bin/sh was killed at its time limit of 0.3 s");
  const pid = readFileSync(file("pid"), "utf8").trim();
  await expect.poll(() => existsSync(`/proc/${pid}/fd/0`)).toBe(false);
  const stop = new AbortController();
  const running = run(shell("sleep 60"), 30_000, stop.signal);
  stop.abort("SIGTERM");
  await expect(running).rejects.toBe("SIGTERM");
  await expect(run(shell("true"), 30_000, stop.signal)).rejects.toBe("SIGTERM");
});

test("what it leaves running does not hold it up", async () => {
  const started = `sleep 60 & echo $! > ${file("left")}; exit 1`;
  expect(await run(shell(started))).toBe("/bin/sh ended with status 1");
  process.kill(Number(readFileSync(file("left"), "utf8")), "SIGKILL");
});
