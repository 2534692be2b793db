import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { PppdStart } from "../../../src/app/deps.ts";
import { preparePppdWith } from "../../../src/io/prepare-pppd.ts";
import { readProcess } from "../../../src/io/process-table.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "prepare-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

/** A program in pppd's place. */
function program(text: string): string {
  const path = join(directory, "pppd");
  writeFileSync(path, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  return path;
}

function start(args: readonly string[]): PppdStart & { readonly output: { readonly file: string } } {
  return { args, env: { PPPCTL_PEER: "a b" }, output: { file: join(directory, "log") } };
}

const said = (): string => readFileSync(join(directory, "log"), "utf8");

test("the process becomes pppd under the pid that was told, with the words as they are and nothing to read", async () => {
  const words = ["call", "isp", "a b", "", "*", "$HOME", "'\"\\", "-c", "\n"];
  const text = 'echo $$ $PPPCTL_PEER; for word; do printf "<%s>" "$word"; done; cat; exit 7';
  const pppd = await preparePppdWith(program(text))(start(words));
  expect(readProcess(pppd.pid)?.argv[0]).toBe("/bin/sh");
  pppd.start(undefined);
  expect(await pppd.exited).toEqual({ status: 7, signal: undefined });
  expect(said()).toBe(`${pppd.pid} a b\n${words.map((word) => `<${word}>`).join("")}`);
});

test("`local` is added behind the other words", async () => {
  const pppd = await preparePppdWith(program('echo "$@"'))(start(["call", "isp"]));
  pppd.start("local");
  expect(await pppd.exited).toEqual({ status: 0, signal: undefined });
  expect(said()).toBe("call isp local\n");
});

test("cancelled, it never becomes pppd; cancelled after its end, nothing happens", async () => {
  const pppd = await preparePppdWith(program("echo started"))(start(["call", "isp"]));
  await pppd.cancel();
  expect((await pppd.exited).status).not.toBe(0);
  expect(readProcess(pppd.pid)).toBeUndefined();
  expect(said()).toBe("");
  await pppd.cancel();
  pppd.kill("SIGTERM");
});

test("a signal ends it, before the start and after", async () => {
  const waiting = await preparePppdWith(program("exit 0"))(start([]));
  waiting.kill("SIGTERM");
  expect(await waiting.exited).toEqual({ status: undefined, signal: "SIGTERM" });
  waiting.start(undefined);

  const running = await preparePppdWith(program("exec sleep 1000"))(start([]));
  running.start(undefined);
  running.kill("SIGKILL");
  expect(await running.exited).toEqual({ status: undefined, signal: "SIGKILL" });
});

test("a program that cannot be run: the shell's status, and its words in the log", async () => {
  const pppd = await preparePppdWith(join(directory, "none"))(start([]));
  pppd.start(undefined);
  expect(await pppd.exited).toEqual({ status: 127, signal: undefined });
  expect(said()).toContain("not found");
});
